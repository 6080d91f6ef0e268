import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_model import VOCABULARY

from policycls.model.features import (
    BLOCKS,
    Vocabulary,
    bigram_keys,
    encode,
    find_rows,
    is_word,
    normalise,
    pair_keys,
    word_numbers,
)

WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xD7FF), min_size=1, max_size=7)


class Spaced:
    """Cuts behind "/" and before and after line ends; words are joined to the text again."""

    def cut(self, text):
        found, word = [], ""
        for char in text:
            if char == "\n":
                found += [word, char] if word else [char]
                word = ""
            elif word.endswith("/"):
                found.append(word)
                word = char
            else:
                word += char
        return [*found, word] if word else found


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ＡＺａｚ０９", "azaz00"),
        ("2024年", "0000年"),
        (" 检\t查\r\n\u3000\u200b\ufeff\xa0", "检查"),
        ("！，（％）", "!,(%)"),
        ("。、《》", "。、《》"),
        ("\ud800a\udfff", "a"),
        ("😀", "\uffff"),
        ("É", "É"),
        ("", ""),
    ],
)
def test_normal_form(text, normal):
    assert normalise([text]).text == normal + "\n"


@given(texts=st.lists(st.text(max_size=12), max_size=6))
def test_normal_form_keeps_texts_apart_and_places_right(texts):
    found = normalise(texts)
    parts = [normalise([text]).text for text in texts]
    assert found.text == "".join(parts)
    assert found.owner.tolist() == [n for n, part in enumerate(parts) for _ in part]
    joined = "\n".join([*texts, ""])
    same = [joined[at] for at, code in zip(found.position, found.codes, strict=True) if chr(code) > "\u4dff"]
    kept = [chr(x) for x in found.codes if chr(x) > "\u4dff"]
    assert [x if x <= "\uffff" else "\uffff" for x in same] == kept


@given(text=st.text(max_size=30))
def test_normalising_again_changes_nothing(text):
    once = normalise([text]).text
    assert normalise([once.removesuffix("\n")]).text == once


def test_rows_by_hand():
    texts = ["检查/贷款", "", "a/双随机检查", "检，查\n检查"]
    chars, bigrams, words, pairs = find_rows(texts, VOCABULARY, Spaced())
    assert _split(chars) == [[0, 1, -1, 2, 3, -1], [-1], [-1, -1, -1, -1, -1, 0, 1, -1], [0, -1, 1, 0, 1, -1]]
    assert _split(bigrams)[0] == [4, 5]
    # "检查/" is no word of the vocabulary, its "/" being a part of it
    assert _split(words) == [[-1, 7, -1], [-1], [-1, 8, -1], [-1, -1]]
    assert _split(pairs) == [[], [], [], []]


def test_known_features_alone_are_encoded():
    texts = ["检查", "，", "检查贷款"]

    class Words:
        def cut(self, text):
            return [x for part in text.split("检查") for x in ("检查", *part)][1:]

    found = dict(zip(BLOCKS, encode(texts, VOCABULARY, Words()), strict=True))
    assert _split(found["chars"]) == [[0, 1], [], [0, 1, 2, 3]]
    assert _split(found["bigrams"]) == [[4], [], [4, 5]]
    assert _split(found["words"]) == [[6], [], [6]]


def test_no_feature_crosses_from_one_text_into_the_next():
    """ "检" and "查" are neighbours in the batch, not in a text; nor are the words "检查" and "贷款"."""
    _, bigrams, _, pairs = encode(["检", "查", "检查", "贷款"], VOCABULARY, _PairCutter())
    assert _split(bigrams) == [[], [], [4], [5]]
    assert _split(pairs) == [[], [], [], []]
    assert _split(encode(["检查贷款"], VOCABULARY, _PairCutter())[3]) == [[10]]


class _PairCutter:
    def cut(self, text):
        found = []
        while text:
            size = 2 if text[:2] in ("检查", "贷款") else 1
            found.append(text[:size])
            text = text[size:]
        return found


@given(words=st.lists(WORDS, unique=True), others=st.lists(WORDS))
def test_words_of_any_length_have_their_numbers(words, others):
    vocabulary = Vocabulary(VOCABULARY.chars, VOCABULARY.bigrams, tuple(words), VOCABULARY.pairs)
    tokens = [token for token in words + others if token == normalise([token]).text[:-1]]

    class Given:
        def cut(self, text):
            return [x for token in tokens for x in (token, "\n")]

    numbers, owner, _ = word_numbers(normalise(tokens), vocabulary, Given())
    expected = [words.index(token) if token in words else -1 for token in tokens]
    assert numbers[::2].tolist() == expected
    assert (numbers[1::2] == -1).all()
    assert owner.tolist() == [n for n in range(len(tokens)) for _ in range(2)]


def test_every_row_tells_its_term():
    terms = [VOCABULARY.term(row) for row in range(len(VOCABULARY))]
    assert terms[:6] == [("chars", x) for x in "检查贷款"] + [("bigrams", "检查"), ("bigrams", "贷款")]
    assert terms[6:] == [("words", x) for x in ("检查", "贷款", "双随机检查", "a")] + [("pairs", "检查贷款")]


def test_rows_are_found_by_name():
    kinds = ["characters", "characters", "word"]
    assert VOCABULARY.rows(kinds, ["查", "贷款", "双随机检查"]).tolist() == [1, 5, 8]
    with pytest.raises(KeyError):
        VOCABULARY.rows(["word"], ["没有"])


def test_keys():
    left, right = np.array([0x68C0], dtype=np.uint32), np.array([0x67E5], dtype=np.uint32)
    assert bigram_keys(left, right).tolist() == [0x68C067E5]
    assert pair_keys(np.array([1], dtype=np.int32), np.array([2], dtype=np.int32)).tolist() == [1 << 32 | 2]


@pytest.mark.parametrize(
    ("token", "word"), [("检查", True), ("a", True), ("0", True), ("。", False), ("\n", False)]
)
def test_what_counts_as_a_word(token, word):
    assert is_word(token) is word


def _split(block):
    return [block.rows[a:b].tolist() for a, b in zip(block.starts[:-1], block.starts[1:], strict=True)]
