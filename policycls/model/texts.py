"""Texts as callers give them, checked in one place: a wrong type must not end as labels of something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policycls.types import Texts


def one_string(text: object, name: str = "text") -> str:
    """Return a text; a TypeError if it is none."""
    if not isinstance(text, str):
        raise TypeError(f"{name} is {type(text).__name__}, not a string")
    return text


def strings(texts: Texts, name: str = "texts", size: int | None = None) -> list[str]:
    """Return texts as a list.

    Raises
    ------
    TypeError
        If they are one string or a table, or one of them is no string.
    ValueError
        If there are not ``size`` of them.
    """
    if isinstance(texts, str):
        raise TypeError(f"{name} is a sequence of strings; for one text write [text]")
    found = column(texts, name, size)
    if not set(map(type, found)) <= {str}:
        for n, text in enumerate(found):
            if not isinstance(text, str):
                hint = 'leave it out, or give "" for a text that is missing'
                raise TypeError(f"{name}[{n}] is {type(text).__name__}, not a string; {hint}")
    return found


def column(values: Sequence[Any] | Any, name: str, size: int | None = None) -> list[Any]:
    """Return the values of one column; errors as :func:`strings`."""
    if getattr(values, "ndim", 1) != 1:  # a DataFrame would yield the names of its columns
        raise TypeError(f"{name} is a table; pass one column of it, such as frame['text']")
    found = list(values)
    if size is not None and len(found) != size:
        raise ValueError(f"{size} texts, {len(found)} {name}")
    return found
