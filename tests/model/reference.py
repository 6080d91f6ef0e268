"""The model's scores once more: slow, plain, and with nothing of the package but the model's files.

scikit-learn counts what an analyzer of a few lines finds in one text at a time, jieba itself cuts, and the
product is one of sparse matrices.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

HAN = re.compile("[\u4e00-\u9fff]{2,}")
INVISIBLE = {chr(x) for x in (*range(0x21), *range(0x7F, 0xA1), 0xAD, *range(0x2000, 0x2010), 0x1680, 0x180E)}
INVISIBLE |= {chr(x) for x in (*range(0x2028, 0x2030), *range(0x205F, 0x2070), 0x3000, 0xFEFF)}


def plain(text: str) -> str:
    """The normal form of a text."""
    return "".join(_plain(char) for char in text)


def _plain(char: str) -> str:
    if char in INVISIBLE or "\ud800" <= char <= "\udfff":
        return ""
    half = chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char
    if half in "0123456789":
        return "0"
    return half.lower() if "A" <= half <= "Z" else min(half, "\uffff")


def jieba_tokenizer(words):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in words:
        if HAN.fullmatch(word):
            tokenizer.add_word(word, 500, "n")
    return tokenizer


class Reference:
    def __init__(self, folder: Path) -> None:
        with np.load(folder / "weights.npz") as arrays:
            self.arrays = dict(arrays)
        chars = [("char", chr(x)) for x in self.arrays["chars"]]
        bigrams = [("bigram", chr(int(x) >> 16) + chr(int(x) & 0xFFFF)) for x in self.arrays["bigrams"]]
        self.words = self.arrays["words"].tobytes().decode().split("\n")
        words = [("word", x) for x in self.words]
        pairs = [
            ("pair", self.words[int(x) >> 32], self.words[int(x) & 0xFFFFFFFF]) for x in self.arrays["pairs"]
        ]
        terms = [*chars, *bigrams, *words, *pairs]
        self.known = set(self.words)
        self.tokenizer = jieba_tokenizer(self.arrays["taught"].tobytes().decode().split("\n"))
        vocabulary = {term: n for n, term in enumerate(terms)}
        self.counter = CountVectorizer(analyzer=self.analyze, vocabulary=vocabulary)

    def analyze(self, text: str):
        text = plain(text)
        counted = ["\u4e00" <= char <= "\u9fff" or char == "0" for char in text]
        for n, char in enumerate(text):
            if counted[n]:
                yield ("char", char)
                if n + 1 < len(text) and counted[n + 1]:
                    yield ("bigram", char + text[n + 1])
        tokens = self.tokenizer.lcut(text, HMM=False)
        for n, token in enumerate(tokens):
            if token in self.known:
                yield ("word", token)
                if n + 1 < len(tokens) and tokens[n + 1] in self.known:
                    yield ("pair", token, tokens[n + 1])

    def scores(self, texts) -> np.ndarray:
        """Own and context scores, ``(n, 2 k)``."""
        counts = self.counter.transform(texts).astype(np.float64)
        arrays = self.arrays
        own = arrays["own"] * arrays["own_step"]
        context = arrays["context"] * arrays["context_step"]
        norm = np.sqrt(counts @ arrays["idf"].astype(np.float64) ** 2)
        inverse = sparse.diags_array(1 / np.where(norm > 0, norm, 1))
        return inverse @ counts @ np.hstack([own, context])
