"""Loading a dataset: from its source to a checked table and what is known of it."""

import hashlib
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from epochwise.data.datasets import Dataset, Facts, find_source, given_options
from epochwise.data.partitions import check_one_fold
from epochwise.errors import DataError
from epochwise.parquet import array
from epochwise.plugins.registry import Registered

FEWEST_ROWS = 4  # two for training, two for validation
MOSTLY = 0.5  # a target with more numbers than this share is meant to have nothing else
MOST_CLASSES = 20  # whole numbers with more values are quantities


def settle(name: str, dataset: Dataset, task: str | None) -> tuple[pa.Table, Facts]:
    """Check a dataset, settle its task, and keep the columns and rows that are used.

    Raises
    ------
    DataError
        Too few rows, missing or infinite values (and where), a task that
        cannot be told or does not fit the target.
    """
    if not dataset.target:
        raise DataError(
            f"dataset {name!r}: target names no column; name one or several columns to predict."
        )
    table = _complete(name, dataset)
    if table.num_rows < FEWEST_ROWS:
        raise DataError(
            f"dataset {name!r} has {table.num_rows} row(s) without missing values; it needs at "
            f"least {FEWEST_ROWS}, two for training and two for validation."
        )
    settled, classes = _task(name, table, dataset, task or dataset.task)
    facts = Facts(
        name=name,
        task=settled,
        rows=table.num_rows,
        features=dataset.features,
        target=dataset.target,
        categorical=dataset.categorical,
        partition=dataset.partition,
        missing=dataset.missing,
        classes=classes,
        sha256=digest(table),
    )
    return table, facts


def class_names(labels: pa.ChunkedArray) -> list[str]:
    """Write class labels as text; 1.0, which is what 1 becomes beside a missing value, is "1"."""
    values = labels.to_pylist()
    whole = all(not isinstance(value, float) or value.is_integer() for value in values)
    return [str(int(v) if whole and isinstance(v, float) else v) for v in values]


def digest(table: pa.Table) -> str:
    """Hash a table's column names, types and values (SHA-256)."""
    sink = hashlib.sha256(str(table.schema).encode())
    for column in table.columns:
        number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        plain = number and column.null_count == 0
        sink.update(array(column).tobytes() if plain else repr(column.to_pylist()).encode())
    return sink.hexdigest()


def _complete(name: str, dataset: Dataset) -> pa.Table:
    """Cut a dataset to the columns that are used, and to complete rows if that is its rule."""
    columns = [*dataset.features, *dataset.target]
    columns += [dataset.partition] if dataset.partition else []
    table = _plain(dataset.table.select(columns), dataset)
    for column in columns:
        may_miss = dataset.missing == "impute" and column in dataset.features
        _check_values(name, column, table[column], may_miss or dataset.missing == "drop_rows")
    if dataset.missing != "drop_rows":
        return table
    missing = [pc.is_null(values, nan_is_null=True) for values in table.columns]
    return table.filter(pc.invert(reduce(pc.or_, missing)))


def _plain(table: pa.Table, dataset: Dataset) -> pa.Table:
    """Make decimals floats, and targets that are kept as codes the values that they stand for."""
    for place, column in enumerate(table.column_names):
        values = table[column]
        if column in dataset.target and pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if pa.types.is_decimal(values.type):
            floats = [None if one is None else float(one) for one in values.to_pylist()]
            values = pa.chunked_array([pa.array(floats, pa.float64())])
        if values.type != table[column].type:
            table = table.set_column(place, column, values)
    return table


def _check_values(name: str, column: str, values: pa.ChunkedArray, may_miss: bool) -> None:
    """Refuse missing and infinite values; rows are counted from 1, without a header."""
    bad = pc.is_null(values, nan_is_null=True)
    if len(values) and pc.all(bad).as_py():
        raise DataError(f"dataset {name!r}: column {column!r} has no values at all; leave it out.")
    if pc.any(bad).as_py() and not may_miss:
        raise DataError(
            f"dataset {name!r}: column {column!r} has {pc.sum(bad)} missing value(s), the first in "
            f"row {_first(bad)}; fill them in, or set missing: drop_rows or missing: impute (which "
            "imputes features alone)."
        )
    if pa.types.is_floating(values.type) and pc.any(infinite := pc.is_inf(values)).as_py():
        raise DataError(
            f"dataset {name!r}: column {column!r} has an infinite value in row {_first(infinite)}; "
            "correct it or leave the row out."
        )


def _first(where: pa.ChunkedArray) -> int:
    return int(pc.index(where, True).as_py()) + 1


def _task(
    name: str, table: pa.Table, dataset: Dataset, wanted: str | None
) -> tuple[str, list[str]]:
    """Settle the task as ("regression" | "binary" | "multiclass", classes)."""
    numeric = all(map(_is_numeric, _types(table, dataset)))
    wanted = wanted or _infer(name, table, dataset, numeric)
    if wanted == "regression":
        _check_quantities(name, table, dataset, numeric)
        return "regression", []
    if len(dataset.target) > 1:
        raise DataError(
            f"dataset {name!r}: classification takes one target column, not "
            f"{', '.join(dataset.target)}."
        )
    unique = pc.unique(table[dataset.target[0]])
    classes = class_names(unique.take(pc.sort_indices(unique)))
    if len(classes) < 2:
        raise DataError(f"dataset {name!r}: the target has one class only, {classes[0]!r}.")
    return ("binary" if len(classes) == 2 else "multiclass"), classes


def _check_quantities(name: str, table: pa.Table, dataset: Dataset, numeric: bool) -> None:
    if not numeric:
        raise DataError(
            f"dataset {name!r}: task regression needs numbers, but the target "
            f"{_first_text(table, dataset)}; correct it, or set task: classification."
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
        f"dataset {name!r}: the target {column!r} has {values} different whole numbers, which may be "
        "quantities or classes; set task: regression or task: classification."
    )


def _check_classes(name: str, table: pa.Table, dataset: Dataset) -> None:
    """Refuse targets that are not numbers and that may yet be meant as quantities."""
    about = f"dataset {name!r}: the target {_first_text(table, dataset)}"
    if len(dataset.target) > 1:
        raise DataError(
            f"{about}, and several targets must all be numbers, as classification takes one target "
            "column; correct it, or name one target."
        )
    share = np.mean([_is_number(value) for value in table[dataset.target[0]].to_pylist()])
    if share == 1:
        raise DataError(f"{about}; save it as numbers, or set task: classification.")
    if share > MOSTLY:
        raise DataError(f"{about} among numbers; correct it, or set task: classification.")


def _first_text(table: pa.Table, dataset: Dataset) -> str:
    """Point at the first value of the targets that is no number, or a number written as text."""
    texts = (
        f"{column!r} has {value!r} in row {row}"
        for column in dataset.target
        for row, value in enumerate(table[column].to_pylist(), start=1)
        if not _is_number(value)
    )
    return next(texts, "") or _number_as_text(table, dataset)


def _number_as_text(table: pa.Table, dataset: Dataset) -> str:
    kinds = dict(zip(dataset.target, _types(table, dataset), strict=True))
    column = next(name for name, kind in kinds.items() if not _is_numeric(kind))
    return f"{column!r} has {table[column][0].as_py()!r} in row 1, a number written as text"


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def load(
    name: str, sources: Mapping[str, Registered], options: Mapping[str, Any], folds: int = 1
) -> tuple[pa.Table, Facts]:
    """Load a dataset from its source with the options that the study gives.

    Parameters
    ----------
    folds : how many cuts of it the study asks for.

    Raises
    ------
    DataError
        Whatever `find_source`, the source itself, or `settle` refuses; several folds
        of a dataset that brings its own cut.
    """
    source = find_source(name, sources, options)
    table, facts = settle(name, source.value(**given_options(options)), options.get("task"))
    check_one_fold(name, facts.partition, folds)
    return table, facts
