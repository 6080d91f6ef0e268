"""What a zip container may hold before a parser is let at it."""

from __future__ import annotations

import io
import re
import zipfile

from policycls.errors import DamagedError, EncryptedError, LimitError

#: A part that expands to more than this, and by more than a hundredfold, is a bomb: real XML packs tenfold.
MAX_PART = 64 * 1024 * 1024
MAX_RATIO = 100
#: All parts together.
MAX_TOTAL = 1024 * 1024 * 1024
MAX_ENTRIES = 10_000
_DTD = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E")
_ENCRYPTED = 0x1


def check_sizes(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a container that would expand beyond measure.

    Raises
    ------
    LimitError
        Too many entries, too large a part, too much in all.
    EncryptedError
        If an entry needs a password.
    """
    if len(entries) > MAX_ENTRIES:
        raise LimitError(f"holds more than {MAX_ENTRIES:,} files", hint="split it", path=name)
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise EncryptedError("is encrypted", hint="save it without a password", path=name)
        if entry.file_size > MAX_PART and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise LimitError(
                f"expands to more than {MAX_PART >> 20} MiB", hint="it may be a zip bomb", path=name
            )
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise LimitError(f"expands to more than {MAX_TOTAL >> 20} MiB", hint="split it", path=name)


def check_office(name: str, data: bytes) -> None:
    """Refuse an Office document that is a bomb or declares a DTD (Office itself never writes one).

    Raises
    ------
    LimitError, EncryptedError
        As :func:`check_sizes`.
    DamagedError
        If a part cannot be unpacked or holds a DTD.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        check_sizes(name, entries)
        for entry in entries:
            if not entry.filename.lower().endswith((".xml", ".rels")):
                continue
            with archive.open(entry) as part:
                # A DTD can only stand before the root element; comments before it are never this long.
                if _DTD.search(part.read(65_536)):
                    raise DamagedError("contains a DTD", hint="open it and save it anew", path=name)
