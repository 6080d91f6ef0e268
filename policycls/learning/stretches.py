"""Units that were picked out of a document one by one, put back between those that stood around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from policycls.learning.corpus import LabelledDocument, LabelledUnit

#: Texts without words between two stretches of a document: context does not reach across them.
_GAP = ("", "")


@dataclass(frozen=True, slots=True)
class Stretches:
    """All texts that a model needs to decide about labelled units in their context, as columns."""

    texts: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)  #: those above the texts
    owners: list[int] = field(default_factory=list)  #: number of the document
    #: None for a text that is there as context alone
    units: list[LabelledUnit | None] = field(default_factory=list)

    @property
    def labelled(self) -> list[int]:
        """Positions of the labelled units."""
        return [n for n, unit in enumerate(self.units) if unit is not None]

    def _add(self, owner: int, text: str, unit: LabelledUnit | None = None) -> None:
        self.texts.append(text)
        self.headings.append(unit.heading if unit else "")
        self.owners.append(owner)
        self.units.append(unit)


def placed(documents: Sequence[LabelledDocument]) -> Stretches:
    """Put labelled units between their neighbours.

    Units that do not say what stands around them (``before`` is None) follow upon each other.

    Examples
    --------
    >>> units = (LabelledUnit("b", (), before="a", after="c"), LabelledUnit("e", (), before="d", after=""))
    >>> placed([LabelledDocument("x", units)]).texts
    ['a', 'b', 'c', '', '', 'd', 'e']
    """
    found = Stretches()
    for owner, document in enumerate(documents):
        last: LabelledUnit | None = None
        for unit in document.units:
            if unit.before is not None and (last is None or last.text != unit.before):
                around = [] if last is None else [last.after or "", *_GAP]
                for text in (*around, unit.before):
                    found._add(owner, text)
            found._add(owner, unit.text, unit)
            last = unit
        if last is not None and last.after:
            found._add(owner, last.after)
    return found
