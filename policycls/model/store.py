"""A model folder: ``manifest.json`` and ``weights.npz``, written whole and read with suspicion.

Nothing in a model folder is executed: the manifest is JSON, the arrays are read without pickle, and both
are checked (keys, types, shapes, finite numbers, sizes, SHA-256) before anything is used. There is no
second reader to fall back to.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policycls.atomic import atomic_path
from policycls.documents.json_lines import loads
from policycls.errors import (
    CorpusError,
    ModelDamagedError,
    ModelNotFoundError,
    ModelVersionError,
    OutputError,
)
from policycls.model.calibration import Calibration
from policycls.model.classifier import Model
from policycls.model.features import Vocabulary
from policycls.model.weights import Quantised, Settings, Weights
from policycls.resources import default_model
from policycls.schema import LabelSet, named_labels

#: Format of the folder. A reader reads the formats that it knows and no others.
FORMAT = 1
MANIFEST, WEIGHTS = "manifest.json", "weights.npz"

#: Begins the name of weights whose manifest is in place while they are not yet in theirs.
_BESIDE = ".weights-"
_LARGEST_MANIFEST = 4 << 20
_LARGEST_WEIGHTS = 1 << 30  # bytes, after expansion
_MOST_CLASSES = 201

_TYPES = {
    "chars": "uint16", "bigrams": "uint32", "words": "uint8", "pairs": "uint64", "taught": "uint8",
    "own": "int16", "own_step": "float64", "context": "int16", "context_step": "float64",
    "idf": "float32", "origin": "uint8", "bias": "float64", "slope": "float64", "intercept": "float64",
}  # fmt: skip


def save_model(
    folder: str | Path,
    weights: Weights,
    classes: list[str],
    settings: Settings,
    *,
    about: Mapping[str, Any] | None = None,
) -> Path:
    """Write a model folder.

    Parameters
    ----------
    folder : str or Path
        Made where it does not exist. A model that is there is replaced in one step, with the manifest:
        until then the new weights stand beside the old ones, under a name of their own.
    weights : Weights
    classes : list of str
    settings : Settings
    about : mapping, optional
        What else the manifest tells: corpus fingerprint, evaluation, versions, schema digest.

    Returns
    -------
    Path
        The folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    packed = _pack(weights)
    digest = hashlib.sha256(packed).hexdigest()
    manifest = {
        "format": FORMAT,
        "id": content_id(weights, classes, settings),
        "classes": classes,
        "settings": asdict(settings),
        **(about or {}),
        "files": {WEIGHTS: {"bytes": len(packed), "sha256": digest}},
    }
    beside = _beside(folder, digest)
    with _alone(folder):
        try:
            with atomic_path(beside) as path:
                path.write_bytes(packed)
            with atomic_path(folder / MANIFEST) as path:
                path.write_bytes((json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode())
        except OutputError:
            beside.unlink(missing_ok=True)
            raise
        beside.replace(folder / WEIGHTS)
        for left in folder.glob(f"{_BESIDE}*"):  # by writers that were killed
            left.unlink()
    return folder


def load_model(path: str | PathLike[str] | None = None) -> Model:
    """Read a model.

    Parameters
    ----------
    path : str or Path, optional
        A model folder; by default that of the workspace, or outside of one the model that ships.

    Returns
    -------
    Model

    Raises
    ------
    ModelNotFoundError
        If there is no model at that place.
    ModelDamagedError
        If a file is not what the manifest says, or not a model at all.
    ModelVersionError
        If the format is one that this version does not read.

    Examples
    --------
    >>> load_model().labels[:2]
    ('approval_streamlining', 'enterprise_assistance')
    """
    folder = default_model() if path is None else Path(path)
    manifest = read_manifest(folder)
    stated = manifest["files"][WEIGHTS]
    beside = _beside(folder, stated["sha256"])
    packed = _read(beside if beside.is_file() else folder / WEIGHTS, _LARGEST_WEIGHTS)
    if len(packed) != stated["bytes"]:
        raise _damaged(f"{WEIGHTS}: {len(packed)} bytes, the manifest says {stated['bytes']}", folder)
    if hashlib.sha256(packed).hexdigest() != stated["sha256"]:
        raise _damaged(f"{WEIGHTS}: SHA-256 differs from the manifest's", folder)
    classes = manifest["classes"]
    try:
        weights = _unpack(packed, len(classes))
        settings = _settings(manifest["settings"])
    except ModelDamagedError as error:
        raise _damaged(error.message, folder) from error
    except Exception as error:  # whatever zipfile, numpy or a codec raises on bytes that are no model
        raise _damaged(f"{WEIGHTS}: not readable ({type(error).__name__})", folder) from error
    model = Model(weights, classes, settings, model_id=manifest["id"], path=folder)
    model.own_labels = _own_labels(manifest, model.labels, folder)
    return model


def _own_labels(manifest: Mapping[str, Any], ids: tuple[str, ...], folder: Path) -> LabelSet | None:
    """Return the names that the model was trained with, where they are not those that ship."""
    told = manifest.get("labels")
    names = told.get("names") if isinstance(told, dict) else None
    if names is None:
        return None
    pairs = names.values() if isinstance(names, dict) else [None]
    if not all(isinstance(x, list) and list(map(type, x)) == [str, str] and all(x) for x in pairs):
        raise _damaged(f"{MANIFEST}: 'names' are no pairs of texts", folder)
    try:
        return named_labels(ids, names)
    except KeyError as error:
        raise _damaged(f"{MANIFEST}: 'names' lacks the label {error}", folder) from error
    except CorpusError as error:
        raise _damaged(f"{MANIFEST}: 'names': {error.message}", folder) from error


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Read and check a model's manifest; errors as :func:`load_model`."""
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        if folder.is_file():
            raise ModelNotFoundError(
                "a model is a folder, this is a file", hint="pickle files are never loaded", path=folder
            )
        hint = "a model folder holds manifest.json and weights.npz; 'policycls train' makes one"
        raise ModelNotFoundError("no model here", hint=hint, path=folder)
    try:
        manifest = loads(_read(folder / MANIFEST, _LARGEST_MANIFEST).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _damaged(f"{MANIFEST}: not valid JSON", folder) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise _damaged(f"{MANIFEST}: not a model's manifest", folder)
    if manifest["format"] != FORMAT:
        hint = "use the version of policycls that wrote it, or train it again"
        raise ModelVersionError(
            f"model format {manifest['format']}, this reads {FORMAT}", hint=hint, path=folder
        )
    classes, files = manifest.get("classes"), manifest.get("files")
    ids = classes if isinstance(classes, list) and all(isinstance(x, str) and x for x in classes) else []
    if not 2 <= len(set(ids)) == len(ids) <= _MOST_CLASSES:
        raise _damaged(f"{MANIFEST}: 'classes' is not a list of 2 to {_MOST_CLASSES} ids", folder)
    stated = files.get(WEIGHTS) if isinstance(files, dict) else None
    size, digest = (stated.get("bytes"), stated.get("sha256")) if isinstance(stated, dict) else (None, None)
    if not isinstance(size, int) or not re.fullmatch(r"[0-9a-f]{64}", str(digest)):
        raise _damaged(f"{MANIFEST}: 'files' does not name {WEIGHTS}", folder)
    if not isinstance(manifest.get("id"), str) or not isinstance(manifest.get("settings"), dict):
        raise _damaged(f"{MANIFEST}: 'id' or 'settings' is missing", folder)
    return manifest


def _beside(folder: Path, digest: str) -> Path:
    return folder / f"{_BESIDE}{digest}.npz"


def _damaged(message: str, folder: Path) -> ModelDamagedError:
    return ModelDamagedError(message, hint="copy the model again or train it anew", path=folder)


def _read(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise _damaged(f"{path.name}: larger than {most >> 20} MiB", path.parent)
        return path.read_bytes()
    except OSError as error:
        raise _damaged(f"{path.name}: {error.strerror or 'cannot be read'}", path.parent) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other writers out of a folder, or their weights would meet this one's manifest."""
    from filelock import FileLock

    lock = folder / ".lock"
    with FileLock(lock):
        try:
            yield
        finally:
            # A model is two files. Who waits for a lock that is gone makes a new one.
            with suppress(OSError):
                lock.unlink()


def _text_array(words: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _texts(array: NDArray[np.uint8]) -> tuple[str, ...]:
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()


def _arrays(weights: Weights) -> dict[str, NDArray[Any]]:
    vocabulary = weights.vocabulary
    arrays = {
        "chars": vocabulary.chars, "bigrams": vocabulary.bigrams, "words": _text_array(vocabulary.words),
        "pairs": vocabulary.pairs, "taught": _text_array(weights.taught),
        "own": weights.own.values, "own_step": weights.own.step,
        "context": weights.context.values, "context_step": weights.context.step,
        "idf": weights.idf, "origin": weights.origin, "bias": weights.bias,
        "slope": weights.calibration.slope, "intercept": weights.calibration.intercept,
    }  # fmt: skip
    return {name: np.ascontiguousarray(array, dtype=_TYPES[name]) for name, array in arrays.items()}


def content_id(weights: Weights, classes: list[str], settings: Settings) -> str:
    """Return eight digits that name the model: a hash of what decides its results."""
    content = hashlib.sha256(json.dumps([FORMAT, classes, asdict(settings)]).encode())
    for name, array in sorted(_arrays(weights).items()):
        content.update(name.encode() + array.tobytes())
    return content.hexdigest()[:8]


def _pack(weights: Weights) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **_arrays(weights))
    return buffer.getvalue()


def _unpack(packed: bytes, k: int) -> Weights:
    with zipfile.ZipFile(io.BytesIO(packed)) as container:
        names = {info.filename: info.file_size for info in container.infolist()}
    if set(names) != {f"{name}.npy" for name in _TYPES}:
        raise ModelDamagedError(f"{WEIGHTS}: not the arrays of a model")
    if sum(names.values()) > _LARGEST_WEIGHTS:
        raise ModelDamagedError(f"{WEIGHTS}: expands to more than {_LARGEST_WEIGHTS >> 20} MiB")
    with np.load(io.BytesIO(packed), allow_pickle=False) as container:
        arrays = {name: container[name] for name in _TYPES}
    words, taught = _texts(arrays["words"]), _texts(arrays["taught"])
    _check_arrays(arrays, len(words), k)
    vocabulary = Vocabulary(
        arrays["chars"].astype(np.uint32), arrays["bigrams"].astype(np.uint64), words, arrays["pairs"]
    )
    return Weights(
        vocabulary, taught, Quantised(arrays["own"], arrays["own_step"]),
        Quantised(arrays["context"], arrays["context_step"]), arrays["idf"], arrays["origin"],
        arrays["bias"], Calibration(arrays["slope"], arrays["intercept"]),
    )  # fmt: skip


def _check_arrays(arrays: Mapping[str, NDArray[Any]], n_words: int, k: int) -> None:
    """Refuse arrays that a model could not have written: type, shape, size of values, what rows they name."""

    def wrong(name: str, what: str) -> ModelDamagedError:
        return ModelDamagedError(f"{WEIGHTS}: '{name}' {what}")

    n = len(arrays["chars"]) + len(arrays["bigrams"]) + n_words + len(arrays["pairs"])
    shapes = {"own": (n, k), "context": (n, k), "idf": (n,), "origin": (n,)}
    shapes |= dict.fromkeys(("own_step", "context_step", "bias", "slope", "intercept"), (k,))
    for name, array in arrays.items():
        if array.dtype != np.dtype(_TYPES[name]):
            raise wrong(name, f"is {array.dtype}, not {_TYPES[name]}")
        shape = shapes.get(name, (array.size,))
        if array.shape != shape:
            raise wrong(name, f"has shape {array.shape}, not {shape}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise wrong(name, "has values that are no finite numbers")
        if array.dtype.kind == "f" and np.abs(array).max(initial=0.0) > 1e6:  # far beyond any trained value
            raise wrong(name, "has values out of range")
    pairs = arrays["pairs"]
    if any((half >= n_words).any() for half in (pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF))):
        raise wrong("pairs", "names words that are not there")
    for name in ("chars", "bigrams", "pairs"):
        if _has_repeats(arrays[name]):
            raise wrong(name, "has repeated entries")
    if (arrays["idf"] < 0).any():
        raise wrong("idf", "has values below 0")


def _has_repeats(values: NDArray[Any]) -> bool:
    if (values[1:] > values[:-1]).all():  # sorted, as they are written: no need to sort them again
        return False
    ordered = np.sort(values)
    return bool((ordered[1:] == ordered[:-1]).any())


def _settings(stated: Mapping[str, Any]) -> Settings:
    try:
        neighbours = tuple(float(x) for x in stated["neighbours"])
        rest = {name: float(stated[name]) for name in ("heading", "review_below", "secondary_above")}
        precisions = tuple((float(wanted), float(at)) for wanted, at in stated["precisions"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelDamagedError(f"{MANIFEST}: 'settings' is incomplete") from error
    if len(stated) != 2 + len(rest):
        raise ModelDamagedError(f"{MANIFEST}: 'settings' has more than is known here")
    values = [*neighbours, *rest.values(), *(x for pair in precisions for x in pair)]
    if max(len(neighbours), len(precisions)) > 16 or not all(np.isfinite(x) and 0 <= x <= 1 for x in values):
        raise ModelDamagedError(f"{MANIFEST}: 'settings' has values out of range")
    return Settings(neighbours, **rest, precisions=precisions)
