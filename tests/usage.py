"""What users write, for type checkers: "mypy --strict" and pyright find nothing in it. It is not run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import policycls
from policycls import Document, LabelSet, Model, PolicyClassifier, PolicyclsError, TaggedUnit, Unit

model: Model = policycls.load_model()
model = policycls.load_model(Path("my-model"))

units = policycls.tag_document(Path("bulletin.txt"), model=model, encoding="gb18030")
assert_type(units, list[TaggedUnit])
assert_type(policycls.tag_text("窗口延时到晚上七点收件。"), list[TaggedUnit])
for unit in units:
    assert_type(unit.label, str)
    assert_type(unit.labels, tuple[str, ...])
    assert_type(unit.scores, Mapping[str, float])
    assert_type(unit.page, int | None)
    assert_type(unit.kind, Literal["heading", "sentence", "noise"])
    assert_type(unit.review, bool)
    assert_type(unit.answer, Literal["measure", "none", "unsure"])

frame = pd.DataFrame({"正文": ["粮站为种粮大户垫付烘干费。"], "文档": ["a"]})
assert_type(policycls.tag_frame(frame, text="正文", doc="文档", model=model), pd.DataFrame)
assert_type(policycls.summarize(frame, ["region", "year"], shape="wide", lang="zh"), pd.DataFrame)

assert_type(model.predict(["停车费降一半。"], headings=[""], documents=["a"]), NDArray[np.str_])
assert_type(model.predict_proba(["停车费降一半。"]), NDArray[np.float64])
assert_type(model.at_precision(0.95), Model)

labels = policycls.load_label_set()
assert_type(labels, LabelSet)
assert_type(labels.ids, tuple[str, ...])
assert_type(labels.name("financing", "zh"), str)
assert_type(labels["financing"].definition_en, str)

document = Document(doc="a", text="本刊每月一期。")
assert_type(model.tag(document), list[TaggedUnit])
heading = Unit(unit=0, kind="heading", page=None, start=0, end=2, heading="", text="总则")
assert_type(model.tag(document, [heading], keep_noise=True), list[TaggedUnit])

classifier = PolicyClassifier(strength=1.0).fit(["a", "b"], ["financing", "none"], groups=["x", "x"])
assert_type(classifier, PolicyClassifier)
assert_type(classifier.predict(["a"]), NDArray[Any])
assert_type(classifier.score(["a"], ["none"], groups=["x"]), float)
classifier.model_.save("mine")

# Columns of tables and arrays, as they are.
classifier.fit(frame["正文"], frame["label"], groups=frame["文档"]).predict(frame["正文"].to_numpy())
classifier.fit(frame["正文"], np.array([1])).score(frame["正文"], np.array([1]))
assert_type(model.predict(frame["正文"], documents=frame["文档"]), NDArray[np.str_])
assert_type(model.predict_proba(frame["正文"].to_numpy()), NDArray[np.float64])

try:
    policycls.tag_document("no such file")
except PolicyclsError as error:
    assert_type(error.message, str)
    assert_type(error.path, str | None)
    assert_type(error.line, int | None)
    raise SystemExit(error.exit_code) from error
