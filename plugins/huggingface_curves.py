"""What a Hugging Face `Trainer` keeps in `trainer_state.json`: fractional epochs, evaluations here and there."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import (
    CurvesError,
    Logged,
    choose_loss,
    hookimpl,
    in_quotes,
    read_text,
    require_known,
)

FILE = "trainer_state.json"
ROLES = ("train_loss", "validation_loss", "test_loss")
Entry = dict[str, Any]
AVERAGED = "training losses are averages over the steps since the last evaluation, with dropout on"
FRACTIONS = "epochs are fractions where evaluations are not at an epoch's end"


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("huggingface", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell a file by its name or its key, a folder by what is in it."""
    if path.is_dir():
        return 0.9 if states(path) else 0.0
    return 0.9 if path.name == FILE or b'"log_history"' in head else 0.0


def states(folder: Path) -> list[Path]:
    """List the states of an output folder: its own, else those of its checkpoints by their steps."""
    own = [folder / FILE] if (folder / FILE).is_file() else []
    kept = folder.glob(f"checkpoint-*/{FILE}")
    return own or sorted(kept, key=lambda path: (len(path.parent.name), path.parent.name))


def read(path: Path, **columns: Any) -> Logged:
    """Read the history of a file, or of the last checkpoint in a folder.

    Parameters
    ----------
    columns : `validation_loss`: which, where there are several sets; `train_loss`, `test_loss`.
    """
    require_known(path, columns, ROLES)
    entries, notes = trained(history(path))
    names = dict.fromkeys(key for entry in entries for key in entry)
    asked = {"train_loss": "loss" if "loss" in names else None} | columns
    chosen, guesses = {}, {}
    for role in ROLES:
        chosen[role], guesses[role] = choose_loss(path, role, list(names), asked)
        if len(chosen[role]) > 1:
            raise CurvesError(f"{path}: {role}: give one name, not {len(chosen[role])}.")
    taken = {role: names[0] for role, names in chosen.items() if names}
    if not {"train_loss", "validation_loss"} & set(taken):
        raise CurvesError(
            f"{path}: log_history has no loss; was the training logged? Set logging_steps and eval_strategy."
        )
    require_numbers(path, entries, list(taken.values()))
    table = on_the_grid(path, entries, taken)
    notes += [AVERAGED] if "train_loss" in table else []
    notes += [FRACTIONS] if any(epoch % 1 for epoch in table["epoch"]) else []
    return Logged(table, "epoch", 1, {"epoch": "epoch"} | taken, notes, guesses)


def history(path: Path) -> list[Entry]:
    """Give the entries of the history, in order; refuse a file that has none."""
    file = (states(path) or [path])[-1] if path.is_dir() else path
    try:
        entries = json.loads(read_text(file))["log_history"]
        if all(is_number(entry[key]) for entry in entries for key in ("step", "epoch")) and entries:
            return list(entries)
    except (LookupError, TypeError, ValueError, RecursionError):
        pass
    raise CurvesError(
        f"{file}: has no log_history with steps and epochs; give the {FILE} of the output folder or of its "
        "last checkpoint."
    )


def is_number(value: object) -> bool:
    """Tell whether a value of JSON is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def require_numbers(path: Path, entries: Sequence[Entry], keys: Sequence[str]) -> None:
    """Refuse a loss that is no number."""
    for entry in entries:
        for key in keys:
            if not is_number(value := entry.get(key, 0)) and value is not None:
                raise CurvesError(
                    f"{path}: {key} is {in_quotes(value)} at step {entry['step']}, which is no number."
                )


def trained(entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    """Leave out the summary of the whole training, and what was evaluated after it, of the best model maybe."""
    ends = [n for n, entry in enumerate(entries) if "train_runtime" in entry]
    if not ends:
        return list(entries), []
    notes = ["the last entry's train_loss, the mean of the whole run, was left out"]
    notes += ["so was what was evaluated after the training"] if ends[0] + 1 < len(entries) else []
    return list(entries[: ends[0]]), notes


def on_the_grid(path: Path, entries: Sequence[Entry], taken: dict[str, str]) -> dict[str, Any]:
    """Put training losses where the evaluations are: averaged over the steps in between.

    Where nothing is evaluated, the logged training losses are the grid.
    """
    sets = [taken[role] for role in ("validation_loss", "test_loss") if role in taken]
    grid: dict[int, Entry] = {}
    for entry in entries:
        if any(key in entry for key in sets or [taken["train_loss"]]):
            grid.setdefault(entry["step"], {}).update(entry)  # each set has an entry of its own
    rows = [grid[step] for step in sorted(grid)]
    columns: dict[str, Any] = {"epoch": [row["epoch"] for row in rows], "iteration": sorted(grid)}
    for role, key in taken.items():
        columns[role] = [finite(row.get(key)) for row in rows]
    if "train_loss" in taken and sets:
        columns["train_loss"] = averaged(entries, taken["train_loss"], sorted(grid))
    return columns


def finite(value: float | None) -> float | None:
    """Write a loss that is not a number as infinite: it was measured."""
    return np.inf if value is not None and np.isnan(value) else value


def averaged(entries: Sequence[Entry], key: str, grid: Sequence[int]) -> list[float]:
    """Average the training losses up to each step of the grid; an entry is the mean since the last one."""
    logged = [(entry["step"], finite(entry[key])) for entry in entries if key in entry]
    steps, losses = np.array(logged, np.float64).reshape(-1, 2).T
    weights = np.diff(steps, prepend=0)
    places = np.searchsorted(grid, steps)  # the evaluation at or after each
    means = []
    for place in range(len(grid)):
        here = places == place
        total = weights[here].sum()
        means.append(float((weights[here] * losses[here]).sum() / total) if total else np.nan)
    return means
