"""Tagged units for the tests of the writers."""

from policycls.schema import load_label_set
from policycls.types import TaggedUnit

LABELS = load_label_set()


def unit(text="加快审批。", label="approval_streamlining", *, doc="a.txt", number=0, **more):
    """Make a tagged unit; what is not given is plain."""
    measure = label if label != "none" else "financing"
    values = {
        "doc": doc, "unit": number, "kind": "sentence", "page": None, "start": 0, "end": len(text),
        "heading": "", "text": text, "label": label, "top": measure,
        "labels": () if label == "none" else (label,),
        "scores": {x: 0.75 if x == label else 0.125 for x in LABELS.ids}, "review": False, "model": "m-1",
    }  # fmt: skip
    return TaggedUnit(**{**values, **more})
