"""Writing a study for a file: what was guessed of it, in a file to read and to change."""

import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from epochwise.data.datasets import Facts
from epochwise.data.frames import check_file
from epochwise.data.guessing import guess
from epochwise.data.mending import Guess, listed
from epochwise.errors import DataError, DataWarning, StudyError, counted, visible
from epochwise.planning.study_text import FEW, write
from epochwise.plugins.registry import load_all
from epochwise.study import schema
from epochwise.study.study import NAME, URL

LONGEST_NAME = 64
FEW_CLASSES = 10  # whole numbers with no more values are taken for classes
CUTS: tuple[dict[str, Any], ...] = (
    {"validation_size": 0.2, "test_size": 0.2},
    {"validation_size": 0.2, "test_size": 0.2, "stratify": False},
    {"validation_size": 0.2},
    {"validation_size": 0.2, "stratify": False},
    {"validation_size": 2, "stratify": False},
)


@dataclass(frozen=True)
class Started:
    """A study file that was written.

    Parameters
    ----------
    path : where.
    said : what to tell its user, a line each.
    """

    path: Path
    said: list[str]


def start(data: str, targets: Sequence[str], output: Path | None, plugins: Path) -> Started:
    """Write a study file for a data file.

    Parameters
    ----------
    targets : the columns to predict; if none is given, the last one.
    output : the study file; by default beside the data, with the same name.
    plugins : the folder of plugins, one of which reads files.

    Raises
    ------
    DataError
        A file that cannot be read, or does not have the target.
    StudyError
        A study file that is there already, or whose name cannot be a study's.
    """
    if URL.match(data):
        raise DataError(f"{data!r} is a URL; download it, and give the path of the file.")
    source = Path(os.path.expanduser(data))
    check_file(source)
    path = output or source.with_name(f"{name_of(source)}.yaml")
    check_output(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # a run of the study will say so
        found = guess(source, targets)
        facts, cut, problem = _settle(name_of(source), found, plugins)
    place = Path(
        os.path.relpath(os.path.realpath(source), os.path.dirname(os.path.realpath(path)))
    ).as_posix()
    text = write(name_of(source), source.name, place, found, facts, cut)
    with open(path, "x", encoding="utf-8") as file:  # never overwrites
        file.write(text)
    return Started(path, list(map(visible, _said(path, found, facts, problem))))


def name_of(source: Path) -> str:
    """Make a study's name of a file's: "my data (1)" is my_data_1."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", source.stem).strip("_-")[:LONGEST_NAME]
    return name if NAME.fullmatch(name) else f"study_{name}"[:LONGEST_NAME].rstrip("_")


def check_output(path: Path) -> None:
    """Refuse a study file that is there already, or whose name cannot be a study's."""
    if path.suffix not in (".yaml", ".yml") or not NAME.fullmatch(path.stem):
        raise StudyError(
            f"--output: {str(path)!r} cannot be a study's file; its name has letters, digits, _ and -, a "
            "letter first, and ends in .yaml."
        )
    if path.exists():
        raise StudyError(
            f"{path} already exists; write to another file with --output another.yaml, or remove it."
        )
    if not path.parent.is_dir():
        raise StudyError(f"--output: there is no folder {str(path.parent)!r}; make it first.")


def _settle(name: str, found: Guess, plugins: Path) -> tuple[Facts | None, dict[str, Any], str]:
    """Load the data as the study will; give what is known of them, a cut that they allow, or what is wrong."""
    from epochwise.data import loading

    load = load_all(plugins, "datasets")["file"].value
    problem = ""
    try:
        dataset = load(**found.options)
    except DataError as error:
        return None, dict(CUTS[0]), error.sentences[0]
    for task in (None, "classification", "regression"):
        try:
            table, facts = loading.settle(name, dataset, task)
            cut = _cut(table, facts)
        except DataError as error:
            problem = problem or error.sentences[0]
            continue
        if task == "classification" and len(facts.classes) > FEW_CLASSES:
            continue
        found.options["task"] = "regression" if facts.task == "regression" else "classification"
        if task:
            found.reasons["task"] = _is_this_so(facts)
        return facts, cut, ""
    return None, dict(CUTS[0]), problem


def _is_this_so(facts: Facts) -> str:
    if facts.task == "regression":
        return "whole numbers may also be classes: then classification"
    return f"{len(facts.classes)} different whole numbers; if they are quantities: regression"


def _cut(table: Any, facts: Facts) -> dict[str, Any]:
    """Give the first of the usual cuts that the data allow.

    Raises
    ------
    DataError
        What is wrong with the last one, if they allow none.
    """
    from epochwise.data.sizes import sizes

    if facts.partition:
        sizes(table, facts, schema.fill_defaults({"datasets": ["x"]})["partitions"], 1)
        return {}
    repeated = [cut | {"n_repeats": FEW} for cut in CUTS]
    for cut in [*repeated, *CUTS]:
        rule = schema.fill_defaults({"datasets": ["x"], "partitions": cut})["partitions"]
        if facts.task == "regression" and "stratify" in cut:
            continue
        try:
            sizes(table, facts, rule, rule["n_repeats"])
        except DataError as error:
            last = error
        else:
            return dict(cut)
    raise last


def _said(path: Path, found: Guess, facts: Facts | None, problem: str) -> list[str]:
    """Say what was found."""
    target = listed([repr(one) for one in found.targets])
    guessed = (
        " (guessed: the last column; --target names another)" if "target" in found.reasons else ""
    )
    about = (
        ""
        if facts is None
        else f"{counted(facts.rows, 'row')}, {counted(len(facts.features), 'feature')}, "
    )
    task = found.options.get("task", "unknown task")
    said = [f"{path}: {about}{task} of {target}{guessed}."]
    if dropped := found.options.get("drop"):
        said.append(f"Left out: {listed(dropped)}; the file says why.")
    if problem:
        said.append(f"It cannot be trained on yet: {problem}")
    return said
