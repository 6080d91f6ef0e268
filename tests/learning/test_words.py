"""The table of texts: both languages say the same, nothing is said twice, and nothing is left over."""

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

import policycls
from policycls.learning.words import line, say

TEXT = files("policycls.learning").joinpath("words.tsv").read_text(encoding="utf-8")
ROWS = [row.split("\t") for row in TEXT.splitlines()]
SOURCES = "".join(x.read_text("utf-8") for x in sorted(Path(policycls.__file__).parent.rglob("*.py")))


def test_every_row_has_a_key_of_its_own_and_two_texts():
    assert {len(row) for row in ROWS} == {3}
    assert max(Counter(key for key, _, _ in ROWS).values()) == 1


@pytest.mark.parametrize(("key", "english", "chinese"), ROWS, ids=[row[0] for row in ROWS])
def test_chinese_has_no_gap_that_english_lacks_and_the_text_is_used(key, english, chinese):
    gaps = [set(re.findall(r"\{(\w+)", text)) for text in (english, chinese)]
    assert gaps[1] <= gaps[0]
    begins, _, ends = key.partition("_")
    assert f'"{key}"' in SOURCES or (f'f"{begins}_{{' in SOURCES and f'"{ends}"' in SOURCES)


def test_cells_stand_below_each_other_in_both_languages():
    assert [line(("a", text, "b"), (3, -6, 0)) for text in ("units", say("units", "zh"))] == [
        "a   unitsb",
        "a    句数b",
    ]
