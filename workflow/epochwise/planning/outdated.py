"""What lies there and was not made from what the studies ask now, whatever is remembered of earlier runs.

Each job leaves a record of what it was made from. Before a run, the record of every job is compared
with what that job would be made from now. Where it is the same and only the times of files are in
disorder, as after copying, the files are marked as up to date.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from inspect import signature
from os.path import exists, isfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from epochwise.planning.plan import Plan
from epochwise.records import digests
from epochwise.records.record import Record, read
from epochwise.records.recording import asked, folder_of

SLACK = 10**10  # nanoseconds by which the clock of a file server may be ahead


@dataclass(frozen=True)
class Expected:
    """A job that the studies ask for.

    Parameters
    ----------
    record : the file of its record.
    folder : what the paths in the record start from.
    outputs : the files that it makes.
    times : those whose times tell when it ran.
    asked : the digest of its parameters; see `recording.asked`.
    script : the script that it runs.
    """

    record: str
    folder: Path
    outputs: list[str]
    times: list[str]
    asked: str
    script: str


def expected(
    plans: Iterable[Plan], rules: Any, scripts: Path, besides: Iterable[str]
) -> Iterator[Expected]:
    """List all jobs, each after those whose files it reads.

    Parameters
    ----------
    rules : every rule by its name, with its outputs and parameters.
    scripts : the folder of the rules' scripts.
    besides : the rules of the jobs that belong to no study.
    """
    jobs = [(rule, {"study": p.study.name} | at) for p in plans for rule, at in p.jobs()]
    for name, wildcards in [*jobs, *((rule, {}) for rule in besides)]:
        rule = getattr(rules, name)
        outputs = [file.format(**wildcards) for file in rule.output]
        measured = [rule.benchmark.format(**wildcards)] if rule.rule.benchmark else []
        made = rule.output.made.format(**wildcards)
        yield Expected(
            made,
            folder_of(made, wildcards.get("study", "")),
            outputs,
            [*outputs, *measured],
            asked(_told(rule.params.items(), SimpleNamespace(**wildcards))),
            str(scripts / Path(str(rule.rule.script)).name),
        )


def _told(parameters: Iterable[tuple[str, Any]], wildcards: SimpleNamespace) -> dict[str, Any]:
    """Give what a job is told that its outputs depend on: all that asks for no more than wildcards."""
    plain = [(name, one) for name, one in parameters if not _asks_for_more(one)]
    return {name: one(wildcards) if callable(one) else one for name, one in plain}


def _asks_for_more(parameter: Any) -> bool:
    return callable(parameter) and len(signature(parameter).parameters) > 1


class Comparison:
    """What lies there beside what is asked.

    Parameters
    ----------
    sources : digests of the files that no job makes.
    """

    def __init__(self, sources: digests.Remembered) -> None:
        self.sources = sources
        self.known: dict[str, str] = {}  # digests of what jobs made, by path
        self.makers: dict[str, Expected] = {}
        self.outdated: set[str] = set()  # the files that are to be made again
        self.damaged: list[str] = []
        self.now = time.time_ns()

    def look_at(self, job: Expected) -> None:
        """Compare one job; those whose files it reads have been."""
        self.makers |= dict.fromkeys(job.outputs, job)
        record = read(job.record)
        if record is None:
            if any(map(exists, job.outputs)):
                self.outdated.update(job.outputs)
            return
        made = {f"{job.folder}/{name}": one for name, one in record.outputs.items()}
        self.known |= {path: digest for path, (digest, _) in made.items()}
        if wrong := [path for path, (digest, size) in made.items() if _cut(path, digest, size)]:
            self._damage(wrong)
        elif record.asked != job.asked or not self._same_inputs(job, record):
            self.outdated.update(job.outputs)
        elif self._in_disorder(job, record) or self._in_the_future(job):
            self._set_times(job, record)

    def _same_inputs(self, job: Expected, record: Record) -> bool:
        inputs = {f"{job.folder}/{name}": one for name, one in record.inputs.items()}
        sources = [(self.sources.of(file), one) for file, one in record.sources.items()]
        return all(self.known.get(path, one) == one for path, one in inputs.items()) and all(
            now in (None, before) for now, before in sources
        )

    def _in_disorder(self, job: Expected, record: Record) -> bool:
        """Tell whether something that a job read is newer than what it made."""
        read_by = [f"{job.folder}/{name}" for name in record.inputs]
        newest = max(map(_time, [*read_by, *record.sources, job.script]), default=0)
        return any(_time(file) < newest for file in job.times if isfile(file))

    def _in_the_future(self, job: Expected) -> bool:
        return any(_time(file) > self.now + SLACK for file in job.times)

    def _set_times(self, job: Expected, record: Record) -> None:
        """Mark a job's files as up to date, if they and what it read are what the records say."""
        made = {name: digest for name, (digest, _) in record.outputs.items()}
        files = {f"{job.folder}/{name}": one for name, one in {**made, **record.inputs}.items()}
        if wrong := [file for file, digest in files.items() if not _is(file, digest)]:
            self._damage(wrong)
            return
        for file in job.times:
            with suppress(OSError):
                os.utime(file, ns=(self.now, self.now))

    def _damage(self, files: list[str]) -> None:
        self.damaged += [file for file in files if file not in self.damaged]
        for file in files:
            self.outdated.update(self.makers[file].outputs if file in self.makers else ())


def _time(file: str) -> int:
    try:
        return os.stat(file).st_mtime_ns
    except OSError:
        return 0


def _cut(file: str, digest: str, size: int) -> bool:
    """Tell whether a file has another size, or something else lies in its place."""
    return exists(file) and (not isfile(file) or (bool(digest) and os.stat(file).st_size != size))


def _is(file: str, digest: str) -> bool:
    try:
        return not digest or not exists(file) or digests.of_file(file) == digest
    except OSError:  # it cannot be read
        return False


def outdated(jobs: Iterable[Expected], memory: Path, warn: Callable[[str], object]) -> set[str]:
    """Give the files that were not made from what the studies ask now.

    Parameters
    ----------
    memory : a file for the digests of large files from run to run.
    warn : is told of damage.
    """
    comparison = Comparison(digests.Remembered(memory))
    for job in jobs:
        comparison.look_at(job)
    with suppress(OSError):
        comparison.sources.keep()
    if damaged := comparison.damaged:
        more = f" and {len(damaged) - 1:,} more" * (len(damaged) > 1)
        warn(
            f"{damaged[0]}{more}: not what the workflow wrote there (damaged, edited, or brought from "
            "elsewhere); made anew."
        )
    return comparison.outdated
