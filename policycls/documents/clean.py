"""Characters that no text should hold, and line ends of every kind."""

from __future__ import annotations

import re

# C0 and C1 controls but tab, line ends and the form feed, which marks a page. NEL (U+0085) is a line end.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# All that is looked for below.
_ODD = re.compile(r"[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x85\u2028\u2029]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")


def clean(text: str) -> tuple[str, list[str]]:
    r"""Remove control characters, repair lone surrogates, and bring line ends to ``\n``.

    Returns
    -------
    text : str
        Zero-width and bidirectional marks stay: they are for the model to ignore, not for us to drop.
    notes : list of str
        What was changed, counted.

    Examples
    --------
    >>> clean("营商\x00环境\r\n优化")
    ('营商环境\n优化', ['1 control character removed'])
    """
    notes: list[str] = []
    text = text.removeprefix("\ufeff")
    if not text.isprintable() and _ODD.search(text):
        text = _LINE_ENDS.sub("\n", text)
        text, count = _CONTROLS.subn("", text)
        if count:
            notes.append(f"{count} control character{'s' if count > 1 else ''} removed")
        text, count = _SURROGATES.subn("\ufffd", text)
        if count:
            notes.append(f"{count} broken character{'s' if count > 1 else ''} (lone surrogates) replaced")
        count = len(_PRIVATE.findall(text))
        if count:
            notes.append(f"{count} private-use character{'s' if count > 1 else ''} kept")
    return text, notes
