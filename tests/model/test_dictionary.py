"""jieba's dictionary in parts: whole when put together again, and the same cut for a text by any part."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from policycls.model import dictionary, segmentation
from policycls.model.features import normalise
from policycls.model.segmentation import make_segmenter


@pytest.fixture(scope="module")
def whole():
    lines = (Path(find_spec("jieba").origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    return {word: int(frequency) for word, frequency, _ in (line.split(" ") for line in lines)}, lines


def test_the_parts_are_the_whole(whole):
    words, lines = whole
    found = dictionary.load_dictionary()
    parts = found.odd()
    for character in dict.fromkeys(word[0] for word in words if word not in parts):
        part = found.beginning_with(character)
        assert all(word[0] == character for word in part)
        parts |= part
    assert parts == words
    assert sum(int(line.split(" ")[1]) for line in lines) == dictionary.TOTAL


def test_a_character_that_begins_no_word_has_no_part():
    assert dictionary.load_dictionary().beginning_with("。") == {}
    assert dictionary.load_dictionary().beginning_with("\U0010ffff") == {}


def test_a_few_characters_are_cut_as_all_are(shipped, corpus_texts):
    taught = shipped.weights.taught
    everything = make_segmenter(taught)
    everything.cut("".join(map(chr, range(0x4E00, 0x5000))))  # more than it would take in parts
    for start in range(0, 1500, 3):
        little = segmentation._Rjieba(taught)
        for text in normalise(corpus_texts[start : start + 3]).text.split("\n"):
            assert little.cut(text) == everything.cut(text)


def test_many_characters_ask_for_the_whole_dictionary():
    segmenter = segmentation._Rjieba(())
    assert not segmenter._engine.has_word("高富帅")
    segmenter.cut("".join(map(chr, range(0x4E00, 0x5000))))
    assert segmenter._engine.has_word("高富帅")


def test_another_dictionary_than_the_engine_has_is_left_alone(monkeypatch):
    monkeypatch.setattr(dictionary, "LENGTH", 1)
    dictionary.load_dictionary.cache_clear()
    try:
        assert dictionary.load_dictionary() is None
        segmenter = segmentation._Rjieba(("容缺受理",))
        assert segmenter.cut("推行容缺受理") == ["推行", "容缺受理"]
        assert segmenter._engine.has_word("高富帅")
    finally:
        dictionary.load_dictionary.cache_clear()
