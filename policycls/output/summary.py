"""Tagged units counted: how many, what share, how many in 10,000 characters, each with an interval.

Units of a document are alike, so the intervals come from drawing whole documents, with replacement and as
many as there are (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from policycls.errors import TableError, UsageError
from policycls.output.rows import CHINESE, guard
from policycls.schema import LabelSet, Language, load_label_set
from policycls.types import NONE, TaggedUnit

if TYPE_CHECKING:
    import pandas as pd

Shape = Literal["long", "wide"]
Floats = NDArray[np.float64]

DRAWS: Final = 1000
_TAILS: Final = (2.5, 97.5)
_CELLS: Final = 4_000_000  # drawn counts held at a time
#: What is told of a label; each has a lower and an upper end too.
FIGURES: Final = ("count", "share", "per_10k")
_SIZE: Final = ("documents", "units", "characters")
_ENDS: Final = ("", "_low", "_high")
_NAMES: Final = {
    "documents": "文档数", "units": "句数", "characters": "字数", "count": "数量", "share": "占比",
    "per_10k": "每万字", "low": "下限", "high": "上限",
}  # fmt: skip


def summarize(
    frame: pd.DataFrame,
    by: str | Sequence[str] = (),
    *,
    shape: Shape = "long",
    lang: Language = "en",
    labels: LabelSet | None = None,
    doc: str = "doc",
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Count tagged units by label, over all or in groups.

    Parameters
    ----------
    frame : DataFrame
        Tagged units, a row each: columns ``text`` and ``label``, and one with the document.
    by : str or sequence of str
        Columns that make the groups, such as region and year.
    shape : {"long", "wide"}
        A row for each group and label, or a row for each group with columns for each label.
    lang : {"en", "zh"}
        Language of the names of columns and labels.
    labels : LabelSet, optional
        By default the one that ships; labels of the frame that it lacks stand after its own. Where the frame
        has none of the shipped ones, its own alone are listed.
    doc : str
        Name of the column with the document. Without it there are counts but no intervals, with a warning.
    draws, seed : int
        Of the bootstrap: the intervals are the same in every run.

    Returns
    -------
    DataFrame
        The columns of ``by``; ``documents``, ``units``, ``characters`` of the group; ``label``; then
        ``count``, ``share`` of the group's units and ``per_10k``, units in 10,000 characters, each followed
        by the ends of its 95 % interval, ``…_low`` and ``…_high``: NaN where the group has fewer than two
        documents. In the wide shape the names end in ``_<label>``.

    Raises
    ------
    TableError
        If a column is missing.
    UsageError
        If shape, language or number of draws cannot be, or ``by`` names a column of the result.
    TypeError
        If ``frame`` is no DataFrame.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"doc": ["a", "a", "b"], "text": ["审批提速。", "天气好。", "招商。"],
    ...                       "label": ["approval_streamlining", "none", "investment_attraction"]})
    >>> found = summarize(frame)
    >>> found.loc[found["label"] == "none", ["count", "share"]].values.tolist()
    [[1.0, 0.3333333333333333]]
    """
    import pandas as pd

    by = [by] if isinstance(by, str) else list(by)
    for what, value, choices in (("shape", shape, Shape), ("lang", lang, Language)):
        if value not in get_args(choices):
            raise UsageError(f"unknown {what} {value!r}", hint=f"choose from {', '.join(get_args(choices))}")
    if draws < 1:
        raise UsageError(f"draws is {draws}", hint="the intervals need 1 or more; 1000 are usual")
    frame = _checked(frame, by, doc)
    known = labels or load_label_set()
    ids = label_ids(frame, known, own=labels is None)
    names = [known.name(label, "zh") if lang == "zh" else label for label in ids]
    rows: list[dict[str, Any]] = []
    for group in counted(frame, by, ids, draws, seed):
        size = dict(zip(_SIZE, group[1:4], strict=True))
        for n, name in enumerate(names):
            figures = {x + end: y for x in FIGURES for end, y in zip(_ENDS, group.figures[x][n], strict=True)}
            rows.append({**dict(zip(by, group.key, strict=True)), **size, "label": name, **figures})
    found = pd.DataFrame(rows, columns=[*by, *_columns()])
    if shape == "wide":
        found = _widened(found, by, names, lang)
    return found.rename(columns={name: _name(name, lang) for name in (*_columns(), "doc", "kind")})


class Figure(NamedTuple):
    """A figure and the ends of its interval; NaN where there is none."""

    value: float
    low: float
    high: float


class Counted(NamedTuple):
    """Counts of one group: its values of the columns that make groups, its size, the figures by label."""

    key: tuple[Any, ...]
    documents: int
    units: int
    characters: int
    figures: Mapping[str, Sequence[Figure]]


def counted(
    frame: pd.DataFrame, by: Sequence[str], ids: Sequence[str], draws: int = DRAWS, seed: int = 0
) -> Iterator[Counted]:
    """Count tagged units by label, in groups; parameters as in :func:`summarize`, labels by their ``ids``."""
    import pandas as pd

    is_label = {f"is_{n}": (frame["label"] == label).astype(float) for n, label in enumerate(ids)}
    doc = frame["doc"].astype(str) if "doc" in frame.columns else ""
    size = frame["text"].astype(str).str.len()
    own = pd.DataFrame({"doc": doc, **is_label, "units": 1.0, "size": size})
    keys = [frame[name] for name in by]
    for key, group in own.groupby(keys, dropna=False, sort=True) if by else [((), own)]:
        # One row a document: units of each label, of all labels, characters.
        counts = group.groupby("doc", sort=True).sum(numeric_only=True).to_numpy(dtype=np.float64)
        whole = _figures(counts.sum(axis=0)[None])[:, 0]
        ends = _interval(counts, draws, seed)
        figures = {
            name: list(map(Figure, *(x[k].tolist() for x in (whole, *ends))))
            for k, name in enumerate(FIGURES)
        }
        values = key if isinstance(key, tuple) else (key,)
        yield Counted(values, len(counts), len(group), int(counts[:, -1].sum()), figures)


def frame_of(units: Iterable[TaggedUnit]) -> pd.DataFrame:
    """Return what :func:`summarize` needs of tagged units, and their carried columns."""
    import pandas as pd

    rows = [
        {**unit.fields, "doc": unit.doc, "kind": unit.kind, "text": unit.text, "label": unit.label}
        for unit in units
    ]
    return pd.DataFrame(rows).fillna("")


def write_summary(frame: pd.DataFrame, path: Path | None = None) -> bytes:
    """Return a table as CSV that Excel reads: a byte-order mark, nothing that could run as a formula.

    Parameters
    ----------
    frame : DataFrame
    path : Path, optional
        Write it there too.
    """
    safe = frame.copy()
    for name in safe.columns:
        if not np.issubdtype(np.asarray(safe[name]).dtype, np.number):
            safe[name] = [guard(x) if isinstance(x, str) else x for x in safe[name]]
    safe.columns = [guard(str(name)) for name in safe.columns]
    text = safe.to_csv(index=False, lineterminator="\r\n", float_format="%.6g")
    data = b"\xef\xbb\xbf" + text.encode("utf-8", "replace")
    if path is not None:
        path.write_bytes(data)
    return data


def _checked(frame: pd.DataFrame, by: Sequence[str], doc: str) -> pd.DataFrame:
    """Return the frame with its documents in the column ``doc``."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        hint = "of tagged units, pd.DataFrame(map(dataclasses.asdict, units)) makes one"
        raise TypeError(f"frame is {type(frame).__name__}, not a DataFrame; {hint}")
    for name in ("text", "label", *by, *([doc] if doc != "doc" else [])):
        if name not in frame.columns:
            known = ", ".join(map(str, frame.columns))
            raise TableError(f"no column {name!r}", hint=f"the columns are {known}")
    clash = sorted({*by} & {*_columns()})
    if clash:
        raise UsageError(f"cannot count by {clash[0]!r}", hint="the result has a column of that name")
    if doc in frame.columns:
        return frame if doc == "doc" else frame.assign(doc=frame[doc])
    message = "no column 'doc' tells the documents, so there are no intervals; name it with doc="
    warnings.warn(message, UserWarning, stacklevel=3)
    return frame


def label_ids(frame: pd.DataFrame, labels: LabelSet, *, own: bool = False) -> list[str]:
    """Return the ids of the labels, those that the frame alone has after them, "none" last.

    With ``own`` those of the frame stand alone where none of ``labels`` is among them.
    """
    found = {str(x) for x in frame["label"].dropna().unique()}
    others = sorted(found - {*labels.ids, NONE})
    if own and others and not found & {*labels.ids}:
        return [*others, *([NONE] if NONE in found else [])]
    return [*labels.ids, *others, NONE]


def _columns() -> list[str]:
    return [*_SIZE, "label", *(f"{name}{end}" for name in FIGURES for end in _ENDS)]


def _figures(sums: Floats) -> Floats:
    """Return counts, shares and units per 10,000 characters; ``(3, n, n_labels)``."""
    counts, units, size = sums[:, :-2], sums[:, -2:-1], sums[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack([counts, counts / units, counts / size * 10_000])


def _interval(counts: Floats, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Return the ends of the interval of every figure; ``(3, n_labels)`` each."""
    n, width = counts.shape
    if n < 2:
        nothing = np.full((len(FIGURES), width - 2), np.nan)
        return nothing, nothing
    rng, drawn = np.random.default_rng(seed), []
    at_once = max(1, _CELLS // n)
    for start in range(0, draws, at_once):
        times = rng.multinomial(n, np.full(n, 1 / n), size=min(at_once, draws - start))
        drawn.append(_figures(times @ counts))
    low, high = np.nanpercentile(np.concatenate(drawn, axis=1), _TAILS, axis=1)
    return low, high


def _widened(found: pd.DataFrame, by: Sequence[str], labels: Sequence[str], lang: Language) -> pd.DataFrame:
    """Put the rows of a group's labels side by side."""
    import pandas as pd

    every = _columns()[len(_SIZE) + 1 :]
    parts = [found.iloc[:: len(labels)][[*by, *_SIZE]].reset_index(drop=True)]
    for n, label in enumerate(labels):
        part = found.iloc[n :: len(labels)][every].reset_index(drop=True)
        parts.append(part.rename(columns={x: f"{_name(x, lang)}_{label}" for x in every}))
    return pd.concat(parts, axis=1)


def _name(name: str, lang: Language) -> str:
    if lang == "en":
        return name
    if name in CHINESE:
        return CHINESE[name]
    stem, _, end = name.rpartition("_")
    return _NAMES[stem] + _NAMES[end] if end in ("low", "high") else _NAMES[name]
