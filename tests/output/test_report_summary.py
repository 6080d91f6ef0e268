"""Tables for analysis: counts, shares and rates add up, and their intervals come from drawing documents."""

import csv
import dataclasses
import io

import numpy as np
import pandas as pd
import pytest
from sample_units import LABELS, unit

import policycls
from policycls.errors import TableError, UsageError
from policycls.output.summary import frame_of, summarize, write_summary


@pytest.fixture
def frame():
    """Six documents of two districts, in which approval is rare in the west and frequent in the east."""
    rows = []
    for n, (region, approvals) in enumerate(
        [("东", 4), ("东", 6), ("东", 5), ("西", 0), ("西", 1), ("西", 2)]
    ):
        for k in range(10):
            label = "approval_streamlining" if k < approvals else "none"
            rows.append(
                {"doc": f"{n}.txt", "text": "字" * 20, "label": label, "region": region, "year": 2020 + n}
            )
    return pd.DataFrame(rows)


def _cell(found, region, label, column):
    (value,) = found.loc[(found["region"] == region) & (found["label"] == label), column]
    return value


def test_counts_shares_and_rates_of_each_group(frame):
    found = summarize(frame, "region")
    assert list(found["label"]) == [*LABELS.ids, "none"] * 2
    assert _cell(found, "东", "approval_streamlining", "count") == 15
    assert _cell(found, "东", "approval_streamlining", "share") == 0.5
    assert _cell(found, "东", "approval_streamlining", "per_10k") == 15 / 600 * 10_000
    assert _cell(found, "西", "none", "count") == 27
    assert set(found["documents"]) == {3}
    assert found.groupby("region")["share"].sum().tolist() == [1, 1]


def test_intervals_hold_the_figure_and_part_the_districts(frame):
    found = summarize(frame, ["region"])
    for name in ("count", "share", "per_10k"):
        assert (found[f"{name}_low"] <= found[name]).all()
        assert (found[name] <= found[f"{name}_high"]).all()
    east, west = (
        _cell(found, x, "approval_streamlining", e) for x, e in (("东", "share_low"), ("西", "share_high"))
    )
    assert west < east


def test_the_interval_is_that_of_drawn_documents(frame):
    """Of three documents with 4, 6 and 5 of 10, the extreme draws are 27 times rarer than the middle."""
    found = summarize(frame, "region", draws=20_000)
    low, high = (_cell(found, "东", "approval_streamlining", f"share_{end}") for end in ("low", "high"))
    draws = [(a + b + c) / 30 for a in (4, 6, 5) for b in (4, 6, 5) for c in (4, 6, 5)]
    assert low == pytest.approx(np.percentile(draws, 2.5), abs=0.034)
    assert high == pytest.approx(np.percentile(draws, 97.5), abs=0.034)
    assert low < 0.5 < high


def test_units_of_one_document_are_not_drawn_by_themselves(frame):
    alone = summarize(frame[frame["doc"] == "0.txt"])
    assert alone["share_low"].isna().all()
    assert alone["share"].notna().all()


def test_the_same_in_every_run_and_in_any_order(frame):
    first = summarize(frame, "region")
    pd.testing.assert_frame_equal(first, summarize(frame, "region"))
    pd.testing.assert_frame_equal(first, summarize(frame.sample(frac=1, random_state=1), "region"))


def test_wide_holds_the_figures_of_long(frame):
    long, wide = summarize(frame, "region"), summarize(frame, "region", shape="wide")
    assert len(wide) == 2
    for label in (*LABELS.ids, "none"):
        for name in ("count", "share_low", "per_10k_high"):
            rows = long[long["label"] == label]
            assert wide[f"{name}_{label}"].tolist() == rows[name].tolist()


def test_chinese_names_on_request(frame):
    found = summarize(frame, "region", lang="zh")
    assert list(found.columns[:6]) == ["region", "文档数", "句数", "字数", "标签", "数量"]
    assert "审批提速" in set(found["标签"])
    wide = summarize(frame, "region", lang="zh", shape="wide")
    assert "占比下限_审批提速" in wide.columns


def test_several_columns_and_missing_values(frame):
    frame.loc[frame["doc"] == "5.txt", "region"] = np.nan
    found = summarize(frame, ["region", "year"])
    assert len(found) == 6 * 6
    assert found["region"].isna().sum() == 6


def test_labels_beside_the_schema_are_counted(frame):
    frame.loc[0, "label"] = "culture"
    found = summarize(frame)
    assert list(found["label"]) == [*LABELS.ids, "culture", "none"]


def test_what_cannot_be_counted_is_said(frame):
    with pytest.raises(TableError, match="no column 'city'; the columns are doc, text"):
        summarize(frame, "city")
    with pytest.raises(UsageError, match="unknown shape 'square'"):
        summarize(frame, shape="square")
    with pytest.raises(UsageError, match="cannot count by 'label'"):
        summarize(frame, "label")
    with pytest.raises(UsageError, match="unknown lang 'fr'; choose from en, zh"):
        summarize(frame, lang="fr")
    for draws in (-1, 0):
        with pytest.raises(UsageError, match=f"draws is {draws}"):
            summarize(frame, draws=draws)
    with pytest.raises(TypeError, match=r"frame is list, not a DataFrame; .* pd.DataFrame\(map\("):
        summarize([unit()])
    assert summarize(pd.DataFrame(map(dataclasses.asdict, [unit()])))["count"].sum() == 1


def test_the_column_of_documents_is_named_or_missed(frame):
    named = summarize(frame.rename(columns={"doc": "文档"}), "region", doc="文档")
    pd.testing.assert_frame_equal(named, summarize(frame, "region"))
    with pytest.raises(TableError, match="no column '文件'"):
        summarize(frame, doc="文件")
    with pytest.warns(UserWarning, match="no column 'doc' tells the documents"):
        found = summarize(frame.drop(columns="doc"))
    assert found["share_low"].isna().all()
    assert found["count"].sum() == len(frame)


def test_of_labels_of_ones_own_no_others_are_listed(frame):
    own = frame.assign(label=["绿化", "照明"] * 30)
    assert list(summarize(own)["label"]) == ["照明", "绿化"]
    own.loc[0, "label"] = "none"
    assert list(summarize(own)["label"]) == ["照明", "绿化", "none"]
    assert list(summarize(own, labels=LABELS)["label"]) == [*LABELS.ids, "照明", "绿化", "none"]


def test_it_is_a_public_name_and_takes_tagged_frames():
    frame = pd.DataFrame({"text": ["推行容缺受理。", "会议于9时开始。"], "doc": ["a", "a"]})
    found = policycls.summarize(policycls.tag_frame(frame, text="text"))
    assert found.loc[found["label"] == "approval_streamlining", "count"].tolist() == [1]


def test_the_csv_is_excels_and_holds_no_formula():
    units = [unit(doc=f"{n}.txt", fields={"=cmd|' /c calc'!A1": "=1+1"}) for n in range(2)]
    data = write_summary(summarize(frame_of(units), "=cmd|' /c calc'!A1"))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0][0] == "'=cmd|' /c calc'!A1"
    assert rows[1][0] == "'=1+1"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
