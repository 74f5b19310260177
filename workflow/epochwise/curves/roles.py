"""Which column of a file is which of ours: by what the user says, else by its name if only one fits."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from epochwise.arrays import Floats
from epochwise.curves.histories import COMMON, LOSSES, Logged
from epochwise.curves.scoring import JUDGED
from epochwise.curves.words import words_of
from epochwise.curves.written_tables import WrittenTable
from epochwise.errors import CurvesError, several, unknown

WORDS = {
    "train_loss": {"train", "training", "tr"},
    "validation_loss": {"val", "valid", "validation", "eval", "dev"},
    "test_loss": {"test", "testing"},
}
UNNAMED = ("", "Unnamed: 0")  # what pandas calls the number of a row
COUNTERS = {"epoch": "epoch", "epochs": "epoch", "iteration": "iteration", "iter": "iteration"}
COUNTERS |= {
    "iterations": "iteration",
    "round": "iteration",
    "step": "step",
    "_step": "step",
    "steps": "step",
    "global_step": "step",
}
OPTIONS = ("epoch", *LOSSES, "run")  # what may be said of columns, with any reader of tables
Asked = Mapping[str, Any]


def candidates(role: str, names: Iterable[str]) -> list[str]:
    """List the names that a loss could have: those that say just this, else those that say it too."""
    cut = {name: words for name in names if "loss" in (words := words_of(name))}
    if role == "train_loss" and not any(set(words) & WORDS[role] for words in cut.values()):
        return [name for name, words in cut.items() if words == ["loss"]]
    about = {
        name: (len(words) > 2) + bool(set(words) - WORDS[role] - {"loss"})  # how much more it says
        for name, words in cut.items()
        if set(words) & WORDS[role] and "step" not in words
    }
    return [name for name, more in about.items() if more == min(about.values())]


def choose_loss(
    where: Any, role: str, names: Collection[str], asked: Asked
) -> tuple[list[str], str]:
    """Choose the columns of a loss: one, several to be summed, or none.

    Parameters
    ----------
    where : the file, for messages.
    asked : what the user says: under `role` a name, a list of names, or False for none of them.

    Returns
    -------
    names, and a sentence if it was guessed.

    Raises
    ------
    CurvesError
        No column has the name that is asked for, or several could be meant.
    """
    said = asked.get(role)
    if said is False:
        return [], ""
    if said is not None:
        return _those_named(where, role, names, said), ""
    taken = {str(name) for key in asked if key != role for name in np.atleast_1d(asked[key] or "")}
    found = [name for name in candidates(role, names) if name not in taken]
    if len(found) > 1 and role == "test_loss":  # nothing is decided by it
        return [], f"took no test loss, there are several: {', '.join(found)}"
    if len(found) > 1:
        raise CurvesError(
            f"{where}: {' and '.join(map(repr, found))} could each be the {role.replace('_', ' ')}; say which: "
            f"{role}: {found[0]}, for instance, or false for none."
        )
    guessed = found and found[0] != role
    return found, f"took {found[0]!r} as {role.replace('_', ' ')}" if guessed else ""


def _those_named(where: Any, role: str, names: Collection[str], said: Any) -> list[str]:
    wanted = [str(name) for name in said] if isinstance(said, list | tuple) else [str(said)]
    for name in wanted:
        if name not in names:
            raise CurvesError(f"{where}: {role}: {unknown('column', name, names)}")
    return wanted


def require_known(where: Any, asked: Asked, known: Iterable[str] = OPTIONS) -> None:
    """Refuse options that say nothing here.

    Raises
    ------
    CurvesError
        Names the option and those that there are.
    """
    known = list(known)
    for key in asked:
        if key not in known:
            raise CurvesError(f"{where}: {unknown('option', key, [*known, *COMMON, *JUDGED])}")


def take_losses(
    table: WrittenTable,
    asked: Asked,
    unit: str | None = None,
    first_epoch: int | None = None,
    notes: Iterable[str] = (),
) -> Logged:
    """Take our columns out of a table.

    Parameters
    ----------
    asked : what the user says, by `OPTIONS`.
    unit, first_epoch, notes : as in `Logged`; the unit is told from the name of the counter
        where it is None.

    Raises
    ------
    CurvesError
        An option or a column that there is not, several that could be meant, no loss, a text
        among numbers.
    """
    require_known(table.path, asked)
    _require_history(table, asked)
    counter = _counter(table, asked)
    chosen, guesses = {}, {}
    if counter in UNNAMED and "epoch" not in asked:
        guesses["epoch"] = "took the first column, which has no name, as epoch"
    for role in LOSSES:
        chosen[role], guesses[role] = choose_loss(table.path, role, list(table.columns), asked)
    _require_loss(table.path, chosen, table.columns)
    columns: dict[str, Any] = {role: _sum(table, names) for role, names in chosen.items() if names}
    columns |= {"epoch": table.numbers(counter), "line": list(table.lines)}
    taken = {"epoch": counter} | {role: " + ".join(n) for role, n in chosen.items() if n}
    columns |= _iterations(table, counter, taken)
    if asked.get("run") is not None:
        columns["run"], taken["run"] = table.cells(str(asked["run"])), str(asked["run"])
    unit = unit or COUNTERS.get(counter.lower(), "epoch")
    return Logged(columns, unit, first_epoch, taken, [*table.notes, *notes], guesses)


def _require_history(table: WrittenTable, asked: Asked) -> None:
    """Refuse a table that looks like anything but a history, unless it is said what its columns are."""
    counts = {*COUNTERS, *map(str.lower, UNNAMED)}
    known = any(name.lower() in counts or "loss" in words_of(name) for name in table.columns)
    if not known and not asked:
        raise CurvesError(
            f"{table.path}: no column counts epochs, and none is a loss by its name. If it is a loss history, say "
            "which they are: epoch: NAME, validation_loss: NAME; if not, name the files that are. The columns are: "
            f"{several(map(repr, table.columns))}."
        )


def _counter(table: WrittenTable, asked: Asked) -> str:
    """Give the column that counts: the one that is asked for, else the first kind that there is."""
    if asked.get("epoch") is not None:
        table.cells(str(asked["epoch"]))  # refuses an unknown name
        return str(asked["epoch"])
    for word in COUNTERS:
        for name in table.columns:
            if name.lower() == word:
                return name
    first = next(iter(table.columns))
    if first in UNNAMED and (np.diff(table.numbers(first)) == 1).all():
        return first
    raise CurvesError(
        f"{table.path}: no column counts epochs; say which does: epoch: NAME. If every row is an epoch, add a "
        f"column that counts them. The columns are: {', '.join(map(repr, table.columns))}."
    )


def _require_loss(where: Any, chosen: Mapping[str, list[str]], names: Iterable[str]) -> None:
    if not chosen["train_loss"] and not chosen["validation_loss"]:
        raise CurvesError(
            f"{where}: no column is a train or validation loss by its name; say which is: validation_loss: NAME, "
            f"train_loss: NAME. The columns are: {several(names)}."
        )


def _sum(table: WrittenTable, names: list[str]) -> Floats:
    total: Floats = np.sum([table.numbers(name) for name in names], axis=0)
    return total


def _iterations(table: WrittenTable, counter: str, taken: dict[str, str]) -> dict[str, Floats]:
    """Take the iterations and samples along where columns say so plainly and count other than `epoch`."""
    columns = {}
    for role in ("iteration", "samples"):
        if role in table.columns and role != counter:
            columns[role], taken[role] = table.numbers(role), role
    return columns
