"""The library's front door: a document, a string or a table in, tagged units or a table out."""

from __future__ import annotations

from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policycls.documents import from_text, read_documents
from policycls.errors import TableError
from policycls.model import Model, load_model
from policycls.resources import default_model
from policycls.types import TaggedUnit

if TYPE_CHECKING:
    import pandas as pd


@lru_cache(maxsize=1)
def _loaded(path: Path) -> Model:
    return load_model(path)


def _or_default(model: Model | None) -> Model:
    return model or _loaded(default_model())


def tag_document(
    path: str | PathLike[str], *, model: Model | None = None, encoding: str | None = None
) -> list[TaggedUnit]:
    """Tag a file.

    Parameters
    ----------
    path : str or Path
        txt, md, html, pdf, docx, xlsx, csv, jsonl, parquet, or a zip of these.
    model : Model, optional
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
    used = _or_default(model)
    documents = read_documents(str(path), encoding=encoding)
    return [unit for document in documents for unit in used.tag(document)]


def tag_text(text: str, *, model: Model | None = None) -> list[TaggedUnit]:
    """Tag a string, which is repaired and split as a document is.

    Parameters
    ----------
    text : str
    model : Model, optional
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
    return _or_default(model).tag(from_text(text))


def tag_frame(
    frame: pd.DataFrame,
    text: str,
    *,
    doc: str | None = None,
    heading: str | None = None,
    model: Model | None = None,
) -> pd.DataFrame:
    """Label each row of a table: a row is a unit, nothing is split.

    Parameters
    ----------
    frame : DataFrame
        Any index; it is kept.
    text : str
        Name of the column with the sentences.
    doc : str, optional
        Name of the column with the document: rows of one document that stand next to each other are each
        other's context, which helps.
    heading : str, optional
        Name of the column with the heading above.
    model : Model, optional
        By default the workspace's, else the one that ships.

    Returns
    -------
    DataFrame
        The frame's columns, then ``label``, ``top``, ``labels`` (joined by ``|``), ``score_<id>`` for each
        measure, ``review`` and ``model``. Rows without text have the label "none" and are to be reviewed.

    Raises
    ------
    TableError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd, policycls
    >>> frame = pd.DataFrame({"正文": ["开展双随机检查。", "会议于9时开始。"]}, index=["a", "b"])
    >>> policycls.tag_frame(frame, text="正文")["label"].to_dict()
    {'a': 'supervision', 'b': 'none'}
    """
    import pandas as pd

    for name in (text, doc, heading):
        if name is not None and name not in frame.columns:
            raise TableError(
                f"no column {name!r}", hint=f"the columns are {', '.join(map(str, frame.columns))}"
            )
    used = _or_default(model)
    texts = ["" if pd.isna(x) else str(x) for x in frame[text]]
    headings = None if heading is None else ["" if pd.isna(x) else str(x) for x in frame[heading]]
    documents = None if doc is None else frame[doc].astype(str).tolist()
    choices = used.choose(texts, headings=headings, documents=documents)
    columns: dict[str, Any] = {
        "label": [choice.label for choice in choices],
        "top": [choice.top for choice in choices],
        "labels": ["|".join(choice.labels) for choice in choices],
        **{f"score_{label}": [choice.scores[label] for choice in choices] for label in used.labels},
        "review": [x.review or not text_.strip() for x, text_ in zip(choices, texts, strict=True)],
        "model": used.id,
    }
    found = pd.DataFrame(columns, index=range(len(frame)))
    return pd.concat([frame.reset_index(drop=True), found], axis=1).set_axis(frame.index)
