"""Writing results: tables in every format of the contract, whole or absent."""

from policycls.output.destination import FORMATS, Output, choose_format, open_output, open_stream
from policycls.output.rows import Layout, guard, record, unguard

__all__ = [
    "FORMATS",
    "Layout",
    "Output",
    "choose_format",
    "guard",
    "open_output",
    "open_stream",
    "record",
    "unguard",
]
