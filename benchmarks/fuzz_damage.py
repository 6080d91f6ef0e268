"""Damage: cases changed at random, as bytes, as the parts of a container, as JSON, as arrays."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from fuzz_seeds import Case, packed, unpacked

#: A damaged file is not longer than this.
_LONGEST = 256 * 1024
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"2147483648",
    b"4294967295",
    b"1e308",
    b"-0.5",
    b"9" * 30,
    b"NaN",
)
_DTD = '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{0}"><!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
_MARKS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x1b[2J", b"\r", b"\n", b"\n\n",
    "\u2028".encode(),
    "\u202e".encode(), "\u200b".encode(), "　".encode(), "。".encode(), "一、".encode(), "第一条".encode(),
    "\U0001f600".encode(), "好。".encode("gb18030"), b'"', b"'", b",", b";", b"\t", b"|", b"=1+1", b"%PDF-",
    b"{" * 40, b"[" * 3000, b"\\ud800", b'"\\ud83d"', b"null", b"true", b"[]", b"{}", b'{"meta":{}}',
    b'{"meta":[]}',
    b'"label":7', b'"label":"none"', b'"text":[]', b"#" * 9, b"&e;", b"&b;", b"&#0;", b"&#xD800;", b"<p>",
    b"</p>",
    b"<table>", b"<td colspan=99999999>", b"<" * 50, b"<div>" * 600, b"<!--", b"-->", b"<![CDATA[",
    b"<script>",
    b"<style>", b"<meta charset=utf-7>", b"<?xml version='1.1' encoding='utf-16'?>", b"<!DOCTYPE html>",
    b'<w:p><w:r><w:t>A</w:t></w:r></w:p>', b'<w:gridSpan w:val="99999999"/>', b'<w:vMerge/>', b"<w:tbl>",
    b'r="XFD1048576"', b'r="A0"', b't="s"', b't="e"', b't="inlineStr"', b'<dimension ref="A1:XFD1048576"/>',
    b"stream\n", b"endstream", b"endobj", b"/Length 0", b"/Length 99999999", b"/Filter /FlateDecode",
    b"/Filter [/ASCIIHexDecode /FlateDecode /LZWDecode]", b"/Kids [2 0 R]", b"/Count -1", b"2 0 R",
    b"[" * 200,
    b"<<" * 200, b"/Parent 5 0 R", b"Content-Transfer-Encoding: base64", b"charset=gb18030", b"boundary=\"\"",
    b"[[labels]]", b"id = ", b'""', b"'''", b"1979-05-27", b"= {", b"shipped", b"../..", b"..", b"/",
    b"a" * 300,
)  # fmt: skip
_TAG = re.compile(rb"<[^<>]{1,200}>")
_DIGITS = re.compile(rb"\d+")

Damage = Callable[[bytes, Random, Sequence[bytes]], bytes]


class Damager:
    """Makes damaged cases of valid ones.

    Parameters
    ----------
    seeds : dict of str to list of Case
    canary : Path
        What external entities point to.
    """

    def __init__(self, seeds: dict[str, list[Case]], canary: Path) -> None:
        self._seeds = seeds
        self._marks = (*_MARKS, _DTD.format(canary).encode(), b"<!DOCTYPE x>")
        self._ran = canary.with_name("ran")

    def case(self, target: str, random: Random) -> Case:
        """Return one case of a target, damaged."""
        case = dict(random.choice(self._seeds[target]))
        if target == "model":
            return self._model(case, random)
        for _ in range(random.choice((1, 1, 1, 2))):
            name = random.choice(list(case))
            if len(case) > 1 and random.random() < 0.05:
                del case[name]
            else:
                case[name] = self._file(name, case[name], random)
        if target in _DOCUMENTS and random.random() < 0.05:
            suffix = random.choice(
                (".txt", ".html", ".pdf", ".docx", ".xlsx", ".csv", ".jsonl", ".zip", ".md", "")
            )
            case = {f"b{suffix}": next(iter(case.values()))}
        return case

    def _file(self, name: str, data: bytes, random: Random) -> bytes:
        if data[:4] == b"PK\3\4" and random.random() < 0.8:
            return self._container(data, random)
        if name.endswith(("json", "jsonl")) and random.random() < 0.5:
            return self._lines(data, random)
        return self._bytes(data, random)

    def _bytes(self, data: bytes, random: Random) -> bytes:
        for _ in range(random.choice((1, 1, 2, 3, 6))):
            changed = random.choice(_CHANGES)(data, random, self._marks)[:_LONGEST]
            # Most damage to a text leaves it one: else there would be little but wrong bytes.
            if random.random() < 0.8 and _is_text(data):
                changed = changed.decode("utf-8", "ignore").encode()
            data = changed
        return data

    def _container(self, data: bytes, random: Random) -> bytes:
        """Change what is in a container, and pack it again so that it opens."""
        try:
            parts = unpacked(data)
        except Exception:  # damaged already, in one of many ways
            parts = {}
        if not parts:
            return self._bytes(data, random)
        for _ in range(random.choice((1, 1, 2))):
            name = random.choice(list(parts))
            way = random.random()
            if way < 0.8:
                parts[name] = self._file(name, parts[name], random)
            elif way < 0.85 and len(parts) > 1:
                del parts[name]
            elif way < 0.9:
                parts[random.choice(("../x.txt", "/x.html", "é甲.csv", "a" * 300, "b/", "x.zip"))] = parts[
                    name
                ]
            elif way < 0.95:
                parts[name] = parts[random.choice(list(parts))]
            else:
                parts[name] = bytes(random.choice((0, 1, 200_000)))
        return packed(parts, random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))

    def _lines(self, data: bytes, random: Random) -> bytes:
        """Change a value in one line of JSON Lines, or in a whole JSON."""
        lines = (
            data.split(b"\n") if data.count(b"\n") > 1 and data[:1] == b"{" and data[1:2] != b"\n" else [data]
        )
        at = random.randrange(len(lines))
        try:
            value = _changed(json.loads(lines[at]), random)
            line = json.dumps(value, ensure_ascii=random.random() < 0.8)
        except (ValueError, RecursionError):  # the latter where it was damaged before
            return self._bytes(data, random)
        lines[at] = line.encode("utf-8", "surrogatepass")
        return b"\n".join(lines)

    def _model(self, case: Case, random: Random) -> Case:
        manifest, weights = case["manifest.json"], case["weights.npz"]
        way = random.random()
        if way < 0.1:  # files damaged under a hash that says so
            name = random.choice(("manifest.json", "weights.npz"))
            return {**case, name: self._bytes(case[name], random)}
        if way < 0.35:
            return {**case, "manifest.json": self._lines(manifest, random)}
        if way < 0.55:
            weights = self._bytes(weights, random)
        elif way < 0.6:
            weights = pickle.dumps(_Runs(self._ran))
        else:
            parts = unpacked(weights)
            for _ in range(random.choice((1, 1, 2))):
                name = random.choice(list(parts))
                damaged = self._bytes if random.random() < 0.3 else self._array
                parts[name] = damaged(parts[name], random)
            if random.random() < 0.05:
                parts.pop(random.choice(list(parts)))
            weights = packed(parts, zipfile.ZIP_STORED)
        return {"manifest.json": _agreeing(manifest, weights), "weights.npz": weights}

    def _array(self, data: bytes, random: Random) -> bytes:
        """Change an array's type, shape or values."""
        try:
            array = np.load(io.BytesIO(data), allow_pickle=False)
        except Exception:  # damaged already, in one of many ways
            return self._bytes(data, random)
        way = random.randrange(8)
        with np.errstate(all="ignore"):
            if way == 0:
                array = array.astype(
                    random.choice((">i2", "<f4", "<f8", "<u8", "<u4", "u1", "<c8", "<U3", "?", "<M8[s]"))
                )
            elif way == 1:
                array = array.reshape(random.choice(((1, -1), (-1, 1), (-1,), (1, 1, -1))))
            elif way == 2:
                array = array[: random.randrange(array.shape[0] + 1)] if array.ndim else array
            elif way == 3 and array.ndim:
                array = np.concatenate([array] * random.randrange(2, 5))
            elif way == 4:
                array = np.array([_Runs(self._ran)] * 3, dtype=object)
            elif way == 5:
                array = np.zeros(random.choice(((), (0,), (0, 3), (5, 0), (2**20,))), dtype=array.dtype)
            elif array.size:
                flat = array.copy().reshape(-1)
                values = (
                    0,
                    1,
                    -1,
                    255,
                    65535,
                    2**31,
                    2**63,
                    2**64 - 1,
                    1e300,
                    1e-300,
                    float("inf"),
                    float("nan"),
                )
                for _ in range(random.choice((1, 3, 50))):
                    value = np.array(random.choice(values)).astype(flat.dtype)
                    flat[random.randrange(flat.size)] = (
                        value if way == 6 else flat[random.randrange(flat.size)]
                    )
                array = flat.reshape(array.shape)
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, allow_pickle=True)
        data = buffer.getvalue()
        if random.random() < 0.05:  # a header that says the array is huge
            data = re.sub(rb"\(\d+,\)", b"(%d,)" % 10 ** random.randrange(3, 15), data, count=1)
        return data


_DOCUMENTS = frozenset(("txt", "html", "mht", "pdf", "docx", "xlsx", "zip", "csv", "jsonl", "parquet"))


class _Runs:
    """Pickled, it writes a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self._path, "w")


def _agreeing(manifest: bytes, weights: bytes) -> bytes:
    """Return a manifest that agrees with other weights."""
    stated = json.loads(manifest)
    stated["files"]["weights.npz"] = {"bytes": len(weights), "sha256": hashlib.sha256(weights).hexdigest()}
    return json.dumps(stated).encode()


_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 10**30, -0.0, 1e308, float("nan"), float("inf"), "", " ", "x", "好。",
    "\ud800", "\n", "\x1b[2J", "=1+1", "none", "financing", "a" * 5000, [], {}, [None], [[]], [1, "x"],
    {"a": {}},
    {"": None}, ["financing", "financing"], [{}], "2024", "1e5", "007", "nan", "|", "../..",
)  # fmt: skip


def _changed(value: Any, random: Random) -> Any:  # noqa: PLR0911
    """Change one value somewhere in a JSON value, or drop, add or repeat one."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        way = random.random()
        if way < 0.08:
            return {k: v for k, v in value.items() if k != key}
        if way < 0.12:
            return {
                **value,
                random.choice(("", "x", "text", "label", "labels", "meta", "id", "doc")): value[key],
            }
        return {**value, key: _changed(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        at = random.randrange(len(value))
        way = random.random()
        if way < 0.1:
            return value[:at] + value[at + 1 :]
        if way < 0.2:
            return value + value[at : at + 1]
        return [*value[:at], _changed(value[at], random), *value[at + 1 :]]
    if isinstance(value, str) and random.random() < 0.3:
        at = random.randrange(len(value) + 1)
        return value[:at] + random.choice([x for x in _VALUES if isinstance(x, str)]) + value[at:]
    if random.random() < 0.02:
        deep: Any = []
        for _ in range(random.choice((50, 900))):
            deep = [deep]
        return deep
    return random.choice(_VALUES)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _span(data: bytes, random: Random) -> tuple[int, int]:
    at = random.randrange(len(data) + 1)
    return at, min(len(data), at + int(random.paretovariate(0.7)))


def _flip(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 4, 16)) if data else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _set(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    wide = random.choice((1, 2, 4, 8))
    return data[:at] + random.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * wide + data[at + wide :]


def _cut(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    at, end = _span(data, random)
    return data[:at] + data[end:]


def _end(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _repeat(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    at, end = _span(data, random)
    return data[:at] + data[at:end] * random.choice((2, 2, 3, 50, 2000)) + data[end:]


def _move(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    at, end = _span(data, random)
    rest = data[:at] + data[end:]
    to = random.randrange(len(rest) + 1)
    return rest[:to] + data[at:end] + rest[to:]


def _insert(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(marks) + data[at:]


def _replace(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    at, end = _span(data, random)
    return data[:at] + random.choice(marks) + data[end:]


def _noise(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    at, end = _span(data, random)
    return data[:at] + random.randbytes(min(end - at, 64)) + data[end:]


def _number(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    found = list(_DIGITS.finditer(data))
    if not found:
        return data
    match = random.choice(found)
    return data[: match.start()] + random.choice(_NUMBERS) + data[match.end() :]


def _tag(data: bytes, random: Random, marks: Sequence[bytes]) -> bytes:
    """Drop, repeat or move a tag, or put another in its place."""
    found = list(_TAG.finditer(data))
    if not found:
        return _replace(data, random, marks)
    match, other = random.choice(found), random.choice(found)
    new = random.choice((b"", match[0] * random.choice((2, 500)), other[0], random.choice(marks) + match[0]))
    return data[: match.start()] + new + data[match.end() :]


_CHANGES: tuple[Damage, ...] = (
    _flip, _set, _cut, _end, _repeat, _move, _insert, _replace, _noise, _number, _tag, _insert, _replace,
    _tag,
)  # fmt: skip
