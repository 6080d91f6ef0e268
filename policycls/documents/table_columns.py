"""Which column of a table holds the text, and which tells the document a row belongs to."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

from policycls.errors import TableError

#: Names of the text column, the surest first.
TEXT = (
    *("text", "正文", "文本", "内容", "句子", "content", "sentence", "段落", "原文", "正文内容", "文本内容"),
    *("全文", "政策内容", "政策文本", "句", "body", "paragraph", "sentences", "full_text", "fulltext", "txt"),
)
#: Names of the column whose equal values make rows one document.
DOC = ("doc", "文档", "文件", "document", "doc_id", "文档名", "文件名", "文档编号")


def check_header(names: Sequence[str], path: str) -> list[str]:
    """Return the header's names, stripped; refuse two that are the same: one of them would silently win."""
    stripped = [name.strip().removeprefix("\ufeff").strip() for name in names]
    for name, count in Counter(stripped).items():
        if name and count > 1:
            raise TableError(f"column {name!r} is there twice", hint="rename one of them", path=path, line=1)
    return stripped


def text_column(names: Sequence[str], wanted: str | None, path: str) -> str:
    """Choose the text column by its name, or take the one that was asked for; there must be one."""
    found = find_text(names, wanted)
    if found is not None:
        return found
    columns = listed(names)
    if wanted is not None:
        near = difflib.get_close_matches(wanted, names, 1, 0.4)
        hint = f"did you mean {near[0]!r}?" if near else "give one of these"
        raise TableError(f"no column {wanted!r}; columns: {columns}", hint=hint, path=path)
    close = (name for name in names if difflib.get_close_matches(name.lower(), TEXT[:7], 1, 0.7))
    first = next(close, None)
    hint = f"did you mean --text-column {first}?" if first else "name the text column with --text-column"
    raise TableError(f"no text column; columns: {columns}", hint=hint, path=path)


def listed(names: Sequence[str]) -> str:
    """Return the names of columns in one text, not more than twenty."""
    shown = ", ".join(names[:20]) or "none"
    return f"{shown}, … ({len(names)} in all)" if len(names) > 20 else shown


def find_text(names: Sequence[str], wanted: str | None) -> str | None:
    """Return the name of the column that holds the text, if there is one; ``wanted`` or one of the usual."""
    if wanted is not None:
        return wanted if wanted in names else None
    return _first_of(TEXT, names)


def doc_column(names: Sequence[str]) -> str | None:
    """Return the name of the column that tells documents apart, if there is one."""
    return _first_of(DOC, names)


def _first_of(usual: Sequence[str], names: Sequence[str]) -> str | None:
    lowered = {name.lower(): name for name in reversed(names) if name}
    return next((lowered[name] for name in usual if name in lowered), None)
