"""What files were taken for, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

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
        f"{_shortly([one['path'] for one in group])}: read as {reader} ({columns}); {_extent(group)}."
        for (reader, columns), group in alike.items()
    ]
    notes = dict.fromkeys(note for one in files for note in one["notes"])
    guesses = dict.fromkeys(
        told if in_a_study else _as_option(told, option)
        for one in files
        for option, told in one["guesses"].items()
    )
    return [*lines, *(f"Note: {note}" for note in notes), *(f"Guessed: {told}" for told in guesses)]


def _as_option(told: str, option: str) -> str:
    """Say what is said otherwise on a command line: `(--option first_epoch=0 says otherwise)`."""
    sentence, _, value = told.removesuffix(" says otherwise").rpartition(f"; {option}:")
    return f"{sentence} (--option {option}={value.strip() or '...'} says otherwise)"


def _extent(group: Sequence[Facts]) -> str:
    runs = [name for one in group for name in one["runs"]]
    first, last = min(one["first"] for one in group), max(one["last"] for one in group)
    named = [name for name in runs if name]
    names = f" ({_shortly(named)})" if named and len(runs) > 1 else ""
    count = "one run" if len(runs) == 1 else f"{len(runs):,} runs{names}"
    return f"{count}, {group[0]['unit']}s {first:g} to {last:g}"


def _shortly(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return f"{names[0]} and {len(names) - 1:,} more"
