import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_classifier import ODD, PIECES

from policycls.model.features import normalise
from policycls.model.segmentation import make_segmenter, missing_words


@pytest.fixture(scope="module")
def engines(shipped):
    taught = shipped.weights.taught
    return make_segmenter(taught, "rjieba"), make_segmenter(taught, "jieba")


def test_engines_cut_the_whole_corpus_alike(engines, corpus_texts):
    for start in range(0, len(corpus_texts), 1000):
        text = normalise(corpus_texts[start : start + 1000] + ODD).text
        fast, plain = (engine.cut(text) for engine in engines)
        assert fast == plain


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=20)))
def test_engines_cut_anything_alike_and_lose_nothing(engines, texts):
    text = normalise(texts).text
    fast, plain = (engine.cut(text) for engine in engines)
    assert fast == plain
    assert "".join(fast) == text
    assert all("\n" not in token or token == "\n" for token in fast)


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_taught_words_are_cut_whole(engine):
    assert make_segmenter((), engine).cut("推行容缺受理") == ["推行", "容", "缺", "受理"]
    assert make_segmenter(("容缺受理",), engine).cut("推行容缺受理") == ["推行", "容缺受理"]


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_words_that_are_not_of_han_characters_are_not_taught(engine):
    text = "“放管服”改革a证"
    assert make_segmenter(("“放管服”", "a证", "改"), engine).cut(text) == make_segmenter((), engine).cut(text)


def test_missing_words_are_those_that_the_dictionary_lacks():
    assert missing_words(["检查", "容缺受理", "“双随机”", "a", "企"]) == ["容缺受理"]


def test_what_is_taught_stays_with_the_segmenter():
    make_segmenter(("推行容缺",))
    assert make_segmenter(()).cut("推行容缺") != ["推行容缺"]


def test_the_package_of_the_engine_is_neither_imported_nor_changed():
    """Importing it builds a second segmenter, which costs as much as tagging a sentence."""
    program = (
        "import sys; from policycls.model.segmentation import make_segmenter\n"
        "cut = make_segmenter(('推行容缺',)).cut; assert cut('推行容缺') == ['推行容缺']\n"
        "assert 'rjieba' not in sys.modules and 'jieba' not in sys.modules\n"
        "import rjieba; assert rjieba.cut('推行容缺', False) != ['推行容缺']\n"
        "again = make_segmenter(('推行容缺受',)).cut; assert again('推行容缺受') == ['推行容缺受']"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
