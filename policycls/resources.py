"""Where the data that ships with the package lies: ``labels``, ``corpus`` and ``models``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from policycls.errors import CorpusError


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
