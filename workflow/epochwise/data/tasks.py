"""What a dataset's target asks for: quantities or classes."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from epochwise.data.datasets import Dataset
from epochwise.data.dates import are_dates
from epochwise.data.lookalikes import recognise
from epochwise.data.written_numbers import EXACT, Written
from epochwise.errors import DataError, in_quotes

MOSTLY = 0.5  # a target with more numbers than this share is meant to have nothing else
MOST_CLASSES = 20  # whole numbers with more values are quantities


def settle_task(
    name: str, table: pa.Table, dataset: Dataset, wanted: str | None
) -> tuple[str, list[str]]:
    """Settle the task.

    Parameters
    ----------
    wanted : "regression", "classification", or None to infer it from the target.

    Returns
    -------
    task : "regression", "binary" or "multiclass".
    classes : the classes in order, as text; empty for regression.

    Raises
    ------
    DataError
        A task that cannot be told or does not fit the target; a target of one value.
    """
    numeric = all(map(_is_numeric, _types(table, dataset)))
    if numeric and wanted != "classification":
        _check_varies(name, table, dataset)
    wanted = wanted or _infer(name, table, dataset, numeric)
    if wanted == "regression":
        _check_quantities(name, table, dataset, numeric)
        return "regression", []
    if len(dataset.target) > 1:
        raise DataError(
            f"dataset {in_quotes(name)}: classification takes one target column, not "
            f"{', '.join(dataset.target)}."
        )
    unique = pc.unique(table[dataset.target[0]])
    classes = class_names(unique.take(pc.sort_indices(unique)))
    if len(classes) < 2:
        raise DataError(
            f"dataset {in_quotes(name)}: the target has one class only, {in_quotes(classes[0])}."
        )
    return ("binary" if len(classes) == 2 else "multiclass"), classes


def _check_quantities(name: str, table: pa.Table, dataset: Dataset, numeric: bool) -> None:
    if not numeric:
        raise DataError(
            f"dataset {in_quotes(name)}: task regression needs numbers, but the target "
            f"{_first_text(table, dataset)}; correct it, or set task: classification."
        )
    for column in dataset.target:
        check_exact(name, column, table[column])


def _check_varies(name: str, table: pa.Table, dataset: Dataset) -> None:
    """Refuse a quantity that is the same everywhere."""
    for column in dataset.target:
        target = table[column]
        if pc.all(pc.equal(target, target[0])).as_py():
            raise DataError(
                f"dataset {in_quotes(name)}: the target {in_quotes(column)} has one value in all {len(target)} rows, "
                f"{in_quotes(target[0].as_py())}; there is nothing to learn from it; choose another target."
            )


def check_exact(name: str, column: str, values: pa.ChunkedArray) -> None:
    """Refuse whole numbers that float64, which networks compute with, does not tell apart."""
    if not pa.types.is_integer(values.type):
        return
    ends = pc.min_max(values).as_py().values()
    if all(abs(end or 0) <= EXACT for end in ends):
        return
    for row, number in enumerate(values.to_pylist(), start=1):
        if number is not None and int(float(number)) != number:
            raise DataError(
                f"dataset {in_quotes(name)}: column {in_quotes(column)} has the whole number {number} in row {row}; beyond "
                f"{EXACT} the numbers that networks compute with (float64) cannot be told from their "
                "neighbours; leave the column out if it is an id, or make it smaller."
            )


def _types(table: pa.Table, dataset: Dataset) -> list[Any]:
    return [table.schema.field(column).type for column in dataset.target]


def _is_numeric(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _infer(name: str, table: pa.Table, dataset: Dataset, numeric: bool) -> str:
    """Infer the task where it is plain."""
    column, target = dataset.target[0], table[dataset.target[0]]
    if not numeric:
        _check_classes(name, table, dataset)
        return "classification"
    whole = pc.all(pc.equal(pc.round(target), target)).as_py()
    values = len(pc.unique(target))
    if len(dataset.target) > 1 or not whole or values > MOST_CLASSES:
        return "regression"
    if values == 2:
        return "classification"
    raise DataError(
        f"dataset {in_quotes(name)}: the target {in_quotes(column)} has {values} different whole numbers, which may be "
        "quantities or classes; set task: regression or task: classification."
    )


def _check_classes(name: str, table: pa.Table, dataset: Dataset) -> None:
    """Refuse targets that are not numbers and that may yet be meant as quantities."""
    about = f"dataset {in_quotes(name)}: the target {_first_text(table, dataset)}"
    if len(dataset.target) > 1:
        raise DataError(
            f"{about}, and several targets must all be numbers, as classification takes one target "
            "column; correct it, or name one target."
        )
    share = np.mean([_is_number(value) for value in table[dataset.target[0]].to_pylist()])
    _check_lookalikes(name, table[dataset.target[0]], dataset.target[0])
    if share == 1:
        raise DataError(f"{about}; save it as numbers, or set task: classification.")
    if share > MOSTLY:
        raise DataError(f"{about} among numbers; correct it, or set task: classification.")


def _check_lookalikes(name: str, values: pa.ChunkedArray, column: str) -> None:
    """Refuse numbers that are written as the study does not say: they would become classes."""
    texts = [str(one).strip() for one in pc.unique(values).to_pylist()]
    if alike := recognise(texts, Written()):
        text = alike.example
        row = [str(one).strip() for one in values.to_pylist()].index(text) + 1
        raise DataError(
            f"dataset {in_quotes(name)}: the target {in_quotes(column)} has {in_quotes(text)} in row {row}, which looks like "
            f"{alike.what}; {alike.advice()}; or set task: classification if these are classes."
        )
    if are_dates(texts):
        raise DataError(
            f"dataset {in_quotes(name)}: the target {in_quotes(column)} has dates, such as {in_quotes(texts[0])}; list it under dates "
            "(it becomes days since 1970-01-01), or set task: classification."
        )


def _first_text(table: pa.Table, dataset: Dataset) -> str:
    """Point at the first value of the targets that is no number, or a number written as text."""
    texts = (
        f"{in_quotes(column)} has {in_quotes(value)} in row {row}"
        for column in dataset.target
        for row, value in enumerate(table[column].to_pylist(), start=1)
        if not _is_number(value)
    )
    return next(texts, "") or _number_as_text(table, dataset)


def _number_as_text(table: pa.Table, dataset: Dataset) -> str:
    kinds = dict(zip(dataset.target, _types(table, dataset), strict=True))
    column = next(name for name, kind in kinds.items() if not _is_numeric(kind))
    return f"{in_quotes(column)} has {in_quotes(table[column][0].as_py())} in row 1, a number written as text"


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def class_names(labels: pa.ChunkedArray) -> list[str]:
    """Write class labels as text; 1.0, which is what 1 becomes beside a missing value, is "1"."""
    values = labels.to_pylist()
    whole = all(not isinstance(value, float) or value.is_integer() for value in values)
    return [str(int(v) if whole and isinstance(v, float) else v) for v in values]
