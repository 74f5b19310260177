"""What an input may not do: take long, take much memory, write elsewhere, start or call anything."""

import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from epochwise.errors import EpochwiseError

SECONDS = 20  # for one input, on a machine that has other things to do
MEMORY = 2**30  # bytes, beyond what the libraries have taken
LONGEST = 1500  # characters of a sentence
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate")
NEVER = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.connect")


class WrongError(AssertionError):
    """An input did what none may do."""


class TooLong(BaseException):
    """An input took too long; no `except Exception` catches it."""


class Guard:
    """Watches over one input after the other in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = f"{folder.resolve()}/"
        self.deeds: list[str] = []
        self.watching = False
        sys.addaudithook(self._heed)
        signal.signal(signal.SIGALRM, self._stop)

    def limit_memory(self) -> None:
        """Allow no more than `MEMORY` beyond what is taken now."""
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    def check(self, run: Callable[[], object]) -> None:
        """Run; an `EpochwiseError` of readable sentences is well, and so are readable warnings."""
        self.deeds = []
        with self._watched(), warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                run()
            except EpochwiseError as error:
                for sentence in error.sentences:
                    check_sentence(sentence)
        for one in told:
            if not issubclass(one.category, (ResourceWarning, DeprecationWarning)):
                check_sentence(str(one.message), ends="")
        if self.deeds:
            raise WrongError("; ".join(self.deeds))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        self.watching = True
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.watching = False

    def _stop(self, *_: object) -> None:
        raise TooLong(f"takes more than {SECONDS} s")

    def _heed(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event in NEVER:
            self.deeds.append(f"{event} {arguments!r}"[:200])
        elif event == "open":
            path, mode, flags = arguments
            if isinstance(path, (str, bytes)) and (flags & WRITES or set(mode or "") & set("wax+")):
                self._require_inside(event, path)
        elif event in CHANGES:
            self._require_inside(event, arguments[0])

    def _require_inside(self, event: str, path: Any) -> None:
        place = f"{os.path.abspath(os.fsdecode(path))}/"
        if not place.startswith(self.folder) and place != f"{os.devnull}/":
            self.deeds.append(f"{event} outside of the folder: {place}"[:200])


def check_sentence(sentence: str, ends: str = ".?)") -> None:
    """Refuse what no one can read: control characters, no end, no end in sight, a reader that stumbles."""
    if not sentence.isprintable():
        raise WrongError(f"not printable: {sentence[:300]!r}")
    if len(sentence) > LONGEST:
        raise WrongError(f"{len(sentence)} characters: {sentence[:300]!r}")
    if ends and not sentence.endswith(tuple(ends)):
        raise WrongError(f"does not end: {sentence[-200:]!r}")
    for words in ("cannot read it (", "MemoryError", "Traceback"):
        if words in sentence:
            raise WrongError(f"stumbles: {sentence[:300]!r}")
