"""One run at a time in one folder, by a lock that dies with its process."""

import fcntl
from pathlib import Path
from typing import IO

from epochwise.errors import EpochwiseError


def lock(path: Path) -> IO[str]:
    """Hold a lock until the process ends, however it ends (even by SIGKILL).

    Raises
    ------
    EpochwiseError
        Where another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise EpochwiseError(
            f"{path.parent}: another run is going on in this folder; wait for it, or stop it."
        ) from None
    return file
