"""A JSON file with a list for each metric: Keras's `history`, boosted trees' `evals_result`, scikit-learn's curves."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import (
    CurvesError,
    Floats,
    Logged,
    choose_loss,
    hookimpl,
    infinite_where_not_finite,
    read_text,
    require_known,
    several,
)

Lists = dict[str, Sequence[Any]]
ROLES = ("train_loss", "validation_loss", "test_loss")
TRAINING = (
    "train",
    "training",
    "learn",
)  # what sets of boosted trees are called; others are held out
# of boosted trees: what is minimised, unlike auc or error
LOSSES = {"logloss", "mlogloss", "binary_logloss", "multi_logloss", "cross_entropy", "crossentropy"}
LOSSES |= {"multiclass", "cross_entropy_lambda", "kullback_leibler", "poisson", "gamma", "tweedie"}
LOSSES |= {"gamma_deviance", "rmse", "rmsle", "mse", "mae", "mape", "l1", "l2", "huber", "mphe"}
LOSSES |= {"fair", "quantile"}
CROSS_VALIDATED = re.compile(r"(train|test|valid)[- ](.+)-mean")
PENALTY = "loss_curve_ includes the L2 penalty, which a validation loss has not"
SIGNS = "scores were read as negative losses, the first that of the untrained model"


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("lists", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell a file by its suffix, and by an object with a list in it or in an object of it."""
    text = head.decode("utf-8", "replace").lstrip()
    known = re.match(r'\{\s*"[^"]*"\s*:\s*(\[|\{\s*"[^"]*"\s*:\s*\[)', text)
    return 0.5 if path.suffix.lower() == ".json" and known else 0.0


def read(path: Path, validation_freq: int | None = None, **columns: Any) -> Logged:
    """Read the file. Names of lists within another are joined by a point: `validation_0.logloss`.

    Parameters
    ----------
    validation_freq : every how many epochs the validation loss was measured, as Keras's `fit` has
        it; needed where its list is shorter.
    columns : `train_loss`, `validation_loss`, `test_loss`, where the names do not say it.
    """
    require_known(path, columns, [*ROLES, "validation_freq"])
    lists = dict(flat(opened(path)))
    if not lists:
        raise CurvesError(f"{path}: has no list of numbers; give one for each metric.")
    sets = held_out(lists)
    chosen, guesses = chosen_lists(path, lists, columns, sets)
    values = {role: numbers(path, name, lists[name]) for role, name in chosen.items()}
    values, first, notes = as_losses(chosen, values)
    length = max(map(len, values.values()))
    table = {
        role: spread(path, chosen[role], one, length, validation_freq)
        for role, one in values.items()
    }
    unit = "iteration" if sets else "epoch"
    for counter in ("epoch", "epochs"):
        if len(lists.get(counter, ())) == length:
            table["epoch"] = numbers(path, counter, lists[counter])
            return Logged(table, unit, None, chosen | {"epoch": counter}, notes, guesses)
    table["epoch"] = np.arange(float(length))
    return Logged(table, unit, first, chosen, notes, guesses)


def opened(path: Path) -> Mapping[str, Any]:
    """Read JSON: an object."""
    text = read_text(path)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CurvesError(
            f"{path}: line {getattr(error, 'lineno', 1)} is no JSON; write the history with json.dump."
        ) from None
    if not isinstance(content, dict):
        raise CurvesError(f'{path}: is no object; it must be such as {{"loss": [0.5, 0.4]}}.')
    return content


def flat(content: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield the lists, those within an object too."""
    for name, one in content.items():
        if isinstance(one, list) and one:
            yield name, one
        elif isinstance(one, dict):
            prefix = "" if name == "history" else f"{name}."
            yield from ((f"{prefix}{within}", lists) for within, lists in flat(one))


def held_out(lists: Lists) -> dict[str, tuple[str, str]]:
    """Give set and metric of the lists of boosted trees, by their names; {} if there are none."""
    found = {}
    for name in lists:
        crossed = CROSS_VALIDATED.fullmatch(name)
        whose, _, metric = name.partition(".")
        if crossed and is_minimised(crossed[2]):
            found[name] = (crossed[1], crossed[2])
        elif is_minimised(metric):
            found[name] = (whose, metric)
    return found


def is_minimised(metric: str) -> bool:
    """Tell a loss from a score by its name, as XGBoost, LightGBM and CatBoost write it."""
    return metric.lower() in LOSSES or "nloglik" in metric


def chosen_lists(
    path: Path, lists: Lists, asked: Mapping[str, Any], sets: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Choose the list of each loss; what was guessed, by option."""
    chosen: dict[str, str] = {}
    guesses: dict[str, str] = {}
    asked = special(lists) | dict(asked)
    for role in ROLES:
        if sets and asked.get(role) is None:
            names, guesses[role] = of_a_set(path, role, sets, list(asked.values()))
        else:
            names, guesses[role] = choose_loss(path, role, list(lists), asked)
        if len(names) > 1:
            raise CurvesError(f"{path}: {role}: give one name, not {len(names)}.")
        if names:
            chosen[role] = names[0]
    if not {"train_loss", "validation_loss"} & set(chosen):
        raise CurvesError(
            f"{path}: no list is a train or validation loss by its name; say which is: validation_loss: NAME, "
            f"train_loss: NAME. The lists are: {several(lists)}."
        )
    return chosen, guesses


def special(lists: Lists) -> dict[str, str]:
    """Know scikit-learn's lists by their names: losses, not the scores of a network."""
    names = {
        "train_loss": ("loss_curve_", "train_score_"),
        "validation_loss": ("validation_score_",),
    }
    return {role: name for role, likely in names.items() for name in likely if name in lists}


def of_a_set(
    path: Path, role: str, sets: Mapping[str, tuple[str, str]], taken: list[Any]
) -> tuple[list[str], str]:
    """Choose a loss of boosted trees: the training set's, or the one that is held out."""
    wanted = role == "train_loss"
    found = [
        name
        for name, (whose, _) in sets.items()
        if (whose in TRAINING) == wanted and role != "test_loss" and name not in taken
    ]
    if len(found) > 1:
        raise CurvesError(
            f"{path}: {' and '.join(map(repr, found))} could each be the {role.replace('_', ' ')} (the first set "
            f"is often the training set); say which: {role}: {found[-1]}"
            + ("." if wanted else f" and train_loss: {found[0]}, for instance.")
        )
    return found, f"took {found[0]!r} as {role.replace('_', ' ')}" if found else ""


def numbers(path: Path, name: str, cells: Sequence[Any]) -> Floats:
    """Make numbers of a list, (rows,)."""
    for place, cell in enumerate(cells):
        if cell is not None and (isinstance(cell, bool) or not isinstance(cell, int | float)):
            raise CurvesError(f"{path}: {name}[{place}] is {str(cell)[:40]!r}, which is no number.")
    written = np.array([cell is not None for cell in cells])
    values = np.array([np.nan if cell is None else cell for cell in cells], np.float64)
    return infinite_where_not_finite(values, written)


def as_losses(
    chosen: Mapping[str, str], values: dict[str, Floats]
) -> tuple[dict[str, Floats], int, list[str]]:
    """Turn the signs of negative losses; the losses, the number of the first epoch, and notes."""
    notes = [PENALTY] if "loss_curve_" in chosen.values() else []
    scores = [role for role, name in chosen.items() if name.endswith("_score_")]
    if not scores or any((values[role] > 0).any() for role in scores):
        return values, 0, notes
    return (
        {role: -one if role in scores else one for role, one in values.items()},
        1,
        [*notes, SIGNS],
    )


def spread(path: Path, name: str, values: Floats, length: int, every: int | None) -> Floats:
    """Put the losses of every k-th epoch where they were measured; NaN in between."""
    if len(values) == length:
        return values
    if not isinstance(every, int) or every < 1 or len(values) != length // every:
        likely = [k for k in range(2, length + 1) if length // k == len(values)]
        said = f", such as {likely[0]}" if likely else ""
        raise CurvesError(
            f"{path}: {name!r} has {len(values)} values and the longest list {length}; say every how many epochs "
            f"it was measured: validation_freq: a whole number{said}."
        )
    whole = np.full(length, np.nan)
    whole[every - 1 :: every] = values
    return whole
