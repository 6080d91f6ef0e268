"""What is known about words before training: experts' terms, and figures counted from real text.

``terms.tsv`` has a line a term: term, label, weight (1 to 3). ``evidence.tsv`` has a line a word or a run
of one or two characters: kind, text, number of documents in which it stands, then for each class its
weight about the unit in which it stands, and for each class its weight about the units around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from policycls.errors import CorpusDamagedError, CorpusError, UnknownLabelError
from policycls.model.linear import Floats
from policycls.resources import data_path

_KINDS = ("characters", "word", "bias")
_HEADER = ("kind", "text", "documents")


@dataclass(frozen=True, slots=True)
class Term:
    """An expert's term: where it stands, the label is likely."""

    text: str
    label: str
    weight: float


@dataclass(frozen=True)
class Evidence:
    """Figures about n words for k classes."""

    classes: tuple[str, ...]
    kinds: tuple[str, ...]
    texts: tuple[str, ...]
    documents: tuple[int, ...]  #: in how many each word stands
    own: Floats  #: what a word says about its unit, per occurrence and before the length norm; (n, k)
    context: Floats  #: likewise about the units around; (n, k)
    bias: Floats  #: what holds for every unit, (k,); the row of kind "bias" in the table

    def about(self, classes: Sequence[str]) -> Evidence:
        """Return the figures for other classes; 0 for those that it does not know."""
        kept = [n for n, x in enumerate(self.classes) if x in classes]
        into = np.zeros((len(kept), len(classes)))
        into[range(len(kept)), [classes.index(self.classes[n]) for n in kept]] = 1
        own, context, bias = (x[..., kept] @ into for x in (self.own, self.context, self.bias))
        return replace(self, classes=tuple(classes), own=own, context=context, bias=bias)


@dataclass(frozen=True)
class Knowledge:
    """Terms and evidence, either of which may be missing."""

    terms: tuple[Term, ...] = ()
    evidence: Evidence | None = None


def shipped_knowledge() -> Knowledge:
    """Return the tables that ship with the package."""
    return Knowledge(
        read_terms(data_path("labels", "terms.tsv")), read_evidence(data_path("labels", "evidence.tsv"))
    )


def read_terms(path: str | Path) -> tuple[Term, ...]:
    """Read a table of terms; what cannot be read is a CorpusError with the line."""
    terms = []
    for number, line in _lines(path):
        parts = line.split("\t")
        try:
            text, label, weight = parts[0], parts[1], float(parts[2])
        except (IndexError, ValueError):
            raise CorpusError("expected term, label, weight between tabs", path=path, line=number) from None
        terms.append(Term(text, label, weight))
    return tuple(terms)


def read_evidence(path: str | Path) -> Evidence:
    """Read a table of figures; errors as :func:`read_terms`."""
    (_, first), *rows = list(_lines(path)) or [(1, "")]
    header = first.split("\t")
    k = (len(header) - len(_HEADER)) // 2
    classes = tuple(name.removeprefix("own:") for name in header[3 : 3 + k])
    if k < 1 or header != _header(classes):
        raise CorpusError("the header is not that of a table of evidence", path=path, line=1)
    kinds, texts, documents, values = [], [], [], []
    bias = np.zeros(k)
    for number, line in rows:
        try:
            kind, text, many, *cells = line.split("\t")
            count, numbers = int(many), [float(x) for x in cells]
        except ValueError:
            raise CorpusDamagedError("expected numbers between tabs", path=path, line=number) from None
        if len(numbers) != 2 * k or kind not in _KINDS or not np.isfinite(numbers).all():
            raise CorpusDamagedError(f"expected {3 + 2 * k} fields", path=path, line=number)
        if kind == "bias":
            bias[:] = numbers[:k]
            continue
        kinds.append(kind)
        texts.append(text)
        documents.append(count)
        values.append(numbers)
    array = np.array(values).reshape(-1, 2 * k)
    return Evidence(classes, tuple(kinds), tuple(texts), tuple(documents), array[:, :k], array[:, k:], bias)


def evidence_text(evidence: Evidence) -> str:
    """Return evidence as the text of its table."""
    bias = [f"{x:.3f}" for x in evidence.bias] + ["0"] * len(evidence.bias)
    rows = [_header(evidence.classes), ["bias", "", "0", *bias]]
    values = np.hstack([evidence.own, evidence.context])
    words = zip(evidence.kinds, evidence.texts, evidence.documents, values, strict=True)
    for kind, text, documents, row in words:
        rows.append([kind, text, str(documents), *(f"{x:.2f}".replace("-0.00", "0.00") for x in row)])
    return "".join("\t".join(row) + "\n" for row in rows)


def _header(classes: Sequence[str]) -> list[str]:
    return [*_HEADER, *(f"{block}:{label}" for block in ("own", "context") for label in classes)]


def term_columns(terms: Sequence[Term], classes: Sequence[str]) -> list[int]:
    """Return for each term the position of its label among the classes; a label that is none is refused."""
    for number, term in enumerate(terms, 1):
        if term.label not in classes:
            raise UnknownLabelError(f"term {term.text!r} has the unknown label {term.label!r}", line=number)
    return [classes.index(term.label) for term in terms]


def _lines(path: str | Path) -> list[tuple[int, str]]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CorpusError(error.strerror or "cannot be read", path=path) from error
    except UnicodeDecodeError as error:
        raise CorpusError("is not UTF-8 text", path=path) from error
    lines = enumerate(text.split("\n"), 1)
    return [(number, line) for number, line in lines if line.strip() and not line.startswith("#")]
