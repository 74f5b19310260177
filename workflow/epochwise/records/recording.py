"""What every job does with its inputs and outputs: check what it reads, write down what it made."""

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from os.path import relpath
from pathlib import Path
from typing import Any, Protocol

from epochwise.errors import DataError, DataWarning
from epochwise.records import digests
from epochwise.records.environment import arithmetic, environment, kernels
from epochwise.records.record import Record, Shelf

BESIDES = "besides"  # among a job's parameters: what is no reason to run again
TIMES = ("timings.csv", ".timings.json")  # what the names of files of times end in


class Job(Protocol):
    """What a job says of itself; its files are listed, and can be asked for by name as well."""

    rule: str
    wildcards: Any
    params: Any
    input: Any
    output: Any


def asked(params: Mapping[str, Any]) -> str:
    """Give the digest of all that a job is told and that its outputs depend on."""
    return digests.of_value({key: one for key, one in params.items() if key != BESIDES})


@contextmanager
def recorded(job: Job) -> Iterator["Inputs"]:
    """Check the inputs of a job, and at its end write the record of what it made.

    Parameters
    ----------
    job : the job; its output `made` is the record.

    Yields
    ------
    Its inputs.

    Raises
    ------
    DataError
        An input that is not what the job wrote that made it (it is set aside), that was made from
        something else than this job is, or that has changed while the job read it.
    """
    study = getattr(job.wildcards, "study", "")  # what belongs to all studies has none
    read = Inputs(job, folder_of(job.output.made, study))
    made_file, started_in = job.output.made, os.getcwd()
    yield read
    os.chdir(started_in)  # where a plugin has left it
    read.check_unchanged()
    outputs = [file for file in map(str, job.output) if file != made_file]
    made = {read.name(file): _made(file) for file in outputs}
    record = Record(job.rule, read.asked, read.own, read.sources, made, environment())
    record.save(made_file)


def _made(file: str) -> tuple[str, int]:
    return (_digest(file), Path(file).stat().st_size) if not file.endswith(TIMES) else ("", 0)


def _digest(file: str) -> str:
    """Hash a file; times differ from run to run and are not looked at."""
    return "" if file.endswith(TIMES) else digests.of_file(file)


def folder_of(made: str, study: str) -> Path:
    """Give the folder that the paths in a record start from: that of the study, or of all results."""
    found = re.match(rf".*?results/{study}(?=/)", made) if study else None
    return Path(found[0]) if found else Path(made).parent


class Inputs:
    """The inputs of a job, as they were when it began.

    Parameters
    ----------
    job : see `recorded`.
    folder : what the paths in the record start from.
    """

    def __init__(self, job: Job, folder: Path) -> None:
        self.rule, self.asked, self.folder = job.rule, asked(dict(job.params)), folder
        self.files = list(map(str, job.input))
        self.states = {file: digests.state_of(file) for file in self.files}
        self.digests = {file: self._digest(file) for file in self.files}
        self.own: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        for file, digest in self.digests.items():
            inside = Path(file).is_relative_to(folder)
            (self.own if inside else self.sources)[self.name(file)] = digest
        self._check(Shelf())

    def _digest(self, file: str) -> str:
        """Hash an input; what a job has made and cannot be read is no better than damaged."""
        try:
            return _digest(file)
        except OSError:
            if Path(file).is_relative_to(self.folder):
                raise DataError(_set_aside(Path(file))) from None
            raise

    def name(self, file: str) -> str:
        """Give a file's path from the folder of the study; that of another's as it is."""
        inside = Path(file).is_relative_to(self.folder)
        return Path(relpath(file, self.folder)).as_posix() if inside else file

    def identity(self) -> str:
        """Give a digest of all that the outputs follow from, to the last bit: the processor among it."""
        processor = arithmetic()
        processor["blas"] = sorted(kernels(processor["blas"]))  # of threads the parameters tell
        made_from = [self.asked, self.own, self.sources, processor]
        return digests.of_value(made_from)

    def _check(self, shelf: Shelf) -> None:
        for file in self.files:
            if not Path(file).is_relative_to(self.folder):
                continue
            found = shelf.record_of(file)
            if found is None or found.digest != self.digests[file]:
                raise DataError(_set_aside(Path(file)))
            if found.record.rule == self.rule:
                self._check_alike(file, found.record)

    def _check_alike(self, file: str, before: Record) -> None:
        """Refuse to go on from what a job of the same rule has made from something else."""
        others = {**before.inputs, **before.sources}
        mine = {**self.own, **self.sources}
        changed = [name for name in others.keys() & mine.keys() if others[name] != mine[name]]
        if before.asked != self.asked or changed:
            what = (
                f"{', '.join(sorted(changed))} changed"
                if changed
                else "the study or its code changed"
            )
            raise DataError(
                f"{file}: was made before {what}; nothing goes on from it. Run the same command again: "
                "what came before the change is made anew."
            )

        self._warn_of_another_processor(file, before)

    def _warn_of_another_processor(self, file: str, before: Record) -> None:
        here, then = arithmetic(), before.environment
        known = kernels(then.get("blas", ()))
        if here["cpu"] != then.get("cpu") or not kernels(here["blas"]) <= known:
            warnings.warn(
                f"{file} was made on another kind of processor ({', '.join(then.get('blas', ()))}; here "
                f"{', '.join(here['blas'])}); going on from it may give other last digits than one kind "
                "alone would.",
                DataWarning,
                stacklevel=2,
            )

    def check_unchanged(self) -> None:
        """Refuse inputs that were written while the job read them."""
        for file, before in self.states.items():
            with suppress(FileNotFoundError):
                if digests.state_of(file) == before or _digest(file) == self.digests[file]:
                    continue
            raise DataError(
                f"{file}: changed while it was read, so what was made from it is thrown away; run the "
                "same command again."
            )


def _set_aside(file: Path) -> str:
    aside = file.with_name(f"{file.name}.damaged")
    with suppress(OSError):
        file.replace(aside)
    return (
        f"{file}: is not what the workflow wrote there (damaged, edited, or brought from elsewhere); it "
        f"was set aside as {aside.name}. Run the same command again to make it anew."
    )
