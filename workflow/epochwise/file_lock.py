"""Locks on files, which die with their process; where there are none, one run at a time is asked for."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import IO

from epochwise.errors import EpochwiseError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def lock(path: Path, warn: Callable[[str], object]) -> IO[str]:
    """Hold a lock until the process ends, however it ends (even by SIGKILL).

    Where nothing can be locked the run goes on without, and `warn` is told.

    Raises
    ------
    EpochwiseError
        Where another process holds it.
    OSError
        Where the file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("w")
    try:
        hold(file, wait=False)
    except BlockingIOError:
        file.close()
        raise EpochwiseError(
            f"{path.parent}: another run is going on in this folder, or in one that shares it; wait for "
            "it, or stop it."
        ) from None
    except OSError as error:
        warn(
            f"{path.parent}: files cannot be locked here ({error}); start no second run in this "
            "folder while this one goes on."
        )
    return file


def hold(file: IO[str], wait: bool) -> None:
    """Lock an open file until it is closed.

    Raises
    ------
    BlockingIOError
        Where another process holds it, unless this one is to wait.
    OSError
        Where there are no locks, as on Windows and on some network file systems.
    """
    if fcntl is None:
        raise OSError(errno.ENOTSUP, "this platform has no such locks")
    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
