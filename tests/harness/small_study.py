"""The small study that faults are done to: its files, its command, and the bytes that it should make."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from conftest import Clone
from harness.outcomes import Ran

NAME = "small"
STUDY = """
datasets: {houses: {file: ../../data/houses.csv, target: price}}
network: {hidden_layer_sizes: [4]}
training: {epochs: 30}
backends: [numpy, twin]
seeds: [1, 2]
figures: {early_stopping: false, under_and_overfitting: false, backends_agree: false}
jobs: {epochs_per_job: 10}
"""
TABLES = (
    f"results/{NAME}/losses.csv",
    f"results/{NAME}/study.yaml",
)  # no answers, no figures, no page
WORK = f"results/{NAME}/work/houses"
FOLD = f"{WORK}/fold-0"
SEGMENT = f"{FOLD}/default/numpy/seeds-1-2"
SECONDS = 240  # after which a run hangs
HELD = """
        from pathlib import Path as Place  # a fault may hold a job in its middle
        from time import sleep

        while Place("hold").exists() and int(state["iteration"]) >= int(Place("hold").read_text()):
            Place("held").touch()
            sleep(0.05)
"""


class Small:
    """A clone of the workflow with the small study.

    Parameters
    ----------
    clone : where it lies.
    origin : where the library is taken from.
    """

    def __init__(self, clone: Clone, origin: Path) -> None:
        self.clone, self.folder, self.origin = clone, clone.folder, origin
        self.results = self.folder / "results" / NAME

    @classmethod
    def make(cls, folder: Path, origin: Path) -> "Small":
        """Make one that has not run.

        Parameters
        ----------
        origin : where the workflow and its library are taken from.
        """
        made = cls(Clone(folder, origin), origin)
        (folder / "data").mkdir()
        made.write_houses()
        numpy = (folder / "plugins/numpy_backend.py").read_text(encoding="utf-8")
        twin = numpy.replace('register("numpy"', 'register("twin"')
        first = "        self.problem = problem\n"
        twin = twin.replace(first, HELD + first)
        (folder / "plugins/twin_backend.py").write_text(twin, encoding="utf-8")
        made.clone.study(NAME, STUDY)
        made.clone.edit("config/config.yaml", "- diabetes", f"- {NAME}")
        return made

    def write_houses(self, rows: int = 60) -> None:
        """Write a table of houses."""
        values = np.random.default_rng(rows).normal(size=(rows, 3)).round(3)
        price = (values @ [2.0, -1.0, 0.5]).round(3)
        lines = [",".join(map(str, (*row, p))) for row, p in zip(values, price, strict=True)]
        text = "\n".join(["rooms,age,distance,price", *lines]) + "\n"
        (self.folder / "data/houses.csv").write_text(text, encoding="utf-8")

    def ask(self, old: str, new: str) -> None:
        """Change the study."""
        self.clone.edit(f"config/studies/{NAME}.yaml", old, new)

    def copy(self, folder: Path) -> "Small":
        """Copy it with all that it has made."""
        return type(self)(self.clone.copy(folder), self.origin)

    def command(self, *arguments: str) -> list[str]:
        """Give the command that runs it."""
        return self.clone.command(*arguments)

    def start(
        self,
        *arguments: str,
        env: Mapping[str, str | None] | None = None,
        before: Sequence[str] = (),
    ) -> "Running":
        """Start the workflow.

        Parameters
        ----------
        env : what is other than in this process; None is unset.
        before : the words before the command.
        """
        whole = {**os.environ, "PYTHONPATH": str(self.origin / "workflow"), **(env or {})}
        return Running(
            [*before, *self.command(*arguments)],
            self.folder,
            {name: value for name, value in whole.items() if value is not None},
        )

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str | None] | None = None,
        before: Sequence[str] = (),
    ) -> Ran:
        """Run the workflow."""
        return self.start(*arguments, env=env, before=before).ended()

    def verify(self) -> Ran:
        """Have the results verified."""
        words = [sys.executable, "-m", "epochwise", "verify", f"results/{NAME}"]
        env = os.environ | {"PYTHONPATH": str(self.origin / "workflow")}
        return Running(words, self.folder, env).ended()

    def contents(self) -> dict[str, str]:
        """Hash every file of the results; times differ from run to run."""
        files = [path for path in sorted(self.results.rglob("*")) if path.is_file()]
        return {
            path.relative_to(self.results).as_posix(): _hash(path)
            for path in files
            if "timings" not in path.name and not path.name.startswith(".")
        }

    def remove(self) -> None:
        """Remove it."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Running:
    """A run that goes on."""

    def __init__(self, command: list[str], cwd: Path, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to it and to all that it has started."""
        os.killpg(self.process.pid, number)

    def ended(self, seconds: float = SECONDS) -> Ran:
        """Wait for its end; one that does not end in time is killed."""
        try:
            said, _ = self.process.communicate(timeout=seconds)
            return Ran(self.process.returncode, said.decode(errors="replace"))
        except subprocess.TimeoutExpired:
            self.kill()
            said, _ = self.process.communicate()
            return Ran(None, said.decode(errors="replace"))


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "cannot be read"
