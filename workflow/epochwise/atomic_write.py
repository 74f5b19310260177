"""Files that are whole or not there: written beside their place, then renamed into it."""

import glob
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a file to write, which takes the place of `path` once all is written.

    Whoever reads `path` meanwhile reads the old file. Where writing fails, the old file stays.
    Each process writes a file of its own, so that two that make the same never mix. What processes
    left there that were killed is removed.
    """
    path = Path(path)
    beside = path.with_name(f"{_beginning(path)}{os.getpid()}")
    _sweep(path)
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _beginning(path: Path) -> str:
    """Give what the names of files beside `path` begin with that this machine writes."""
    return f".{path.name}.{platform.node()}-"


def _sweep(path: Path) -> None:
    for left in path.parent.glob(f"{glob.escape(_beginning(path))}*"):
        process = left.name.removeprefix(_beginning(path))
        if process.isdigit() and not _lives(int(process)):
            left.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    with suppress(ProcessLookupError):
        try:
            os.kill(process, 0)
        except PermissionError:  # it is another user's
            return True
        return True
    return False
