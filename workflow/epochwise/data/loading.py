"""Loading a dataset: from its source to a checked table and what is known of it."""

import hashlib
import warnings
from collections.abc import Mapping
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from epochwise.data.datasets import Dataset, Facts, find_source, given_options
from epochwise.data.partitions import check_one_fold
from epochwise.data.tasks import check_exact, settle_task
from epochwise.errors import DataError, DataWarning, counted, in_quotes
from epochwise.parquet import array
from epochwise.plugins.containment import contained
from epochwise.plugins.registry import Registered

FEWEST_ROWS = 4  # two for training, two for validation
SHOWN = 5  # columns that a warning names


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
            f"dataset {in_quotes(name)}: target names no column; name one or several columns to predict."
        )
    table, missing = _complete(name, dataset)
    if table.num_rows < FEWEST_ROWS:
        raise DataError(
            f"dataset {in_quotes(name)} has {counted(table.num_rows, 'row')} without missing values; it needs at "
            f"least {FEWEST_ROWS}, two for training and two for validation."
        )
    settled, classes = settle_task(name, table, dataset, task or dataset.task)
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
        missing_values=missing,
        dropped_rows=dataset.table.num_rows - table.num_rows,
    )
    _warn_of_missing(facts)
    return table, facts


def digest(table: pa.Table) -> str:
    """Hash a table's column names, types and values (SHA-256)."""
    sink = hashlib.sha256(str(table.schema).encode())
    for column in table.columns:
        number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        plain = number and column.null_count == 0
        sink.update(array(column).tobytes() if plain else repr(column.to_pylist()).encode())
    return sink.hexdigest()


def _complete(name: str, dataset: Dataset) -> tuple[pa.Table, dict[str, int]]:
    """Cut a dataset to the columns that are used, and to complete rows if that is its rule.

    Returns
    -------
    table : what is left.
    missing : the number of missing values of each column that has any, before rows are left out.
    """
    columns = [*dataset.features, *dataset.target]
    columns += [dataset.partition] if dataset.partition else []
    table = _plain(dataset.table.select(columns), dataset)
    problems = [_problem(name, column, table[column], dataset) for column in columns]
    if any(problems):
        raise DataError(*filter(None, problems))
    for column in dataset.features:
        check_exact(name, column, table[column])
    gaps = {name: pc.is_null(table[name], nan_is_null=True) for name in columns}
    missing = {name: n for name, where in gaps.items() if (n := pc.sum(where).as_py())}
    if dataset.missing != "drop_rows" or not missing:
        return table, missing
    return table.filter(pc.invert(reduce(pc.or_, gaps.values()))), missing


def _warn_of_missing(facts: Facts) -> None:
    """Say in one line what becomes of missing values."""
    if not facts.missing_values:
        return
    most = sorted(facts.missing_values.items(), key=lambda item: -item[1])
    where = ", ".join(f"{in_quotes(column)} ({count})" for column, count in most[:SHOWN])
    where += f" and {counted(len(most) - SHOWN, 'more column')}" if len(most) > SHOWN else ""
    what = f"leaves out {facts.dropped_rows:,} of {counted(facts.rows + facts.dropped_rows, 'row')}; missing are values"
    if facts.missing == "impute":
        what = f"fills in {counted(sum(facts.missing_values.values()), 'value')}"
    warnings.warn(
        f"dataset {in_quotes(facts.name)}: missing: {facts.missing} {what} of {where}",
        DataWarning,
        stacklevel=2,
    )


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


def _problem(name: str, column: str, values: pa.ChunkedArray, dataset: Dataset) -> str:
    """Say where missing values are that may not be, or infinite ones; rows are counted from 1."""
    about = f"dataset {in_quotes(name)}: column {in_quotes(column)} has"
    if column in dataset.target and _is_neither(values.type):
        return f"{about} {values.type}, neither numbers nor texts; write it as one of them, or leave it out."
    bad = pc.is_null(values, nan_is_null=True)
    imputed = dataset.missing == "impute" and column in dataset.features
    if len(values) and pc.all(bad).as_py():
        return f"{about} no values at all; leave it out."
    if pc.any(bad).as_py() and not imputed and dataset.missing != "drop_rows":
        return (
            f"{about} {counted(pc.sum(bad).as_py(), 'missing value')}, the first in row {_first(bad)}; fill them in, or set "
            "missing: drop_rows or missing: impute (which imputes features alone)."
        )
    if pa.types.is_floating(values.type) and pc.any(infinite := pc.is_inf(values)).as_py():
        row = _first(infinite)
        return f"{about} an infinite value in row {row}; correct it or leave the row out."
    return ""


def _is_neither(kind: pa.DataType) -> bool:
    """Tell the types of Parquet files that are neither numbers, nor texts, nor dates."""
    others = (pa.types.is_nested, pa.types.is_binary, pa.types.is_duration, pa.types.is_time)
    return any(is_one(kind) for is_one in others)


def _first(where: pa.ChunkedArray) -> int:
    return int(pc.index(where, True).as_py()) + 1


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
    with contained(source.source, f"loading dataset {name!r}"):
        dataset = source.value(**given_options(options))
    table, facts = settle(name, dataset, options.get("task"))
    check_one_fold(name, facts.partition, folds)
    return table, facts
