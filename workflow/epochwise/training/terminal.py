"""One line on the terminal, for all jobs that train at the same time."""

import json
import os
from pathlib import Path
from typing import TextIO

from epochwise.file_lock import hold

CLEAR = "\r\x1b[2K"
SEPARATOR = "  |  "
COLUMNS = 80  # where the terminal does not say


class SharedLine:
    """What all running jobs have to say; whichever speaks draws it for all.

    Parameters
    ----------
    path : a file that all of them know; it keeps what each said last, by process number.
    terminal : where the line is drawn.

    Every method fails with an OSError where the file cannot be had or locked, or where
    the terminal is gone.
    """

    def __init__(self, path: Path, terminal: TextIO) -> None:
        self.path, self.terminal = path, terminal
        self.me = str(os.getpid())
        path.parent.mkdir(parents=True, exist_ok=True)

    def say(self, long: str, short: str) -> None:
        """Show `long` while this job is alone, else `short` beside what the others say."""
        self._update({self.me: [long, short]})

    def leave(self) -> None:
        """Say no more."""
        self._update({})

    def _update(self, mine: dict[str, list[str]]) -> None:
        with self.path.open("a+", encoding="utf-8") as file:
            hold(file, wait=True)
            said = self._others(file) | mine
            file.truncate(0)
            json.dump(said, file)
            self._draw([said[job] for job in sorted(said, key=int)])

    def _others(self, file: TextIO) -> dict[str, list[str]]:
        file.seek(0)
        try:
            said = json.loads(file.read() or "{}")
            return {job: [*said[job]] for job in said if job != self.me and is_alive(int(job))}
        except (ValueError, TypeError, OverflowError):  # a job was killed while it wrote
            return {}

    def _draw(self, said: list[list[str]]) -> None:
        texts = said[0][:1] if len(said) == 1 else [short for _, short in said]
        line = CLEAR + SEPARATOR.join(texts)[: self._columns() - 1]
        # past the stream's buffer: what a lost terminal left there would fail at the job's end
        os.write(self.terminal.fileno(), line.encode(self.terminal.encoding, "replace"))

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self.terminal.fileno()).columns or COLUMNS
        except OSError:
            return COLUMNS


def is_alive(process: int) -> bool:
    """Tell whether a process exists, anybody's."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
