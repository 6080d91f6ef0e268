"""What speed is compared with: each is trained on the training documents, kept in a folder, and loaded again.

Run as a program, ``speed_peers.py NAME FOLDER [UNITS]`` does what a cold start does: load, and tag one
sentence or the lines of a file. Nothing but what that needs is imported.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Texts in, labels out.
Predict = Callable[[Sequence[str]], Sequence[str]]

SENTENCE = "推行容缺受理和告知承诺，企业开办一天办结。"
#: fastText's dimension, and its n-grams of characters on raw text.
FASTTEXT = {"dim": 100, "minn": 1, "maxn": 3, "thread": 1, "epoch": 10, "lr": 0.5, "verbose": 0}


@dataclass(frozen=True)
class Peer:
    """A way from texts to labels.

    Attributes
    ----------
    title : str
    load : callable
        Takes the folder it is kept in.
    train : callable or None
        Takes texts, labels and the folder to keep it in.
    """

    title: str
    load: Callable[[Path], Predict]
    train: Callable[[Sequence[str], Sequence[str], Path], None] | None = None


def _jieba() -> Any:
    """Build jieba's tokenizer as its first cut does, past its cache file in the shared temp folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _train_tutorial(texts: Sequence[str], labels: Sequence[str], folder: Path) -> None:
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    lcut = _jieba().lcut
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    joblib.dump(pipeline.fit([" ".join(lcut(x)) for x in texts], labels), folder / "pipeline")


def _load_tutorial(folder: Path) -> Predict:
    import joblib

    lcut, pipeline = _jieba().lcut, joblib.load(folder / "pipeline")
    return lambda texts: pipeline.predict([" ".join(lcut(x)) for x in texts])


def _words(text: str) -> list[str]:
    import rjieba

    return [token for token in rjieba.cut(text, False) if any(map(str.isalnum, token))]


def _train_sklearn(texts: Sequence[str], labels: Sequence[str], folder: Path) -> None:
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    features = make_union(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 2)),
        TfidfVectorizer(tokenizer=_words, token_pattern=None, ngram_range=(1, 2)),
    )
    pipeline = make_pipeline(features, LinearSVC(C=0.3, class_weight="balanced", random_state=0))
    joblib.dump(pipeline.fit(texts, labels), folder / "pipeline")


def _load_sklearn(folder: Path) -> Predict:
    import joblib

    return joblib.load(folder / "pipeline").predict  # type: ignore[no-any-return]


def _train_fasttext(texts: Sequence[str], labels: Sequence[str], folder: Path) -> None:
    import fasttext

    lines = folder / "lines.txt"
    lines.write_text("".join(f"__label__{a} {_line(b)}" for a, b in zip(labels, texts, strict=True)), "utf-8")
    fasttext.train_supervised(str(lines), **FASTTEXT).save_model(str(folder / "model.bin"))
    lines.unlink()


def _line(text: str) -> str:
    return "".join(text.split()) + "\n"


def _load_fasttext(folder: Path) -> Predict:
    import fasttext

    binding = fasttext.load_model(str(folder / "model.bin")).f
    # The package's own predict() does not know numpy 2.
    return lambda texts: [
        label.removeprefix("__label__")
        for (label,) in binding.multilinePredict([_line(x) for x in texts], 1, 0.0, "strict")[0]
    ]


def _train_spacy(texts: Sequence[str], labels: Sequence[str], folder: Path) -> None:
    import spacy
    from spacy.training import Example

    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("zh")  # by default it cuts characters
    model = {
        "@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2,
        "length": 1 << 18, "no_output_layer": False,
    }  # fmt: skip
    pipe = nlp.add_pipe("textcat", config={"model": model})
    names = sorted(set(labels))
    for name in names:
        pipe.add_label(name)
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {name: float(name == label) for name in names}})
        for text, label in zip(texts, labels, strict=True)
    ]
    optimiser = nlp.initialize(lambda: examples[:1000])
    for _ in range(6):
        for start in range(0, len(examples), 64):
            nlp.update(examples[start : start + 64], sgd=optimiser)
    nlp.to_disk(folder / "nlp")


def _load_spacy(folder: Path) -> Predict:
    import spacy

    nlp = spacy.load(folder / "nlp")
    return lambda texts: [max(doc.cats, key=doc.cats.__getitem__) for doc in nlp.pipe(texts, batch_size=1000)]


def _load_ours(engine: Any) -> Callable[[Path], Predict]:
    def load(folder: Path) -> Predict:
        from policycls.model import load_model
        from policycls.resources import data_path

        del folder  # it ships
        model = load_model(data_path("models", "default"))
        model.engine = engine
        return model.predict  # type: ignore[return-value]

    return load


def _load_cut(folder: Path) -> Predict:
    """``rjieba.cut`` alone, a thousand texts at a time; the words are thrown away."""
    del folder
    from policycls.model.segmentation import make_segmenter

    segmenter = make_segmenter(())

    def cut(texts: Sequence[str]) -> Sequence[str]:
        for start in range(0, len(texts), 1000):
            segmenter.cut("\n".join(texts[start : start + 1000]))
        return []

    return cut


PEERS = {
    "tutorial": Peer("jieba.lcut, TfidfVectorizer, LogisticRegression", _load_tutorial, _train_tutorial),
    "sklearn": Peer("scikit-learn on our kinds of features, rjieba", _load_sklearn, _train_sklearn),
    "spacy": Peer("spaCy bag of words, characters", _load_spacy, _train_spacy),
    "fasttext": Peer("fastText on raw text", _load_fasttext, _train_fasttext),
    "ours-jieba": Peer("policycls, cut by jieba", _load_ours("jieba")),
    "ours": Peer("**policycls**", _load_ours("rjieba")),
    "cut": Peer("bound: rjieba.cut alone", _load_cut),
}


def main() -> None:
    name, folder, *units = sys.argv[1:]
    texts = [SENTENCE] if not units else Path(units[0]).read_text("utf-8").splitlines()
    PEERS[name].load(Path(folder))(texts)


if __name__ == "__main__":
    main()
