"""A limit of the time that an epoch may take.

A backend may hang in compiled code, where no line of Python runs any more, no thread's either. So
another process watches the count of the epochs that were trained, and ends this one where the count
stands still for too long. Run as a file it is that other process, which imports nothing but Python's
own modules.
"""

import mmap
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TextIO

LOOKS = 20  # at the count, in the time that is allowed
LONGEST_WAIT = 1.0  # seconds between two looks
BYTES = 8


class Count:
    """The epochs that were trained, in a file that two processes share."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self.shared = memoryview(mmap.mmap(file.fileno(), BYTES)).cast("q")

    def set(self, epoch: int) -> None:
        """Say that an epoch has ended."""
        self.shared[0] = epoch

    def get(self) -> int:
        """Give the epoch that ended last."""
        return self.shared[0]


class Unwatched:
    """Where there is no limit, nothing is counted."""

    def set(self, epoch: int) -> None:
        """Do nothing."""


@contextmanager
def limited(
    backend: str, seconds: float | None, epoch: int, at_once: int, log: TextIO, part: str = ""
) -> Iterator[Count | Unwatched]:
    """Allow so many seconds for an epoch; what takes longer ends this process, with a sentence.

    Parameters
    ----------
    seconds : None for no limit.
    epoch : where training begins.
    at_once : epochs that are trained before the next is counted.
    log : an open file that the sentence is added to, besides standard error.
    part : of the job, which the sentence begins with.
    """
    if seconds is None:
        yield Unwatched()
        return
    with TemporaryDirectory(prefix="epochwise-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "epoch"
        path.write_bytes(bytes(BYTES))
        count = Count(path)
        count.set(epoch)
        told = [str(os.getpid()), str(path), repr(seconds), str(at_once), backend, part]
        told.append(str(getattr(log, "name", os.devnull)))
        watcher = subprocess.Popen([sys.executable, "-I", "-S", __file__, *told])  # noqa: S603
        try:
            yield count
        finally:
            watcher.kill()
            watcher.wait()


def watch(count: Count, seconds: float, process: int) -> int:
    """Wait until no epoch has ended for so many seconds; give the one that ended last.

    Raises
    ------
    ProcessLookupError
        Where the process has gone meanwhile.
    """
    pause = min(LONGEST_WAIT, seconds / LOOKS)
    seen, waited = (
        count.get(),
        0.0,
    )  # in looks: a machine that sleeps meanwhile is not held against it
    while waited < seconds:
        time.sleep(pause)
        waited += pause
        if os.getppid() != process:
            raise ProcessLookupError(process)
        if (now := count.get()) != seen:
            seen, waited = now, 0.0
    return seen


def sentence(backend: str, part: str, seconds: float, last: int, at_once: int) -> str:
    """Say what took too long, and what to do."""
    which = f"epoch {last + 1}"
    if at_once > 1:
        which = f"epochs {last + 1} to {last + at_once}, which it trains at once,"
    return (
        f"epochwise: {f'{part}: ' if part else ''}backend {backend!r}: {which} took more than {seconds * at_once:g} s, and "
        f"jobs.epoch_timeout allows {seconds:g} s an epoch; raise it or leave it out if such an epoch may take so "
        "long, else look for what the backend waits for."
    )


def main(
    process: int, path: str, seconds: float, at_once: int, backend: str, part: str, log: str
) -> None:
    """Watch a process, and end it if it must be."""
    with suppress(ProcessLookupError):
        last = watch(Count(Path(path)), seconds * at_once, process)
        line = sentence(backend, part, seconds, last, at_once)
        with suppress(OSError), open(log, "a", encoding="utf-8") as file:
            print(line, file=file)
        with suppress(OSError):
            print(line, file=sys.stderr, flush=True)
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    rmtree(Path(path).parent, ignore_errors=True)


if __name__ == "__main__":
    pid, file, limit, many, name, at, to = sys.argv[1:]
    main(int(pid), file, float(limit), int(many), name, at, to)
