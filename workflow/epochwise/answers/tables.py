"""All tables of the answers, from the loss table in one call."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

import numpy as np
import pandas as pd

from epochwise.answers.case import Case, Rows
from epochwise.answers.contender import Contender, contender
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.stopping import Criterion
from epochwise.errors import DataError
from epochwise.tables.catalogue import ANSWERS
from epochwise.tables.declaring import Table
from epochwise.tables.reading import LossTable

LEVEL = re.compile(r"_loss(_mean|_median|_q25|_q75)?$")


def compute(
    losses: LossTable,
    settings: AnswerSettings,
    criteria: Sequence[Criterion],
    *,
    all_rows: int | Mapping[str, int] | None = None,
) -> dict[str, pd.DataFrame]:
    """Compute every table of the answers.

    Parameters
    ----------
    losses
        The loss table.
    settings
        The thresholds.
    criteria
        The criteria of early stopping to replay.
    all_rows
        Rows of the whole dataset, one number or one for each dataset, for the refit.

    Returns
    -------
    dict
        By name, the tables of `epochwise.tables.catalogue.ANSWERS`: the columns that name
        dataset, point and backend, then their own.

    Raises
    ------
    DataError
        When the loss table cannot be used.
    PluginError
        When a criterion breaks its contract.
    """
    keys = losses.keys
    _require_distinct(keys)
    gathered = Gathered()
    zeros: dict[str, float] = {}
    for curves in losses.curves(losses.measured):
        size = all_rows.get(curves.dataset) if isinstance(all_rows, Mapping) else all_rows
        gathered.add(Case(curves.above_zero(), settings, criteria, size))
        zeros[curves.dataset] = curves.zero
    rows = {table.name: gathered.rows(table) for table in ANSWERS}
    if any(zeros.values()):
        rows = {
            name: [from_zero(row, zeros[row["dataset"]]) for row in rows[name]] for name in rows
        }
    return {table.name: frame(rows[table.name], keys, table.columns) for table in ANSWERS}


class Gathered:
    """The rows of every table, point after point; of the curves nothing is kept."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Rows]] = {table.name: {} for table in ANSWERS}
        self._compared: dict[str, list[tuple[Mapping[str, Any], Contender]]] = {}

    def add(self, case: Case) -> None:
        """Compute the rows of a dataset, point and backend."""
        key, dataset = case.curves.key, case.curves.dataset
        for table in ANSWERS:
            if not table.compares:
                own = self._rows[table.name].setdefault(dataset, [])
                own += [{**key, **each} for each in resolve_name(table.rows)(case)]
        self._compared.setdefault(dataset, []).append((key, contender(case)))

    def rows(self, table: Table) -> Rows:
        """Give the rows of a table, dataset after dataset."""
        if not table.compares:
            return [row for rows in self._rows[table.name].values() for row in rows]
        compare, found = resolve_name(table.rows), []
        for cases in self._compared.values():
            own = compare([one for _, one in cases])
            found += [
                {**key, **row} for (key, _), rows in zip(cases, own, strict=True) for row in rows
            ]
        return found


def from_zero(row: Mapping[str, Any], zero: float) -> dict[str, Any]:
    """Give a row whose losses were counted from a zero of their own as they are.

    Losses stand in columns that end in `_loss`, as do their mean and quartiles, and in `value` of the loss.
    """
    levels = [name for name in row if LEVEL.search(name)]
    levels += ["value"] if row.get("metric") == "loss" else []
    return {**row, **{name: row[name] + zero for name in levels if row[name] is not None}}


def _require_distinct(keys: Iterable[str]) -> None:
    own = {name for table in ANSWERS for name in table.columns}
    taken = [key for key in keys if key in own]
    if taken:
        raise DataError(
            f"the loss table has a swept key {', '.join(taken)}, which is the name of a column "
            "of the answers' tables; give the key another name."
        )


def frame(rows: Rows, keys: Iterable[str], columns: Mapping[str, str]) -> pd.DataFrame:
    """Make a typed table; what a row does not say, or is not finite, is null."""
    key_columns = {name: _key_column([row[name] for row in rows]) for name in keys}
    own = {
        name: pd.array([_finite(row.get(name)) for row in rows], dtype=kind)
        for name, kind in columns.items()
    }
    return pd.DataFrame({**key_columns, **own})


def _key_column(values: list[Any]) -> Any:
    """Keep whole numbers whole beside nulls, and write mixed values as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int}:
        return pd.array(values, dtype="Int64")
    return values if len(kinds) == 1 else pd.array([_text(value) for value in values], "string")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value
