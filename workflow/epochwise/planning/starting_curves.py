"""Writing a study for loss histories that lie there: patterns that find them, and what was guessed."""

import os
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from epochwise.answers.of_files import files_in
from epochwise.columns import facts_of
from epochwise.curves.gathering import gather
from epochwise.curves.readers import load_readers
from epochwise.curves.taken import taken_for
from epochwise.errors import StudyError, counted, visible
from epochwise.planning.starting_study import Started, check_output, name_of
from epochwise.planning.study_text import line
from epochwise.study.run_files import RUN, find_run_files, natural, pairs_of

NUMBERED = re.compile(r"(?<![A-Za-z])(seed|fold)([-_= ]?)(\d+)", re.IGNORECASE)
STARS = "    # * stands for what does not matter: where it is a setting, write lr{lr} for instance; for runs, {seed}"
ROWS = "    # rows: {train: 1000, validation: 250, all: 1250} # say it where there are folds, which share rows"
MOST_PATTERNS = 10  # of more shapes of paths, people had better say what they mean


def start_curves(
    paths: Sequence[Path],
    reader: str | None,
    options: Mapping[str, Any],
    output: Path | None,
    plugins: Path,
) -> Started:
    """Write a study of curves for files and folders.

    Parameters
    ----------
    reader : its name; None to guess it from each file.
    options : of the reader and of `epochwise.curves.scoring.Judging`, as the study will have them.
    output : the study file; by default in the working folder, named as what was given.
    plugins : the folder of plugins, some of which read loss histories.

    Raises
    ------
    CurvesError
        A file that cannot be read.
    StudyError
        A study file that is there already, or paths that have no few patterns.
    """
    known = load_readers(plugins)
    found = list(dict.fromkeys(file for path in paths for file in files_in(path, known, reader)))
    path = output or Path(f"{name_of(Path(os.path.realpath(os.path.expanduser(paths[0]))))}.yaml")
    check_output(path)
    folder = path.resolve().parent
    seen = [
        Path(os.path.relpath(os.path.realpath(os.path.expanduser(one)), folder)).as_posix()
        for one in found
    ]
    patterns = patterns_of(seen)
    files = find_run_files(patterns, folder, f"{path}: files")
    listed = [(one.path, one.labels) for one in files]
    asked = {**({"reader": reader} if reader else {}), **options}
    facts = facts_of(gather({name_of(path): (listed, asked)}, known).schema)
    text = _text(path, patterns, asked, facts["files"])
    with open(path, "x", encoding="utf-8") as file:  # never overwrites
        file.write(text)
    beyond = len(files) - len(found)
    more = [f"The patterns find {beyond} more than were given: narrow them if these are others."]
    said = [f"{path}: a study of {counted(len(files), 'file')}.", *(more if beyond else [])]
    return Started(path, list(map(visible, [*said, *taken_for(facts["files"])])))


def patterns_of(paths: Sequence[str]) -> list[str]:
    """Find patterns for paths: parts such as lr=0.1 and seed-3 become columns, others that differ `*`.

    Raises
    ------
    StudyError
        The paths have too many shapes.
    """
    shapes: dict[str, list[list[str]]] = {}
    for path in sorted(paths, key=natural):
        parts = path.split("/")
        shapes.setdefault(repr([_shape(part) for part in parts]), []).append(parts)
    patterns = ["/".join(map(_pattern, zip(*group, strict=True))) for group in shapes.values()]
    if len({tuple(sorted(_names(one))) for one in patterns}) > 1:  # no column would be in all
        patterns = ["/".join(map(_plain, zip(*group, strict=True))) for group in shapes.values()]
    if len(patterns) > MOST_PATTERNS:
        raise StudyError(
            f"the {len(paths)} files have {len(patterns)} shapes of paths, from {patterns[0]!r} to "
            f"{patterns[-1]!r}; give those of one kind, or write the study by hand (docs/curves.md)."
        )
    return patterns


def _shape(part: str) -> Any:
    """Give what parts have in common that may stand in one place of a pattern."""
    if pairs := pairs_of(part):
        return [(key, end) for key, _, end in pairs]
    return [re.sub(r"\d+", "0", text) for text in _around_numbers(part)]


def _around_numbers(part: str) -> list[str]:
    """Cut out the numbers of seed and fold: texts and, at every second place, `seed-` or `fold-`."""
    cut = NUMBERED.split(part)
    names = [f"{name}{mark}" for name, mark in zip(cut[1::4], cut[2::4], strict=True)]
    return [text for pair in zip(cut[::4], [*names, ""], strict=True) for text in pair][:-1]


def _pattern(parts: Sequence[str]) -> str:
    """Write one place of a pattern."""
    if len(set(parts)) == 1:
        return _escaped(parts[0])
    if pairs := pairs_of(parts[0]):
        return "".join(f"{key}={{{_column(key)}}}{end}" for key, _, end in pairs)
    texts, *more = zip(*map(_around_numbers, parts), strict=True)
    pattern = _plain(texts)
    for names, texts in zip(more[::2], more[1::2], strict=True):
        pattern += f"{names[0]}{{{_column(names[0].strip('-_= '))}}}{_plain(texts)}"
    return pattern


def _column(name: str) -> str:
    return name.lower() if name.lower() in RUN else name


def _plain(parts: Sequence[str]) -> str:
    if len(set(parts)) == 1:
        return _escaped(parts[0])
    start, end = _shared_start(parts), _shared_start([one[::-1] for one in parts])
    shortest = min(map(len, parts))
    return f"{_escaped(start)}*{_escaped(end[: shortest - len(start)][::-1])}"


def _shared_start(texts: Sequence[str]) -> str:
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in alike)


def _escaped(text: str) -> str:
    return re.sub(r"[{}]", "?", re.sub(r"([*?[])", r"[\1]", text))


def _names(pattern: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", pattern)


def _text(
    path: Path,
    patterns: Sequence[str],
    asked: Mapping[str, Any],
    files: Sequence[Mapping[str, Any]],
) -> str:
    """Write the study."""
    name = name_of(path)
    guesses = {option: told for one in files for option, told in one["guesses"].items()}
    taken = {option: one["columns"].get(option) for one in files for option in guesses}
    lines = [
        "# Begun by `epochwise new-study`: read it, and change what is not so.",
        "# docs/curves.md says what each tool leaves; config/README.md explains every key.",
        line(0, "title", name),
        "curves:",
        f"  {name}:",
        *([STARS] if len(files) > 1 and any("*" in one for one in patterns) else []),
        line(4, "files", patterns if len(patterns) > 1 else patterns[0]),
    ]
    readers = {one["reader"] for one in files}
    lines += [line(4, "reader", next(iter(readers)))] if len(readers) == 1 else []
    lines += [line(4, key, value) for key, value in asked.items() if key != "reader"]
    for option, told in guesses.items():
        sentence = told.partition("; ")[0]
        lines.append(
            line(4, option, taken[option], f"guessed: {sentence}")
            if taken[option]
            else f"    # guessed: {told}"
        )
    lines.append(ROWS)
    return "\n".join(lines) + "\n"
