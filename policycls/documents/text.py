"""From a raw string to a document: the way that every reader ends in."""

from __future__ import annotations

from policycls.documents.clean import clean
from policycls.types import Document


def from_text(text: str, doc: str = "") -> Document:
    text, notes = clean(text)
    lines = [line.strip() for line in text.replace("\f", "\n").split("\n")]
    return Document(doc=doc, text="\n".join(line for line in lines if line), notes=tuple(notes))
