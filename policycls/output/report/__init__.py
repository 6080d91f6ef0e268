"""One offline page that tells what tagged documents say, and on which labels can be mended."""

from policycls.output.report.data import Collector, Content, Likeness, gather
from policycls.output.report.page import render

__all__ = ["Collector", "Content", "Likeness", "gather", "render"]
