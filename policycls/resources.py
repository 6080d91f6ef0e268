"""Where data lies: what ships (``labels``, ``corpus``, ``models``), and the user's workspace.

A workspace is a folder with a ``policycls.toml``, which may set limits for reading. Its ``models/CURRENT``
names the model that it uses; where there is none yet, the shipped one is used.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from policycls.errors import CorpusError, ModelDamagedError

#: What makes a folder a workspace, and the environment variable that names one.
WORKSPACE_FILE, WORKSPACE_VARIABLE = "policycls.toml", "POLICYCLS_WORKSPACE"
CURRENT = "CURRENT"
#: What CURRENT says when the model that ships is used.
SHIPPED = "shipped"
#: What ``[reading]`` in a workspace's file may set, and what holds without it; the least that may be set.
READING: Final[Mapping[str, float]] = {"seconds": 30.0, "memory_mib": 4096.0}
_LEAST: Final = {"seconds": 0.1, "memory_mib": 256.0}


def data_path(*parts: str) -> Path:
    """Return the path of a data file or folder that ships with the package.

    Installed, the data lies in ``policycls/_data``; in a checkout, beside the package.

    Parameters
    ----------
    *parts : str
        The way below the data root, such as ``"labels", "schema.toml"``.

    Returns
    -------
    Path

    Raises
    ------
    CorpusError
        If it is in neither place: the installation is incomplete.

    Examples
    --------
    >>> data_path("labels", "schema.toml").name
    'schema.toml'
    """
    package = Path(str(files("policycls")))
    for root in (package / "_data", package.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise CorpusError(
        f"{'/'.join(parts)} is missing from this installation",
        hint="install policycls again",
        path=package / "_data",
    )


def find_workspace(stated: str | Path | None = None) -> Path | None:
    """Return the workspace: the one stated, else that of the environment, else the nearest parent folder.

    Parameters
    ----------
    stated : str or Path, optional

    Raises
    ------
    CorpusError
        If the folder that is stated, or named by ``POLICYCLS_WORKSPACE``, is no workspace.
    """
    named = stated or os.environ.get(WORKSPACE_VARIABLE)
    if named:
        folder = Path(named).expanduser().resolve()
        if not (folder / WORKSPACE_FILE).is_file():
            hint = "make one with 'policycls init'"
            raise CorpusError(f"is no workspace: there is no {WORKSPACE_FILE}", hint=hint, path=named)
        return folder
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return None
    return next((x for x in (here, *here.parents) if (x / WORKSPACE_FILE).is_file()), None)


def read_toml(source: Path, what: str) -> dict[str, Any]:
    """Return the content of a TOML file, which messages call ``what``.

    Raises
    ------
    CorpusError
        If it cannot be read, or is no TOML in UTF-8.
    """
    import tomllib

    try:
        return tomllib.loads(source.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise CorpusError(f"{what} cannot be read: {error.strerror or error}", path=source) from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{what} is not UTF-8 text", hint="save it as UTF-8", path=source) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CorpusError(f"{what} is not valid TOML: {error}", path=source) from error


def reading_limits() -> Mapping[str, float]:
    """Return the limits for reading a document, ``seconds`` and ``memory_mib``, as the workspace has them.

    Raises
    ------
    CorpusError
        If its ``[reading]`` holds another key, or a value that is no number or too small.
    """
    workspace = find_workspace()
    if workspace is None:
        return READING
    file = workspace / WORKSPACE_FILE
    return _reading(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _reading(file: Path, changed: int) -> Mapping[str, float]:
    del changed  # the file is read again when it is another
    stated = read_toml(file, "the workspace's file").get("reading", {})
    if not isinstance(stated, dict) or not stated.keys() <= READING.keys():
        raise CorpusError(f"[reading] is a table of {' and '.join(READING)}", path=file)
    for name, value in stated.items():
        if type(value) not in (int, float) or not _LEAST[name] <= value < float("inf"):
            raise CorpusError(f"{name!r} in [reading] is a number from {_LEAST[name]:g} on", path=file)
    return {**READING, **stated}


def current_model(workspace: Path) -> Path:
    """Return the folder of the model that a workspace uses.

    Raises
    ------
    ModelDamagedError
        If its CURRENT names no model of the workspace.
    """
    file = workspace / "models" / CURRENT
    try:
        name = file.read_text(encoding="utf-8").strip()
        named = name == Path(name).name and (workspace / "models" / name).is_dir()
    except FileNotFoundError:
        name, named = SHIPPED, True
    except (OSError, UnicodeDecodeError) as error:
        raise ModelDamagedError("cannot be read", path=file) from error
    if name == SHIPPED:
        return data_path("models", "default")
    if not named:
        raise ModelDamagedError(
            f"names {name!r}, which is no model here", hint="see 'policycls models'", path=file
        )
    return workspace / "models" / name


def default_model() -> Path:
    """Return the model to use where none is named: the workspace's, else the one that ships."""
    workspace = find_workspace()
    return data_path("models", "default") if workspace is None else current_model(workspace)
