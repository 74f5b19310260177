"""Reading many files, so that each that cannot be read is told, and making one table of all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os.path import expanduser
from pathlib import Path
from typing import Any

import pyarrow as pa

from epochwise.curves import readers
from epochwise.curves.histories import LOSSES, History
from epochwise.curves.scoring import JUDGED, Judging, check_named
from epochwise.curves.tabulating import Labelled, tabulate
from epochwise.curves.taken import shortly
from epochwise.errors import CurvesError, problems_of
from epochwise.plugins.registry import Registered
from epochwise.study import schema

MOST_TOLD = 10  # files that are named where all are wrong alike
Files = Sequence[tuple[str | Path, Mapping[str, Any]]]  # each with what its name says


def gather(
    curves: Mapping[str, tuple[Files, Mapping[str, Any]]], known: Mapping[str, Registered]
) -> pa.Table:
    """Read the files of each name and make a loss table of all; see `epochwise.curves.tabulating`.

    Parameters
    ----------
    curves : by name, its files, and the options of them all: ``reader``, those of the reader, and
        those of `Judging`.
    known : what plugins registered, by name.

    Raises
    ------
    CurvesError
        A sentence for each file that cannot be read, or for several alike, or whose losses cannot be compared.
    """
    read: dict[str, list[Labelled]] = {}
    several = len(curves) > 1
    judged = {
        name: _judging(options, f"curves.{name}." if several else "")
        for name, (_, options) in curves.items()
    }
    problems = [
        told
        for name, (files, options) in curves.items()
        for told in _read_all(files, options, judged[name], known, read.setdefault(name, []))
    ]
    if problems:
        raise CurvesError(*_together(problems))
    return tabulate(read, judged)


def reader_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options that a reader sees."""
    return {key: value for key, value in options.items() if key not in (*JUDGED, "files", "reader")}


def _judging(options: Mapping[str, Any], where: str) -> Judging:
    """Give what is said of the values.

    Parameters
    ----------
    where : what a sentence begins with, which names a key.

    Raises
    ------
    CurvesError
        A value that may not be, or what does not go together.
    """
    rules = schema.schema()["properties"]["curves"]["additionalProperties"]["properties"]
    said = {key: value for key, value in options.items() if key in JUDGED}
    wrong = [
        one for key, value in said.items() for one in schema.value_problems(value, rules[key], key)
    ]
    if not wrong:
        judging = Judging(**said)
        wrong = problems_of(lambda: check_named(judging, options))
    if wrong:
        raise CurvesError(*(f"{where}{one}" for one in wrong))
    return judging


def _read_all(
    files: Files,
    options: Mapping[str, Any],
    judging: Judging,
    known: Mapping[str, Registered],
    read: list[Labelled],
) -> Iterable[tuple[str, str]]:
    """Read files into a list; give for each mistake the file and a sentence."""
    own = reader_options(options)
    for path, labels in files:
        found: list[History] = []
        problems = problems_of(
            lambda path=path, found=found: found.append(  # type: ignore[misc]
                readers.read(path, options.get("reader"), readers=known, **own)
            )
        )
        yield from ((expanduser(path), sentence) for sentence in problems)
        read += [
            Labelled(_scores_alone(one, own) if judging.is_score else one, labels) for one in found
        ]


def _together(problems: Iterable[tuple[str, str]]) -> list[str]:
    """Tell once what is wrong with several files alike."""
    alike: dict[str, list[str]] = {}
    for path, sentence in problems:
        said = sentence.removeprefix(f"{path}: ")
        alike.setdefault(said, []).extend([path] if said != sentence else [])
    return [
        f"{shortly(paths, MOST_TOLD)}: {said}" if paths else said for said, paths in alike.items()
    ]


def _scores_alone(history: History, options: Mapping[str, Any]) -> History:
    """Leave out losses, which are taken by their names, where scores are what was asked for."""
    left = [name for name in LOSSES if name not in options]
    runs = tuple(
        replace(run, columns={k: v for k, v in run.columns.items() if k not in left})
        for run in history.runs
    )
    return replace(
        history,
        runs=runs,
        taken={k: v for k, v in history.taken.items() if k not in left},
        guesses={k: v for k, v in history.guesses.items() if k not in left},
    )
