"""JSON as people and their tools give it: what is not whole is told with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policycls.errors import CorpusDamagedError


def loads(text: str) -> Any:
    """Parse JSON; half of a surrogate pair, which no file can hold as text, is a ValueError."""
    value = json.loads(text)
    if "\\ud" in text.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value


def read_lines(data: bytes, place: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of JSON Lines with the numbers of their lines.

    Raises
    ------
    CorpusDamagedError
        If it is not UTF-8, or at the first line that is no JSON object.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusDamagedError("is not UTF-8 text", hint="save it as UTF-8", path=place) from error
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = loads(line)
        except (ValueError, RecursionError) as error:
            raise CorpusDamagedError("not valid JSON", path=place, line=number) from error
        if not isinstance(row, dict):
            raise CorpusDamagedError("not a JSON object", path=place, line=number)
        yield number, row
