"""Bytes to text: byte-order mark, strict UTF-8, UTF-16 without a mark, then a guess that is told."""

from __future__ import annotations

import codecs
import contextlib
import re

from policycls.errors import EncodingError, UsageError

_MARKS = (
    *((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
    *((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
)
#: The beginning of a file that is looked at to guess its encoding.
SAMPLE = 200_000
# The punctuation that every Chinese text of some length holds: it tells a right guess from a lucky one.
_USUAL = re.compile(r"[，。、；：的一是在有和了\u3000]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_HINT = "convert it to UTF-8, or pass --encoding"
_LETTERS = re.compile(rb"([A-Za-z]{100})[A-Za-z]+")


def decode(data: bytes, name: str = "", encoding: str | None = None) -> tuple[str, list[str]]:
    """Return the text, and notes on what was guessed where it was not UTF-8; ``encoding`` overrides it."""
    if encoding:
        return _strict(data, _known(encoding), name).removeprefix("\ufeff"), []
    mark, codec = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", guess_wide(data)))
    data = data[len(mark) :]
    if codec and codec != "utf-8":
        return _strict(data, codec, name), [f"read as {codec[:6] if mark else codec}"]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _guess(data, name, error)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise UsageError(
            f"unknown encoding {encoding!r}", hint="try gb18030, big5, utf-8 or utf-16"
        ) from None


def _strict(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec, "surrogatepass" if codec.startswith("utf-") else "strict")
    except UnicodeDecodeError as error:
        message = f"is not {codec}: byte {error.start} fits nothing"
    except (LookupError, UnicodeError):
        message = f"cannot be read as {codec}"
    raise EncodingError(message, hint=_HINT, path=name)


def guess_wide(data: bytes) -> str | None:
    """UTF-16 without a mark: one half of its bytes is mostly 00 (ASCII) or 4E to 9F and 30, FF (Chinese)."""
    sample = data[:4000]
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 4 or len(data) % 2:
        return None
    highs = {"utf-16-le": sample[1::2], "utf-16-be": sample[0::2]}
    shares = {codec: sum(map(_is_high, half)) / len(half) for codec, half in highs.items()}
    best = max(shares, key=lambda codec: shares[codec])
    other = min(shares.values())
    if shares[best] < 0.95 or (b"\0" not in sample and other > 0.6):
        return None
    try:
        text = data[: len(sample)].decode(best)
    except UnicodeDecodeError:
        return None
    usual = len(_USUAL.findall(text)) + text.count("\n") + text.count(" ")
    # GBK and UTF-8 read as UTF-16 give random Han characters: the usual ones would be missing.
    return best if usual * 50 >= len(text) or text.isascii() else None


def _is_high(byte: int) -> bool:
    return byte in (0x00, 0x20, 0x30, 0xFF) or 0x4E <= byte <= 0x9F


def _guess(data: bytes, name: str, first: UnicodeDecodeError) -> tuple[str, list[str]]:
    """Of the old Chinese encodings, the one whose text looks most like Chinese."""
    with contextlib.suppress(UnicodeDecodeError):
        # UTF-8 that holds lone surrogates (ED A0 80 and the like), written by careless programs.
        return data.decode("utf-8", "surrogatepass"), []
    best: tuple[float, str, str] | None = None
    for codec in ("gb18030", "big5", "big5hkscs"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(codec)
            score = _plausible(text[:SAMPLE])
            if best is None or score > best[0] + 0.02:
                best = (score, codec, text)
    change = _change(data)
    if change is not None:
        raise EncodingError(f"encoding changes at byte {change}", hint=_HINT, path=name)
    if best is None or best[0] < 0.01:
        return _told(data, name, first)
    return best[2], [f"read as {best[1]}"]


def _plausible(text: str) -> float:
    """Share of everyday characters among the non-ASCII ones, less the share of impossible ones."""
    wide = sum(1 for character in text if character > "\x7f") or 1
    odd = sum(1 for character in text if "\ue000" <= character <= "\uf8ff" or character == "\ufffd")
    return (len(_USUAL.findall(text)) - 3 * odd) / wide


def _change(data: bytes) -> int | None:
    """Offset of the first line that is UTF-8 among others, or other among UTF-8; None where there is none."""
    first: bool | None = None
    at = 0
    for line in data.split(b"\n"):
        if not line.isascii() and len(line) >= 12:
            utf8 = _is_utf8(line)
            if first is None:
                first = utf8
            elif utf8 != first:
                return at
        at += len(line) + 1
    return None


def _is_utf8(line: bytes) -> bool:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    # By chance a short line of GBK is valid UTF-8; then it decodes to something that is not Chinese.
    return len(_HAN.findall(text)) * 4 > len(line)


def _told(data: bytes, name: str, first: UnicodeDecodeError) -> tuple[str, list[str]]:
    """Where no Chinese encoding fits: what chardet says, if it is sure; else an error."""
    head = data[: first.start]
    if not head.isascii():
        raise EncodingError(f"encoding changes at byte {first.start}", hint=_HINT, path=name)
    import chardet

    # Its pattern for words takes time that grows with the square of a run of letters.
    said = chardet.detect(_LETTERS.sub(rb"\1", data[:SAMPLE]))
    if said["encoding"] and (said["confidence"] or 0) >= 0.8:
        return _strict(data, said["encoding"], name), [f"read as {said['encoding'].lower()}"]
    raise EncodingError("is text in no encoding that is known here", hint=_HINT, path=name)
