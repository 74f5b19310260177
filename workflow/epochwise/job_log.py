"""What every job of the workflow does around its work: log, warn, and fail in a sentence."""

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from epochwise.culprit import place
from epochwise.errors import EpochwiseError
from epochwise.leftovers import ending_without_threads
from epochwise.refusals_of_the_system import sentence_of


@contextmanager
def job(log: str | Path, study: str = "") -> Iterator[TextIO]:
    """Open the job's log; what a user or the system is to blame for ends the job with a sentence.

    Parameters
    ----------
    study : the name that the sentence begins with.
    """
    about = f"study {study}: " if study else ""
    with ending_without_threads(), _opened(log) as file:

        def show(message: Warning | str, category: type, *_: object, **__: object) -> None:
            _say(file, f"warning: {about}{message}")

        warnings.showwarning = show
        try:
            yield file
        except EpochwiseError as error:
            for sentence in error.sentences:
                _say(file, f"epochwise: {about}{sentence}")
            sys.exit(1)
        except SystemExit as error:  # of status 0, it would pass for success
            code, where = error.code, place(error)
            _say(file, f"epochwise: {about}{where} ends the job, by sys.exit({code!r}); see there.")
            sys.exit(1)
        except KeyboardInterrupt:  # who stopped the run is told what stands by the run itself
            sys.exit(130)
        except Exception as error:
            if refused := sentence_of(error):
                _say(file, f"epochwise: {about}{refused}")
                sys.exit(1)
            traceback.print_exc(file=file)
            raise


@contextmanager
def _opened(log: str | Path) -> Iterator[TextIO]:
    """Open the log; a full disk leaves it short, or without a word, and ends no job."""
    try:
        file = open(log, "w", encoding="utf-8")  # noqa: SIM115  # its own closing would raise
    except OSError:
        file = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _say(log: TextIO, line: str) -> None:
    with suppress(OSError):
        print(line, file=log, flush=True)
    if sys.stderr:
        try:
            print(line, file=sys.stderr, flush=True)
        except (OSError, ValueError):  # the terminal is gone
            sys.stderr = None  # what its buffer kept would fail at the end
