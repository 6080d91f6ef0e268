"""Reading documents: every format to text, repaired, with noise marked, and split into units.

A reader goes one way: :func:`read_documents` finds the format by content and calls its reader behind
one boundary; every reader ends in :func:`from_text` or its sibling for lines; :func:`split_units`
cuts the result.
"""

from policycls.documents.files import Skipped, find_files, is_table
from policycls.documents.reading import read_bytes, read_documents
from policycls.documents.text import from_text
from policycls.documents.traditional import looks_traditional, to_simplified
from policycls.documents.units import split_units

__all__ = [
    "Skipped",
    "find_files",
    "from_text",
    "is_table",
    "looks_traditional",
    "read_bytes",
    "read_documents",
    "split_units",
    "to_simplified",
]
