"""The answer for loss histories that lie in files: no study, nothing trained."""

from collections.abc import Iterable, Mapping, Sequence
from os.path import expanduser, isdir, isfile
from pathlib import Path
from typing import Any

from epochwise.answers import answer, tables
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.settings import AnswerSettings
from epochwise.curves import readers
from epochwise.curves.gathering import Files, gather
from epochwise.errors import CurvesError, problems_of
from epochwise.plugins.registry import Registered, load_all
from epochwise.tables.reading import LossTable


def answer_files(
    paths: Sequence[Path], plugins: Path, reader: str | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer for the runs in some files or folders; every run is a seed of one setting.

    Parameters
    ----------
    plugins : the folder of plugins, some of which read loss histories.
    reader : its name; None to guess it from each file.
    options : of the reader, and those of `epochwise.curves.scoring.Judging`.

    Returns
    -------
    as `epochwise.answers.answer.compute`, with `unit` and `files`.

    Raises
    ------
    CurvesError
        A sentence for each file that cannot be read, or whose losses cannot be compared.
    """
    known = readers.load_readers(plugins)
    found = [file for path in paths for file in files_in(path, known, reader)]
    files: Files = [(file, {}) for file in dict.fromkeys(found)]
    table = LossTable(gather({_name(paths): (files, {"reader": reader, **options})}, known))
    criteria = {name: one.resolve() for name, one in load_all(plugins, "stopping").items()}
    settings = AnswerSettings.of()
    computed = tables.compute(
        table, settings, parse_criteria(None, criteria), all_rows=table.facts["all_rows"]
    )
    return answer.compute(computed, settings, losses=table.named, histories=table.histories)


def files_in(path: Path, known: Mapping[str, Registered], reader: str | None) -> list[Path]:
    """List the histories of a folder that is none itself: the files and folders that a reader recognises.

    Raises
    ------
    CurvesError
        There is none in it.
    """
    path = Path(expanduser(path))
    known = {reader: known[reader]} if reader is not None and reader in known else known
    if not isdir(path) or not problems_of(lambda: readers.guess(path, known)):
        return [path]
    found: list[Path] = []
    for each in sorted(path.rglob("*")):
        within = any(each.is_relative_to(one) for one in found)
        if not within and not problems_of(lambda each=each: readers.guess(each, known)):  # type: ignore[misc]
            found.append(each)
    if reader and not found:
        return [path]
    if not found:
        raise CurvesError(
            f"{path}: has neither the answer.json of a study nor a file that a reader of loss histories "
            "recognises; give the folder of a study that was made, or name the files, and with --reader "
            "what they are."
        )
    return found


def _name(paths: Sequence[Path]) -> str:
    """Name what the files have in common: the file itself, or the folder of several."""
    if len(paths) == 1:
        path = Path(expanduser(paths[0]))
        return (path.stem if isfile(path) else path.name) or "runs"
    return Path(*_common(Path(expanduser(path)).parts for path in paths)).name or "runs"


def _common(every: Iterable[Sequence[str]]) -> list[str]:
    shared = []
    for parts in zip(*every, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return shared
