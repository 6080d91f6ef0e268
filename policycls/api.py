"""The library's front door: a document, a string or a table in, tagged units or a table out."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from policycls.documents import from_text, read_documents
from policycls.errors import NoTextError, TableError, UsageError
from policycls.model import Model, load_model
from policycls.model.texts import one_string
from policycls.resources import default_model
from policycls.types import TaggedUnit

if TYPE_CHECKING:
    import pandas as pd

    from policycls.learning.estimator import PolicyClassifier
    from policycls.model.classifier import Choice

    Judge: TypeAlias = Model | str | PathLike[str] | PolicyClassifier

#: A text that goes on after the end of a sentence.
_SEVERAL = re.compile(r"[。！？\n]\W*\w")


@lru_cache(maxsize=1)
def _loaded(path: Path) -> Model:
    return load_model(path)


def _used(model: Judge | None) -> Model:
    if model is None:
        return _loaded(default_model())
    if isinstance(model, str | PathLike):
        return load_model(model)
    found = getattr(model, "model_", model)
    if not hasattr(found, "tag_many"):
        known = "a Model, the path of its folder, or a fitted PolicyClassifier"
        raise TypeError(f"model is {type(model).__name__}; give {known}")
    return found


def tag_document(
    path: str | PathLike[str], *, model: Judge | None = None, encoding: str | None = None
) -> list[TaggedUnit]:
    """Tag a file.

    Parameters
    ----------
    path : str or Path
        txt, md, html, pdf, docx, xlsx, csv, jsonl, parquet, or a zip of these.
    model : Model, path, or fitted PolicyClassifier, optional
        By default the workspace's, else the one that ships.
    encoding : str, optional
        The text's encoding, where it should not be guessed.

    Returns
    -------
    list of TaggedUnit
        Headings and sentences in reading order; where the file holds several documents, one after the
        other.

    Raises
    ------
    DocumentError
        If the file cannot be read, with the reason.

    Examples
    --------
    >>> import policycls
    >>> policycls.tag_document("no such file.txt")
    Traceback (most recent call last):
    ...
    policycls.errors.DocumentError: no such file.txt: no such file or folder
    """
    used = _used(model)
    documents = read_documents(str(path), encoding=encoding)
    return [unit for document in documents for unit in used.tag(document)]


def tag_text(text: str, *, model: Judge | None = None) -> list[TaggedUnit]:
    """Tag a string, which is repaired and split as a document is: offsets are those in the repaired text.

    Parameters
    ----------
    text : str
    model : Model, path, or fitted PolicyClassifier, optional
        By default the workspace's, else the one that ships.

    Returns
    -------
    list of TaggedUnit

    Raises
    ------
    NoTextError
        If there is nothing to tag in it.

    Examples
    --------
    >>> import policycls
    >>> [unit.label for unit in policycls.tag_text("对新设企业免费刻章。")]
    ['approval_streamlining']
    """
    return _used(model).tag(from_text(one_string(text)))


def tag_frame(
    frame: pd.DataFrame,
    text: str,
    *,
    doc: str | None = None,
    heading: str | None = None,
    model: Judge | None = None,
    split: bool = False,
) -> pd.DataFrame:
    """Label each row of a table: a row is a unit; with ``split`` it is a document.

    Parameters
    ----------
    frame : DataFrame
        Any index; it is kept.
    text : str
        Name of the column with the sentences, or with the documents' texts.
    doc : str, optional
        Name of the column with the document: rows of one document that stand next to each other are each
        other's context, which helps.
    heading : str, optional
        Name of the column with the heading above.
    model : Model, path, or fitted PolicyClassifier, optional
        By default the workspace's, else the one that ships.
    split : bool
        Repair each text and cut it into headings and sentences, as those of files are.

    Returns
    -------
    DataFrame
        The frame's columns, then ``label``, ``top``, ``labels`` (joined by ``|``), ``score_<id>`` for each
        measure, ``review`` and ``model``. Rows without text have the label "none" and are to be reviewed.
        A column of the frame that has such a name is called ``input_<name>``.

        With ``split`` a row for each unit: ``doc`` (by default the index, or the row's number where the index
        repeats), ``unit``, ``kind``, ``page``, ``start``, ``end``, ``heading``, ``text``, then the columns
        above, then the frame's other columns. The index is that of the row that the unit stood in.

    Raises
    ------
    TableError, UsageError
        If a column is missing or stands there twice; if ``heading`` is given with ``split``.
    TypeError
        If ``frame`` is no DataFrame, or a name is that of no single column.

    Examples
    --------
    >>> import pandas as pd, policycls
    >>> frame = pd.DataFrame({"正文": ["开展双随机检查。", "会议于9时开始。"]}, index=["a", "b"])
    >>> policycls.tag_frame(frame, text="正文")["label"].to_dict()
    {'a': 'supervision', 'b': 'none'}
    >>> whole = pd.DataFrame({"正文": ["会议于9时开始。随后开展双随机检查。"], "年": [2024]})
    >>> policycls.tag_frame(whole, text="正文", split=True)[["unit", "label", "年"]].values.tolist()
    [[0, 'none', 2024], [1, 'supervision', 2024]]
    """
    import numpy as np
    import pandas as pd

    _check_columns(frame, (text, doc, heading))
    used = _used(model)
    if split:
        if heading is not None:
            raise UsageError("heading= does not go with split=True", hint="headings are found in the text")
        return _split(frame, text, doc, used)
    texts = _strings(frame[text])
    if len(texts) >= 10 and sum(map(bool, map(_SEVERAL.search, texts))) * 2 > len(texts):
        message = "most rows hold several sentences, and each row gets one label; split=True cuts them"
        warnings.warn(message, UserWarning, stacklevel=2)
    headings = None if heading is None else _strings(frame[heading])
    documents = None if doc is None else frame[doc].astype(str).tolist()
    found = _columns(used.choose(texts, headings=headings, documents=documents), used)
    found.loc[np.array([not x.strip() for x in texts], dtype=bool), "review"] = True
    plain = _renamed(frame, found.columns).reset_index(drop=True)
    return pd.concat([plain, found], axis=1).set_axis(frame.index)


def _split(frame: pd.DataFrame, text: str, doc: str | None, model: Model) -> pd.DataFrame:
    """Label the units of each row's text."""
    import pandas as pd

    names = frame[doc] if doc is not None else frame.index if frame.index.is_unique else range(len(frame))
    documents = {}
    for n, (name, value) in enumerate(zip(names, _strings(frame[text]), strict=True)):
        try:
            documents[n] = from_text(value, str(name))
        except NoTextError:
            continue
    units = dict(zip(documents, model.tag_many([*documents.values()]), strict=True))
    if empty := [n for n in range(len(frame)) if not units.get(n)]:
        shown = ", ".join(map(str, empty[:5])) + (", …" if len(empty) > 5 else "")
        message = f"rows without a sentence, of which no unit comes: {len(empty)} (rows {shown}, from 0)"
        warnings.warn(message, UserWarning, stacklevel=3)
    every = [unit for found in units.values() for unit in found]
    rows = [n for n, found in units.items() for _ in found]
    kinds = {"doc": "str", "unit": "int64", "kind": "str", "page": "Int64", "start": "int64", "end": "int64",
             "heading": "str", "text": "str"}  # fmt: skip
    place = {x: pd.Series([getattr(unit, x) for unit in every], dtype=kind) for x, kind in kinds.items()}
    found = pd.concat([pd.DataFrame(place), _columns(every, model)], axis=1)
    others = frame.iloc[rows].drop(columns=[text] if doc is None else [text, doc])
    return pd.concat([found.set_axis(others.index), _renamed(others, found.columns)], axis=1)


def _columns(found: Sequence[Choice | TaggedUnit], model: Model) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, tuple[list[Any], Any]] = {
        "label": ([x.label for x in found], "str"),
        "top": ([x.top for x in found], "str"),
        "labels": (["|".join(x.labels) for x in found], "str"),
        **{f"score_{label}": ([x.scores[label] for x in found], "float64") for label in model.labels},
        "review": ([x.review for x in found], "bool"),
        "model": ([model.id] * len(found), "str"),
    }
    return pd.DataFrame({name: pd.Series(cells, dtype=kind) for name, (cells, kind) in columns.items()})


def _strings(column: pd.Series[Any]) -> list[str]:
    return ["" if missing else str(x) for x, missing in zip(column, column.isna(), strict=True)]


def _check_columns(frame: pd.DataFrame, names: Iterable[str | None]) -> None:
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        hint = "; series.to_frame() makes one" if isinstance(frame, pd.Series) else ""
        raise TypeError(f"frame is {type(frame).__name__}, not a DataFrame{hint}")
    for name in names:
        if isinstance(name, list):
            raise TypeError(f"the name of one column is wanted, not the list {name!r}")
        times = 1 if name is None else frame.columns.tolist().count(name)
        if times != 1:
            message = f"{times} columns are named {name!r}" if times else f"no column {name!r}"
            raise TableError(message, hint=f"the columns are {', '.join(map(str, frame.columns))}")


def _renamed(frame: pd.DataFrame, taken: Iterable[str]) -> pd.DataFrame:
    """Give columns that have a taken name another one, as carried columns of files have."""
    from policycls.output.rows import beside

    names: list[Any] = []
    for name in frame.columns:
        names.append(beside({*taken, *names}, str(name)) if name in {*taken, *names} else name)
    return frame.set_axis(names, axis=1)
