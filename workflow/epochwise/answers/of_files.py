"""The answer for loss histories that lie in files: no study, nothing trained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.answers import answer, tables
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.describing import describe
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.terms import HISTORY
from epochwise.curves import readers
from epochwise.curves.histories import History
from epochwise.curves.tabulating import Tabulated, tabulate
from epochwise.errors import CurvesError, problems_of
from epochwise.plugins.registry import Registered, load_all
from epochwise.tables.reading import LossTable

MOST_NAMED = 3  # files that are named; of more, their number is told


@dataclass(frozen=True)
class Answered:
    """What files say.

    Parameters
    ----------
    answer : as `epochwise.answers.answer.compute` gives it, with `unit` and `files`.
    taken : what the files were taken for, a line each.
    """

    answer: dict[str, Any]
    taken: list[str]

    def __str__(self) -> str:
        """Say it in words: what the files were taken for, then the answer."""
        return "\n".join([*self.taken, "", describe(self.answer)])


def answer_files(
    paths: Sequence[Path], plugins: Path, reader: str | None, options: Mapping[str, Any]
) -> Answered:
    """Answer for the runs in some files or folders; every run is a seed of one setting.

    Parameters
    ----------
    plugins : the folder of plugins, some of which read loss histories.
    reader : its name; None to guess it from each file.
    options : of the reader.

    Raises
    ------
    CurvesError
        A sentence for each file that cannot be read, or whose losses cannot be compared.
    """
    known = readers.load_readers(plugins)
    histories: list[History] = []
    found = [file for path in paths for file in files_in(path, known, reader)]
    problems = [
        sentence
        for file in dict.fromkeys(found)
        for sentence in problems_of(
            lambda file=file: histories.append(readers.read(file, reader, readers=known, **options))  # type: ignore[misc]
        )
    ]
    if problems:
        raise CurvesError(*problems)
    table = tabulate(histories, _name(paths))
    criteria = {name: one.resolve() for name, one in load_all(plugins, "stopping").items()}
    settings = AnswerSettings.of()
    computed = tables.compute(LossTable(table.table), settings, parse_criteria(None, criteria))
    answered = answer.compute(computed, settings)
    for each in answered["answers"]:
        del each["of"]["backend"]
        if each["best_epoch"]["sampling_unit"]:
            each["best_epoch"]["sampling_unit"] = HISTORY
    answered |= {"unit": table.unit, "files": [_facts(one) for one in histories]}
    return Answered(answered, [*taken_for(histories), *ended(table)])


def files_in(path: Path, known: Mapping[str, Registered], reader: str | None) -> list[Path]:
    """List the histories of a folder that is none itself: the files and folders that a reader recognises.

    Raises
    ------
    CurvesError
        There is none in it.
    """
    path = path.expanduser()
    if reader or not path.is_dir() or not problems_of(lambda: readers.guess(path, known)):
        return [path]
    found: list[Path] = []
    for each in sorted(path.rglob("*")):
        within = any(each.is_relative_to(one) for one in found)
        if not within and not problems_of(lambda each=each: readers.guess(each, known)):  # type: ignore[misc]
            found.append(each)
    if not found:
        raise CurvesError(
            f"{path}: has neither the answer.json of a study nor a file that a reader of loss histories "
            "recognises; give the folder of a study that was made, or name the files, and with --reader "
            "what they are."
        )
    return found


def taken_for(histories: Sequence[History]) -> list[str]:
    """Say what the files were taken for: reader, columns, epochs, runs; notes and guesses once each."""
    alike: dict[tuple[str, ...], list[History]] = {}
    for one in histories:
        columns = ", ".join(f"{ours} {theirs!r}" for ours, theirs in one.taken.items())
        alike.setdefault((one.reader, columns), []).append(one)
    lines = [
        f"{_named([one.path for one in group])}: read as {reader} ({columns}); {_extent(group)}."
        for (reader, columns), group in alike.items()
    ]
    notes = dict.fromkeys(note for one in histories for note in one.notes)
    guesses = dict.fromkeys(
        told.replace(f"; {option}: says", f" (--option {option}=... says") + ")"
        for one in histories
        for option, told in one.guesses.items()
    )
    return [*lines, *(f"Note: {note}" for note in notes), *(f"Guessed: {told}" for told in guesses)]


def ended(table: Tabulated) -> list[str]:
    """Say where runs ended, if not all at the same epoch, and how often they were validated."""
    going = table.ends[~table.diverged]
    lines = []
    if len(going) and going.min() < going.max():
        lines.append(
            f"The runs ended at {table.unit}s {going.min():,} to {going.max():,}; they are compared up to "
            f"{going.min():,}, which all of them reached."
        )
    if (gap := _gap(table)) > 1:
        lines.append(
            f"Up to {gap:,} {table.unit}s passed between two validations, so the best {table.unit} is known "
            f"to within {gap:,}."
        )
    return lines


def _gap(table: Tabulated) -> int:
    """Give the longest stretch of epochs without a validation in a run."""
    seen = table.table.filter(table.table["validation_loss"].is_valid())
    epoch, seed = (np.asarray(seen[name]) for name in ("epoch", "seed"))
    steps = np.diff(epoch)[np.diff(seed) == 0]
    return int(steps.max(initial=1))


def _extent(group: Sequence[History]) -> str:
    runs = [run for one in group for run in one.runs]
    named = [run.name for run in runs if run.name]
    first, last = min(run.epochs[0] for run in runs), max(run.epochs[-1] for run in runs)
    names = f" ({_shortly(named)})" if named and len(runs) > 1 else ""
    count = "one run" if len(runs) == 1 else f"{len(runs):,} runs{names}"
    return f"{count}, {group[0].unit}s {first:g} to {last:g}"


def _named(paths: Sequence[Path]) -> str:
    return _shortly([str(path) for path in paths])


def _shortly(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return f"{names[0]} and {len(names) - 1:,} more"


def _name(paths: Sequence[Path]) -> str:
    """Name what the files have in common: the file itself, or the folder of several."""
    if len(paths) == 1:
        path = paths[0].expanduser()
        return (path.stem if path.is_file() else path.name) or "runs"
    return Path(*_common(path.expanduser().parts for path in paths)).name or "runs"


def _common(every: Iterable[Sequence[str]]) -> list[str]:
    shared = []
    for parts in zip(*every, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return shared


def _facts(one: History) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "reader": one.reader,
        "columns": dict(one.taken),
        "runs": [run.name for run in one.runs],
        "notes": list(one.notes),
        "guesses": dict(one.guesses),
    }
