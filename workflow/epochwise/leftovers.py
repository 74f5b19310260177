"""Threads that a plugin leaves: Python would wait for them at the end of a process, for ever perhaps."""

import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def ending_without_threads() -> Iterator[None]:
    """End the process where it would end anyway, if threads that have begun meanwhile would keep it."""
    before, status = {*threading.enumerate()}, 0
    try:
        yield
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
        raise
    except BaseException:
        status = 1
        raise
    finally:
        if waits := [one for one in {*threading.enumerate()} - before if not one.daemon]:
            _end(status, waits[0].name)


def _end(status: int, thread: str) -> None:
    if isinstance(error := sys.exc_info()[1], Exception):
        traceback.print_exception(error)
    line = f"warning: a plugin has left the thread {thread!r} running; it is ended with the job."
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            if stream is sys.stderr:
                print(line, file=stream)
            stream.flush()
    os._exit(status)
