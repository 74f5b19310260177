"""One line on the terminal, for all jobs that train at the same time, and for all that are to come."""

import json
import os
import time
from pathlib import Path
from typing import Any, TextIO

from epochwise.file_lock import hold

CLEAR = "\r\x1b[2K"
SEPARATOR = "  |  "
SOONEST = 0.02  # of a run must be done before its pace says anything
COLUMNS = 80  # where the terminal does not say


def expect(path: Path, epochs: int) -> None:
    """Say how many epochs, of all networks together, a run is to train, before it starts a job."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"began": time.time(), "epochs": epochs, "done": 0, "jobs": {}}
    path.write_text(json.dumps(said), encoding="utf-8")


class SharedLine:
    """What all running jobs have to say; whichever speaks draws it for all.

    Parameters
    ----------
    path : a file that all of them know; it keeps what is to be done (see `expect`) and, by process
        number, what each job said last and how many epochs it has trained and is to train.
    terminal : where the line is drawn.

    Every method fails with an OSError where the file cannot be had or locked, or where
    the terminal is gone.
    """

    def __init__(self, path: Path, terminal: TextIO) -> None:
        self.path, self.terminal = path, terminal
        self.me = str(os.getpid())
        path.parent.mkdir(parents=True, exist_ok=True)

    def say(self, long: str, short: str, trained: int = 0, of: int = 0) -> None:
        """Show `long` while this job is alone, else `short` beside what the others say.

        Parameters
        ----------
        trained, of : epochs of all its networks together, so far and in the end.
        """
        self._update({self.me: [long, short, trained, of]})

    def leave(self, trained: int = 0) -> None:
        """Say no more; `trained` as for `say`."""
        self._update({}, trained)

    def _update(self, mine: dict[str, list[Any]], finished: int = 0) -> None:
        with self.path.open("a+", encoding="utf-8") as file:
            hold(file, wait=True)
            said = self._read(file)
            said["jobs"] |= mine
            said["done"] += finished
            file.truncate(0)
            json.dump(said, file)
            self._draw(said)

    def _read(self, file: TextIO) -> dict[str, Any]:
        file.seek(0)
        try:
            said = json.loads(file.read() or "{}")
            plan = {name: float(said.get(name, 0)) for name in ("began", "epochs", "done")}
            return plan | {"jobs": self._others(said.get("jobs", {}))}
        except (ValueError, TypeError, AttributeError, OverflowError):  # killed while it wrote
            return {"began": 0.0, "epochs": 0.0, "done": 0.0, "jobs": {}}

    def _others(self, jobs: dict[str, list[Any]]) -> dict[str, list[Any]]:
        others = {job: [*jobs[job]] for job in jobs if job != self.me}
        return {job: told for job, told in others.items() if len(told) == 4 and is_alive(int(job))}

    def _draw(self, said: dict[str, Any]) -> None:
        jobs = [said["jobs"][job] for job in sorted(said["jobs"], key=int)]
        texts = [jobs[0][0]] if len(jobs) == 1 else [told[1] for told in jobs]
        line = CLEAR + SEPARATOR.join([*whole_run(said, jobs), *texts])[: self._columns() - 1]
        # past the stream's buffer: what a lost terminal left there would fail at the job's end
        os.write(self.terminal.fileno(), line.encode(self.terminal.encoding, "replace"))

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self.terminal.fileno()).columns or COLUMNS
        except OSError:
            return COLUMNS


def whole_run(said: dict[str, Any], jobs: list[list[Any]]) -> list[str]:
    """Say how far the whole run is, where more is to come than what trains now.

    The time left is that of the epochs left at the pace so far, whatever each of them costs.
    """
    done = said["done"] + sum(trained for _, _, trained, _ in jobs)
    to_come = said["epochs"] - said["done"] - sum(of for *_, of in jobs)
    if not jobs or to_come <= 0 or done < SOONEST * said["epochs"]:
        return []
    share = done / said["epochs"]
    left = (time.time() - said["began"]) * (1 - share) / share
    return [f"training {share:.0%}, about {duration(left)} left"]


def duration(seconds: float) -> str:
    """Write a time as people say it: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def is_alive(process: int) -> bool:
    """Tell whether a process exists, anybody's."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
