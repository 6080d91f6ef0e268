"""How far two annotators agree, beyond what chance would give.

Sources: Cohen, "A coefficient of agreement for nominal scales", 1960; Krippendorff, "Content Analysis",
4th edition, 2019, chapter 12 (nominal data, two observers, no values missing).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from policycls.errors import CorpusError, UnknownLabelError
from policycls.learning.bootstrap import DRAWS, Score, resample
from policycls.learning.corpus import LabelledDocument, LabelledUnit
from policycls.learning.metrics import ratio
from policycls.model.linear import Floats
from policycls.schema import LabelSet
from policycls.types import NONE


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree about the units that both have labelled."""

    documents: int
    units: int
    only_a: int  #: units that the first alone has labelled
    only_b: int  #: likewise the second
    agreed: Score  #: share of equal primary labels
    kappa: Score  #: Cohen's κ
    alpha: Score  #: Krippendorff's α
    #: by label: units to which the first and the second gave it, κ of giving it or not
    labels: dict[str, tuple[int, int, Score]]
    #: document and both readings, where the primary labels differ
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
    return ratio(seen * n - chance, n * n - chance)


def alpha(table: Floats) -> Floats:
    """Return Krippendorff's nominal α of tables ``(…, k, k)`` of two annotators; NaN without variation.

    Examples
    --------
    >>> float(alpha(np.array([[20.0, 5.0], [10.0, 15.0]])).round(4))
    0.4
    """
    both = table + np.swapaxes(table, -2, -1)  # the coincidences
    n = both.sum(axis=(-2, -1))
    differ = n - np.trace(both, axis1=-2, axis2=-1)
    chance = n * n - (both.sum(axis=-1) ** 2).sum(axis=-1)
    return 1 - ratio(differ, chance / np.maximum(n - 1, 1))


def agree(a: Sequence[LabelledDocument], b: Sequence[LabelledDocument], *, draws: int = DRAWS) -> Agreement:
    """Compare two annotators' labels of the same units, told by document, number and text.

    That there is none which both have labelled is a CorpusError.
    """
    first, second = (
        {(x.doc, unit.unit, unit.text): unit for x in documents for unit in x.units} for documents in (a, b)
    )
    pairs = [(key[0], unit, second[key]) for key, unit in first.items() if key in second]
    if not pairs:
        one, other = (
            f"{doc!r}, {n}, {text[:40]!r}" for doc, n, text in (next(iter(first)), next(iter(second)))
        )
        hint = f"units are told by document, number and text; the first has {one}, the second {other}"
        raise CorpusError("there is no unit that both have labelled", hint=hint)
    names = sorted({unit.label for _, *both in pairs for unit in both})
    docs = {doc: n for n, doc in enumerate(dict.fromkeys(doc for doc, _, _ in pairs))}
    table = np.zeros((len(docs), len(names), len(names)))
    for doc, x, y in pairs:
        table[docs[doc], names.index(x.label), names.index(y.label)] += 1
    found = resample(lambda w: _figures(np.tensordot(w, table, axes=1)), len(docs), draws).scores()
    by_a, by_b = (table.sum(axis=(0, axis)).astype(int).tolist() for axis in (2, 1))
    return Agreement(
        len(docs),
        len(pairs),
        len(first) - len(pairs),
        len(second) - len(pairs),
        found["agreed"],
        found["kappa"],
        found["alpha"],
        {x: (by_a[n], by_b[n], found[f"label {n}"]) for n, x in enumerate(names)},
        [pair for pair in pairs if pair[1].label != pair[2].label],
    )


def resolved(documents: Sequence[LabelledDocument], schemas: Sequence[LabelSet]) -> list[LabelledDocument]:
    """Return documents whose labels are ids, for those that a schema has by id or name; others stay."""

    def known(label: str) -> str:
        for labels in schemas:
            with suppress(UnknownLabelError):
                return labels.resolve(label)
        return label

    def ids(unit: LabelledUnit) -> LabelledUnit:
        return replace(unit, labels=tuple(x for x in map(known, unit.labels) if x != NONE))

    return [replace(x, units=tuple(map(ids, x.units))) for x in documents]


def strangers(found: Agreement) -> str:
    """Say so where most units of one person have labels that the other never gives; else ""."""
    for one in (0, 1):
        alone = {x: (m, n)[one] for x, (m, n, _) in found.labels.items() if not (n, m)[one]}
        if sum(alone.values()) * 2 > found.units:
            given, other = ", ".join(alone), ", ".join(x for x in found.labels if x not in alone)
            side = ("first", "second")[one]
            return f"most labels of the {side} file ({given}) are never given in the other, which has {other}"
    return ""


def _figures(table: Floats) -> dict[str, Floats]:
    """Return every figure of tables ``(n, k, k)``."""
    n = table.sum(axis=(1, 2))
    diagonal = np.einsum("nii->ni", table)
    found = {"agreed": ratio(diagonal.sum(axis=1), n), "kappa": kappa(table), "alpha": alpha(table)}
    for k in range(table.shape[1]):
        both, a, b = diagonal[:, k], table[:, k].sum(axis=1), table[:, :, k].sum(axis=1)
        two = np.array([[both, a - both], [b - both, n - a - b + both]]).transpose(2, 0, 1)
        found[f"label {k}"] = kappa(two)
    return found
