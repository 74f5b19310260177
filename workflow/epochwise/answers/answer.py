"""The answer: everything that the tables say, for programs and in ten lines."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from epochwise.answers.settings import AnswerSettings
from epochwise.answers.terms import LEADS
from epochwise.tables.catalogue import named
from epochwise.tables.results import rank

Facts = dict[str, Any]


def compute(
    tables: Mapping[str, pd.DataFrame],
    settings: AnswerSettings,
    *,
    study: str | None = None,
    losses: Mapping[str, Facts] | None = None,
    histories: Facts | None = None,
) -> Facts:
    """Gather the tables into one value that JSON can hold.

    Parameters
    ----------
    tables
        What `epochwise.answers.tables.compute` returns.
    settings
        The thresholds that the tables were computed with.
    study
        Name of the study.
    losses
        What the losses are, by dataset; see `LossTable.named`.
    histories
        Of loss histories that others have left, what they count and what the files were taken
        for; see `LossTable.histories`. No backend is named then.

    Returns
    -------
    dict
        `study` and `answers`, a list in the order of the tables. Each has `of` (its
        dataset, point and backend), `loss` (in words), `leads`
        (whether it stands for its dataset, see `points`), `goal` (of a study that goes on until it
        is sure enough), the rows of each table, and
        `early_stopping`: the row of `stopping_choice`, if there is one.
        What is not known is None.
    """
    keys = [
        name for name in tables["best_epoch"].columns if name not in named("best_epoch").columns
    ]
    grouped = {name: _by_key(table, keys) for name, table in tables.items()}
    answers = [
        _answer(
            dict(zip(keys, key, strict=True)),
            {name: groups.get(key, []) for name, groups in grouped.items()},
            settings,
            (losses or {}).get(key[keys.index("dataset")], {}),
        )
        for key in grouped["best_epoch"]
    ]
    for answer in _leaders(answers):
        answer["leads"] = True
    for answer in answers if histories else ():
        del answer["of"]["backend"]
    return {"study": study, "answers": answers, **(histories or {})}


def _by_key(table: pd.DataFrame, keys: list[str]) -> dict[tuple[Any, ...], list[Facts]]:
    """Return the rows of each dataset, point and backend as plain Python values, None for null."""
    plain = table.astype(object).where(table.notna(), None)
    groups: dict[tuple[Any, ...], list[Facts]] = {}
    for row in plain.to_dict(orient="records"):
        own = tuple(row.pop(key) for key in keys)
        groups.setdefault(own, []).append(row)
    return groups


def _answer(
    name: Facts,
    own: Mapping[str, list[Facts]],
    settings: AnswerSettings,
    loss: Facts,
) -> Facts:
    return {
        "of": name,
        "loss": "loss",
        **loss,
        "leads": False,
        "goal": _goal(settings),
        **{
            table: own[table][0] for table in ("best_epoch", "points", "phases", "batches", "refit")
        },
        "more_units": own["more_units"],
        "scores": own["scores"],
        "choice_cost": {each["choice"]: each for each in own["choice_cost"]},
        "early_stopping": next(iter(own["stopping_choice"]), None),
        "extent": next(iter(own["extent"]), None),
        "frontier": own["frontier"],
    }


def _goal(settings: AnswerSettings) -> Facts | None:
    """Give what a study was to go on for; None where it had a number of runs."""
    if settings.looks == 1:
        return None
    return {
        "sure_within_percent": 100 * settings.sure_within,
        "max_units": settings.max_units,
    }


def _leaders(answers: list[Facts]) -> list[Facts]:
    """Return the point that stands for each dataset; where none can lead, the lowest loss."""
    leaders: dict[str, Facts] = {}
    for each in answers:
        dataset = each["of"]["dataset"]
        known = each["best_epoch"]["validation_loss"] is not None
        if known and (dataset not in leaders or _rank(each) < _rank(leaders[dataset])):
            leaders[dataset] = each
    return list(leaders.values())


def _rank(answer: Facts) -> tuple[bool, tuple[bool, float]]:
    return answer["points"]["standing"] != LEADS, rank(answer["best_epoch"])
