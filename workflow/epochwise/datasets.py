"""A dataset on its way in: a table of raw columns, and what they are for."""

import hashlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from epochwise.errors import DataError, unknown
from epochwise.plugins import Registered

FEWEST_ROWS = 4  # two for training, two for validation
MOST_CLASSES = 20  # whole numbers with more values are quantities


@dataclass(frozen=True)
class Dataset:
    """A table of rows and what its columns are for.

    Parameters
    ----------
    table : a row per sample; any columns beyond those named here are left out.
    features, target : names of columns.
    task : "regression", "classification", or None to infer it from the target.
    categorical : the features that are categories, to be one-hot encoded.
    partition : a column of the words train, validation and test, or None.
    missing : what to do with missing values: "error"; "drop_rows", leave out the rows
        that have one; or "impute" features by the training rows' mean, categories by
        their most frequent value there (missing targets are an error still).
    """

    table: pa.Table
    features: list[str]
    target: list[str]
    task: Literal["regression", "classification"] | None = None
    categorical: list[str] = field(default_factory=list)
    partition: str | None = None
    missing: str = "error"


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset once it is loaded; it lies beside the table as JSON.

    Parameters
    ----------
    task : "regression", "binary" or "multiclass".
    classes : the classes in order, as text; empty for regression.
    sha256 : digest of the table's columns and values.
    """

    name: str
    task: str
    rows: int
    features: list[str]
    target: list[str]
    categorical: list[str]
    partition: str | None
    missing: str
    classes: list[str]
    sha256: str

    def save(self, path: str | Path) -> None:
        """Write the facts as JSON."""
        Path(path).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def read_facts(path: str | Path) -> Facts:
    """Read what `Facts.save` wrote."""
    return Facts(**json.loads(Path(path).read_text(encoding="utf-8")))


def settle(name: str, dataset: Dataset, task: str | None) -> tuple[pa.Table, Facts]:
    """Check a dataset, settle its task, and keep the columns and rows that are used.

    Raises
    ------
    DataError
        Too few rows, missing or infinite values (and where), a task that
        cannot be told or does not fit the target.
    """
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
        sink.update(column.to_numpy().tobytes() if plain else repr(column.to_pylist()).encode())
    return sink.hexdigest()


def write(table: pa.Table, path: str | Path) -> None:
    """Write a Parquet file; the same table gives the same bytes."""
    pq.write_table(table, path, compression="zstd")


def _complete(name: str, dataset: Dataset) -> pa.Table:
    """Cut a dataset to the columns that are used, and to complete rows if that is its rule."""
    columns = [*dataset.features, *dataset.target]
    columns += [dataset.partition] if dataset.partition else []
    table = dataset.table.select(columns)
    for column in columns:
        may_miss = dataset.missing == "impute" and column in dataset.features
        _check_values(name, column, table[column], may_miss or dataset.missing == "drop_rows")
    if dataset.missing != "drop_rows":
        return table
    missing = [pc.is_null(values, nan_is_null=True) for values in table.columns]
    return table.filter(pc.invert(reduce(pc.or_, missing)))


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
    target = table[dataset.target[0]]
    numeric = all(pa.types.is_integer(t) or pa.types.is_floating(t) for t in _types(table, dataset))
    wanted = wanted or _infer(name, dataset.target, target, numeric)
    if wanted == "regression":
        if not numeric:
            raise DataError(
                f"dataset {name!r}: task regression needs numbers, but the target "
                f"{', '.join(dataset.target)} has text; set task: classification."
            )
        return "regression", []
    if len(dataset.target) > 1:
        raise DataError(
            f"dataset {name!r}: classification takes one target column, not "
            f"{', '.join(dataset.target)}."
        )
    unique = pc.unique(target)
    classes = class_names(unique.take(pc.sort_indices(unique)))
    if len(classes) < 2:
        raise DataError(f"dataset {name!r}: the target has one class only, {classes[0]!r}.")
    return ("binary" if len(classes) == 2 else "multiclass"), classes


def _types(table: pa.Table, dataset: Dataset) -> list[Any]:
    return [table.schema.field(column).type for column in dataset.target]


def _infer(name: str, columns: list[str], target: pa.ChunkedArray, numeric: bool) -> str:
    """Infer the task where it is plain."""
    if not numeric:
        return "classification"
    whole = pc.all(pc.equal(pc.round(target), target)).as_py()
    values = len(pc.unique(target))
    if len(columns) > 1 or not whole or values > MOST_CLASSES:
        return "regression"
    if values == 2:
        return "classification"
    raise DataError(
        f"dataset {name!r}: the target {columns[0]!r} has {values} different whole numbers, which may "
        "be quantities or classes; set task: regression or task: classification."
    )


def find_source(
    name: str, sources: Mapping[str, Registered], options: Mapping[str, Any]
) -> Registered:
    """Find a dataset's source, and hold the options that the study gives against it.

    Parameters
    ----------
    sources : what plugins registered, by name.
    options : ``source``, perhaps ``task``, and what the source takes.

    Raises
    ------
    DataError
        An unknown source, an unknown option, or one that is missing.
    """
    if options["source"] not in sources:
        raise DataError(
            f"dataset {name!r}: {unknown('source', options['source'], sources)} A file of your own "
            "is given by file."
        )
    source = sources[options["source"]]
    known = inspect.signature(source.value).parameters
    for key in _given(options):
        if key not in known:
            raise DataError(f"dataset {name!r}: {unknown('option', str(key), [*known, 'task'])}")
    for key, parameter in known.items():
        if parameter.default is parameter.empty and key not in options:
            raise DataError(f"dataset {name!r}: the option {key!r} is missing.")
    return source


def load(
    name: str, sources: Mapping[str, Registered], options: Mapping[str, Any]
) -> tuple[pa.Table, Facts]:
    """Load a dataset from its source with the options that the study gives.

    Raises
    ------
    DataError
        Whatever `find_source`, the source itself, or `settle` refuses.
    """
    source = find_source(name, sources, options)
    return settle(name, source.value(**_given(options)), options.get("task"))


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in ("source", "task")}
