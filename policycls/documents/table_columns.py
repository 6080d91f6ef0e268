"""Which column of a table holds the text, and which tells the document a row belongs to."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from policycls.errors import TableError

#: Names of the text column, the surest first.
TEXT = (
    *(
        "text",
        "正文",
        "文本",
        "内容",
        "句子",
        "content",
        "sentence",
        "段落",
        "原文",
        "正文内容",
        "文本内容",
        "全文",
    ),
    *("政策内容", "政策文本", "句", "body", "paragraph", "sentences", "full_text", "fulltext", "txt"),
)
#: Names of the column whose equal values make rows one document.
DOC = ("doc", "文档", "文件", "document", "doc_id", "文档名", "文件名", "文档编号")


def check_header(names: Sequence[str], path: str, line: int = 1) -> list[str]:
    """Return the header's names, stripped.

    Raises
    ------
    TableError
        If two are the same: one of them would silently win.
    """
    stripped = [name.strip().removeprefix("\ufeff").strip() for name in names]
    seen: set[str] = set()
    for name in stripped:
        if name and name in seen:
            raise TableError(
                f"column {name!r} is there twice", hint="rename one of them", path=path, line=line
            )
        seen.add(name)
    return stripped


def text_column(names: Sequence[str], wanted: str | None, path: str) -> str:
    """Choose the text column by its name, or take the one that was asked for.

    Raises
    ------
    TableError
        If there is none; it lists the columns and the nearest name.
    """
    found = find_text(names, wanted)
    if found is not None:
        return found
    if wanted is not None:
        raise TableError(
            f"no column {wanted!r}; columns: {_listed(names)}", hint=_near(wanted, names), path=path
        )
    hint = "name the text column with --text-column"
    for name in names:
        close = difflib.get_close_matches(name.lower(), [*TEXT[:7]], 1, 0.7)
        if close:
            hint = f"did you mean --text-column {name}?"
            break
    raise TableError(f"no text column; columns: {_listed(names)}", hint=hint, path=path)


def find_text(names: Sequence[str], wanted: str | None) -> str | None:
    """Return the name of the column that holds the text, if there is one; ``wanted`` or one of the usual."""
    if wanted is not None:
        return wanted if wanted in names else None
    lowered = {name.lower(): name for name in reversed(names) if name}
    return next((lowered[name] for name in TEXT if name in lowered), None)


def doc_column(names: Sequence[str]) -> str | None:
    """Return the name of the column that tells documents apart, if there is one."""
    lowered = {name.lower(): name for name in reversed(names) if name}
    return next((lowered[name] for name in DOC if name in lowered), None)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20]) or "none"
    return f"{shown}, … ({len(names)} in all)" if len(names) > 20 else shown


def _near(wanted: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(wanted, names, 1, 0.4)
    return f"did you mean {close[0]!r}?" if close else "give one of these"
