"""Tag every sentence of a Chinese policy document with the measure that it carries."""

__version__ = "0.1.0"
