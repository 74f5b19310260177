"""Segments' end states on disk: named arrays in one `.npz`, never pickled."""

from pathlib import Path

import numpy as np

from epochwise.contract import Array, State
from epochwise.errors import DataError


def save(path: str | Path, arrays: dict[str, Array]) -> None:
    """Write named arrays; the same arrays give the same bytes."""
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: str | Path) -> State:
    """Read what `save` wrote.

    Raises
    ------
    DataError
        Where the file is not such an archive.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError) as error:
        raise DataError(
            f"{path}: not a file of arrays ({error}); delete it and run again."
        ) from None
