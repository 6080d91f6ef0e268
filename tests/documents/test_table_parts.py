"""Stretches of a Parquet table: read one by one they give the documents of the whole, each once."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycls.documents import read_documents
from policycls.documents.table_parts import read_stretch, stretches
from policycls.errors import DocumentError, TableError

ROWS = st.lists(
    st.tuples(st.sampled_from(["甲办好。", "乙办好。", " ", None]), st.sampled_from("AAAB")), max_size=40
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.booleans(), st.integers(1, 7), st.integers(1, 12))
def test_stretches_together_give_the_whole_table(tmp_path_factory, rows, grouped, group, least):
    path = str(tmp_path_factory.mktemp("t") / "t.parquet")
    cells = {"text": [text for text, _ in rows], "n": [str(n // 3) for n in range(len(rows))]}
    if grouped:
        cells["doc"] = [doc for _, doc in rows]
    pq.write_table(pa.table(cells), path, row_group_size=group)
    cut = stretches(path, least=least)
    assert [at for stretch in cut for at in stretch] == list(range(len(rows)))
    assert all(len(stretch) >= least for stretch in cut[:-1])
    found = [document for stretch in cut for document in read_stretch(path, stretch)]
    if any((text or "").strip() for text, _ in rows):
        # How many rows are blank is told of a whole table alone, and by its last document.
        *whole, last = read_documents(path)
        told = [note for note in last.notes if not note.endswith(" without text left out")]
        assert found == [*whole, replace(last, notes=tuple(told))]
    else:
        assert found == []


def test_documents_have_the_name_that_the_table_was_given(tmp_path):
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"句": ["甲办好。"] * 4}), path, row_group_size=2)
    names = [x.doc for stretch in stretches(path) for x in read_stretch(path, stretch, name="a.parquet")]
    assert names == [f"a.parquet#{n}" for n in range(1, 5)]


def test_what_cannot_be_cut_has_no_stretches(tmp_path):
    (tmp_path / "t.csv").write_text("text\n甲办好。", encoding="utf-8")
    assert stretches(str(tmp_path / "t.csv")) == []
    pq.write_table(pa.table({"没有表头的一列，第一行就是正文。": ["甲办好。"]}), tmp_path / "t.parquet")
    assert stretches(str(tmp_path / "t.parquet")) == []
    pq.write_table(pa.table({"a": ["甲"], "b": ["乙"]}), tmp_path / "u.parquet")
    with pytest.raises(TableError, match="no text column"):
        stretches(str(tmp_path / "u.parquet"))
    with pytest.raises(DocumentError, match="no such file or folder"):
        stretches(str(tmp_path / "none.parquet"))
