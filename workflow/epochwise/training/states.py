"""Segments' end states on disk: named arrays in one `.npz`, never pickled."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from epochwise.arrays import Array
from epochwise.atomic_write import atomic_write
from epochwise.errors import TOO_LARGE, DataError, told_by
from epochwise.training.contract import State


def save(path: str | Path, arrays: dict[str, Array]) -> None:
    """Write named arrays; the same arrays give the same bytes. The file is whole or not there."""
    with atomic_write(path) as beside, beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: str | Path, only: Sequence[str] = ()) -> State:
    """Read what `save` wrote.

    Parameters
    ----------
    only : the arrays that are wanted; by default all.

    Raises
    ------
    DataError
        Where the file is not such an archive.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in only or archive.files}
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file; run again to make it.") from None
    except MemoryError:
        raise DataError(f"{path}: {TOO_LARGE}") from None
    except Exception as error:  # of damaged archives zipfile and NumPy raise a dozen kinds
        raise DataError(
            f"{path}: not a file of arrays ({told_by(error)}); delete it and run again."
        ) from None
