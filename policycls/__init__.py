"""Tag every sentence of a Chinese policy document with the measure that it carries.

>>> import policycls
>>> units = policycls.tag_text("推行容缺受理，开办企业一天办结。")
>>> units[0].label
'approval_streamlining'
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from policycls.api import tag_document, tag_frame, tag_text
    from policycls.cluster import tag_dataset
    from policycls.errors import PolicyclsError
    from policycls.learning.estimator import PolicyClassifier
    from policycls.model import Model, load_model
    from policycls.output.summary import summarize
    from policycls.schema import LabelSet, load_label_set
    from policycls.types import Document, TaggedUnit, Unit

__all__ = [
    "Document",
    "LabelSet",
    "Model",
    "PolicyClassifier",
    "PolicyclsError",
    "TaggedUnit",
    "Unit",
    "__version__",
    "load_label_set",
    "load_model",
    "summarize",
    "tag_dataset",
    "tag_document",
    "tag_frame",
    "tag_text",
]

# Names are imported when they are first used, so that "import policycls" costs next to nothing.
_HOMES = {
    "Document": "policycls.types",
    "LabelSet": "policycls.schema",
    "Model": "policycls.model",
    "PolicyClassifier": "policycls.learning.estimator",
    "PolicyclsError": "policycls.errors",
    "TaggedUnit": "policycls.types",
    "Unit": "policycls.types",
    "load_label_set": "policycls.schema",
    "load_model": "policycls.model",
    "summarize": "policycls.output.summary",
    "tag_dataset": "policycls.cluster",
    "tag_document": "policycls.api",
    "tag_frame": "policycls.api",
    "tag_text": "policycls.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'policycls' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
