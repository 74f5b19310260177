"""What files were taken for, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from epochwise.study.run_files import RUN, pairs_of

MOST_NAMED = 3  # files that are named; of more, their number is told
Facts = Mapping[str, Any]


def taken_for(files: Sequence[Facts], in_a_study: bool = True) -> list[str]:
    """Say what files were taken for: reader, columns, epochs, runs; notes and guesses once each.

    Parameters
    ----------
    files : as the fact of a loss table; see `epochwise.curves.tabulating`.
    in_a_study : whether an option is a key of a study, or is given on a command line.
    """
    alike: dict[tuple[str, ...], list[Facts]] = {}
    for one in files:
        columns = ", ".join(f"{ours} {theirs!r}" for ours, theirs in one["columns"].items())
        alike.setdefault((one["reader"], columns), []).append(one)
    lines = [
        f"{shortly([one['path'] for one in group])}: read as {reader} ({columns}); {_extent(group)}."
        for (reader, columns), group in alike.items()
    ]
    notes = dict.fromkeys(note for one in files for note in one["notes"])
    guesses = dict.fromkeys(
        told if in_a_study else _as_option(told, option)
        for one in files
        for option, told in one["guesses"].items()
    )
    notes |= {} if in_a_study else dict.fromkeys(_settings([one["path"] for one in files]))
    return [*lines, *(f"Note: {note}" for note in notes), *(f"Guessed: {told}" for told in guesses)]


def _settings(paths: Sequence[str]) -> list[str]:
    """Say which settings the names of the files tell apart, that are taken for one."""
    values: dict[str, dict[str, None]] = {}
    for path in paths:
        for key, value, _ in (pair for part in path.split("/") for pair in pairs_of(part)):
            values.setdefault(key, {})[value] = None
    return [
        f"the files differ in {key} ({shortly(list(each))}) and are taken for runs of one setting; `epochwise "
        "new-study` keeps settings apart"
        for key, each in values.items()
        if len(each) > 1 and key.lower() not in RUN
    ]


def _as_option(told: str, option: str) -> str:
    """Say what is said otherwise on a command line: `(--option first_epoch=0 says otherwise)`."""
    sentence, _, otherwise = told.rpartition(f"; {option}:")
    value, says, what = otherwise.partition("says ")
    return f"{sentence} (--option {option}={value.strip() or '...'} {says}{what})"


def _extent(group: Sequence[Facts]) -> str:
    runs = [name for one in group for name in one["runs"]]
    first, last = min(one["first"] for one in group), max(one["last"] for one in group)
    named = [name for name in runs if name]
    names = f" ({shortly(named)})" if named and len(runs) > 1 else ""
    count = "one run" if len(runs) == 1 else f"{len(runs):,} runs{names}"
    return f"{count}, {group[0]['unit']}s {first:g} to {last:g}"


def shortly(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Name a few; of more the first, and how many more."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{names[0]} and {len(names) - 1:,} more"
