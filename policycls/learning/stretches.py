"""Units that were picked out of a document one by one, put back between those that stood around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policycls.learning.corpus import LabelledDocument, LabelledUnit

#: Texts without words between two stretches of a document: context does not reach across them.
_GAP = ("", "")

#: A document's number, a text, the heading above it, and the unit where it is a labelled one.
Placed = tuple[int, str, str, LabelledUnit | None]


def placed(documents: Sequence[LabelledDocument]) -> Iterator[Placed]:
    """Yield every text that a model needs to decide about labelled units in their context.

    Units that do not say what stands around them (``before`` is None) follow upon each other.

    Examples
    --------
    >>> units = (LabelledUnit("b", (), before="a", after="c"), LabelledUnit("e", (), before="d", after=""))
    >>> [text for _, text, _, _ in placed([LabelledDocument("x", units)])]
    ['a', 'b', 'c', '', '', 'd', 'e']
    """
    for number, document in enumerate(documents):
        last: LabelledUnit | None = None
        for unit in document.units:
            if unit.before is not None and (last is None or last.text != unit.before):
                around = [] if last is None else [last.after or "", *_GAP]
                for text in (*around, unit.before):
                    yield number, text, "", None
            yield number, unit.text, unit.heading, unit
            last = unit
        if last is not None and last.after:
            yield number, last.after, "", None
