"""Every text is there in both languages, and every text that is asked for is there."""

import re
from importlib.resources import files
from typing import get_args

import pytest

from policycls.output.words import Place, pairs, words

OUTPUT = files("policycls.output")
LINES = [line.split("\t") for line in OUTPUT.joinpath("words.tsv").read_text("utf-8").splitlines()]
GAP = re.compile(r"\{\w*\}")


def test_a_line_is_a_place_a_key_and_two_texts():
    assert LINES[0] == ["place", "key", "en", "zh"]
    assert {place for place, *_ in LINES[1:]} == set(get_args(Place))
    assert len({(place, key) for place, key, *_ in LINES}) == len(LINES)


@pytest.mark.parametrize("place", get_args(Place))
def test_both_languages_have_the_text_and_the_same_gaps(place):
    for key, (en, zh) in pairs(place).items():
        assert bool(en) == bool(zh), key
        assert sorted(GAP.findall(en)) == sorted(GAP.findall(zh)), key


@pytest.mark.parametrize(("suffix", "place"), [(".j2", "page"), (".js", "script")])
def test_what_the_page_asks_for_is_there(suffix, place):
    found = [x for x in OUTPUT.joinpath("report", "templates").iterdir() if x.name.endswith(suffix)]
    asked = {key for x in found for key in re.findall(r'\bsay\("(\w+)"', x.read_text("utf-8"))}
    assert asked and asked <= set(pairs(place))


def test_a_language_has_its_own():
    assert words("en")["skipped"] == "skipped"
    assert words("zh")["skipped"] == "未处理"
