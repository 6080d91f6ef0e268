"""How far two annotators agree, beyond what chance would give.

Sources: Cohen, "A coefficient of agreement for nominal scales", 1960; Krippendorff, "Content Analysis",
4th edition, 2019, chapter 12 (nominal data, two observers, no values missing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policycls.errors import CorpusError
from policycls.learning.bootstrap import DRAWS, LEVEL, Score, draws_of_documents
from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.model.linear import Floats

_Key = tuple[str, int, str]


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree about the units that both have labelled.

    Attributes
    ----------
    documents, units : int
    only_a, only_b : int
        Units that one of them alone has labelled.
    agreed, kappa, alpha : Score
        Share of equal primary labels, Cohen's κ, Krippendorff's α.
    labels : dict of str to (int, int, Score)
        For each label: units to which the first and the second gave it, and κ of giving it or not.
    conflicts : list of (str, LabelledUnit, LabelledUnit)
        Document and both readings, where the primary labels differ.
    """

    documents: int
    units: int
    only_a: int
    only_b: int
    agreed: Score
    kappa: Score
    alpha: Score
    labels: dict[str, tuple[int, int, Score]]
    conflicts: list[tuple[str, LabelledUnit, LabelledUnit]]


def kappa(table: Floats) -> Floats:
    """Return Cohen's κ of tables ``(…, k, k)``; NaN where chance explains all.

    Examples
    --------
    >>> float(kappa(np.array([[20.0, 5.0], [10.0, 15.0]])).round(2))
    0.4
    """
    n = table.sum(axis=(-2, -1))
    seen = np.trace(table, axis1=-2, axis2=-1)
    chance = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1)
    return _ratio(seen * n - chance, n * n - chance)


def alpha(table: Floats) -> Floats:
    """Return Krippendorff's nominal α of tables ``(…, k, k)`` of two annotators; NaN without variation.

    Examples
    --------
    >>> float(alpha(np.array([[20.0, 5.0], [10.0, 15.0]])).round(4))
    0.4
    """
    both = table + np.swapaxes(table, -2, -1)  # the coincidences
    n = both.sum(axis=(-2, -1))
    seen = n - np.trace(both, axis1=-2, axis2=-1)
    margins = both.sum(axis=-1)
    chance = (n * n - (margins**2).sum(axis=-1)) / np.maximum(n - 1, 1)
    result: Floats = np.where(chance > 0, 1 - seen / np.where(chance > 0, chance, 1), np.nan)
    return result


def agree(a: Sequence[LabelledDocument], b: Sequence[LabelledDocument], *, draws: int = DRAWS) -> Agreement:
    """Compare two annotators' labels of the same units, told by document, number and text.

    Raises
    ------
    CorpusError
        If no unit is in both.
    """
    first, second = _units(a), _units(b)
    shared = [key for key in first if key in second]
    if not shared:
        hint = "units are told by document, number and text"
        raise CorpusError("there is no unit that both have labelled", hint=hint)
    pairs = [(first[key], second[key]) for key in shared]
    names = sorted({unit.label for pair in pairs for unit in pair})
    docs = {doc: n for n, doc in enumerate(dict.fromkeys(key[0] for key in shared))}
    table = np.zeros((len(docs), len(names), len(names)))
    for key, (x, y) in zip(shared, pairs, strict=True):
        table[docs[key[0]], names.index(x.label), names.index(y.label)] += 1
    found = _scores(table, draws)
    total = table.sum(axis=0)
    labels = {
        x: (int(total[n].sum()), int(total[:, n].sum()), found[f"label {n}"]) for n, x in enumerate(names)
    }
    return Agreement(
        len(docs), len(shared), len(first) - len(shared), len(second) - len(shared),
        found["agreed"], found["kappa"], found["alpha"], labels,
        [(key[0], x, y) for key, (x, y) in zip(shared, pairs, strict=True) if x.label != y.label],
    )  # fmt: skip


def _units(documents: Sequence[LabelledDocument]) -> dict[_Key, LabelledUnit]:
    return {(x.doc, unit.unit, unit.text): unit for x in documents for unit in x.units}


def _figures(table: Floats) -> Mapping[str, Floats]:
    """Return every figure of tables ``(n, k, k)``."""
    n = np.maximum(table.sum(axis=(1, 2)), 1e-12)
    diagonal = np.einsum("nii->ni", table)
    found = {"agreed": diagonal.sum(axis=1) / n, "kappa": kappa(table), "alpha": alpha(table)}
    for k in range(table.shape[1]):
        both, a, b = diagonal[:, k], table[:, k].sum(axis=1), table[:, :, k].sum(axis=1)
        two = np.array([[both, a - both], [b - both, n - a - b + both]]).transpose(2, 0, 1)
        found[f"label {k}"] = kappa(two)
    return found


def _scores(table: Floats, draws: int) -> dict[str, Score]:
    point = _figures(table.sum(axis=0, keepdims=True))
    drawn: dict[str, list[Floats]] = {name: [] for name in point}
    if len(table) > 1:
        for weights in draws_of_documents(len(table), draws, seed=0):
            for name, values in _figures(np.tensordot(weights, table, axes=1)).items():
                drawn[name].append(values)
    return {name: _score(float(value[0]), drawn[name]) for name, value in point.items()}


def _score(value: float, drawn: list[Floats]) -> Score:
    values: NDArray[np.float64] = np.concatenate(drawn) if drawn else np.zeros(0)
    values = values[np.isfinite(values)]
    if not len(values) or not np.isfinite(value):
        return Score(value, float("nan"), float("nan"))
    low, high = np.percentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return Score(value, float(low), float(high))


def _ratio(part: Floats, whole: Floats) -> Floats:
    result: Floats = np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)
    return result
