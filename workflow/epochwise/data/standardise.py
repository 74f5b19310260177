"""From raw columns to arrays that a network can train on; fitted on the training rows only."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from epochwise import parquet
from epochwise.arrays import Array
from epochwise.data import partitions
from epochwise.data.datasets import Facts
from epochwise.data.partitions import Rows
from epochwise.data.tasks import class_names
from epochwise.errors import DataError, DataWarning, counted, in_quotes
from epochwise.json_files import read_as

SHOWN = 10  # names that a warning spells out


@dataclass
class Scaler:
    """What was fitted on the training rows; it lies beside the arrays as JSON.

    Parameters
    ----------
    task : "regression", "binary" or "multiclass".
    classes : in the order of the network's outputs; empty for regression.
    rows : number of rows of each partition.
    features : the columns of x; a category's is ``column=value``.
    mean, scale : (numeric features,) x is (value - mean) / scale.
    constant : features with one value in all training rows.
    target_mean, target_scale : (outputs,) or None where the target is as it was.
    target : the columns to predict.
    """

    task: str
    classes: list[str]
    rows: dict[str, int]
    features: list[str] = field(default_factory=list)
    mean: list[float] = field(default_factory=list)
    scale: list[float] = field(default_factory=list)
    constant: list[str] = field(default_factory=list)
    target_mean: list[float] | None = None
    target_scale: list[float] | None = None
    target: list[str] = field(default_factory=list)

    def save(self, path: str | Path) -> None:
        """Write as JSON."""
        Path(path).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def read_scaler(path: str | Path) -> Scaler:
    """Read what `Scaler.save` wrote."""
    return read_as(Scaler, path)


def cut_rows(table: pa.Table, facts: Facts, rule: Mapping[str, Any], fold: int) -> Rows:
    """Cut a dataset into the partitions of one fold.

    Parameters
    ----------
    rule : the study's `partitions`, every default filled in.
    """
    partitions.check_one_fold(facts.name, facts.partition, fold + 1)
    labels = None if facts.task == "regression" else class_numbers(table, facts)
    try:
        parts = _parts(table, facts, labels, rule, fold)
    except DataError as error:
        raise DataError(f"dataset {in_quotes(facts.name)}: {error}") from None
    partitions.check(facts.name, parts)
    if labels is not None:
        partitions.check_trained(facts.name, facts.classes, labels[parts["train"]])
    return parts


def _parts(
    table: pa.Table, facts: Facts, labels: Array | None, rule: Mapping[str, Any], fold: int
) -> Rows:
    if facts.partition:
        return partitions.by_column(table[facts.partition].to_pylist(), facts.partition)
    if rule["stratify"] is True and labels is None:
        raise DataError("partitions.stratify: true needs classes, not numbers; set auto.")
    strata = labels if rule["stratify"] in ("auto", True) else None
    if strata is not None:
        partitions.check_classes(facts.classes, strata, rule)
    return partitions.cut(table.num_rows, strata, rule, fold)


def standardise(
    table: pa.Table, facts: Facts, parts: Rows, rule: Mapping[str, Any]
) -> tuple[dict[str, Array], Scaler]:
    """Make the arrays of one fold.

    Parameters
    ----------
    rule : the study's `standardise`: whether to scale features and target.

    Returns
    -------
    arrays : for each partition ``<name>_rows`` (rows,) its row numbers, ``<name>_x``
        (rows, features), ``<name>_y`` (rows, outputs) what the network is trained
        towards, ``<name>_target`` (rows, outputs) in the target's own units; float64.
    scaler : what was fitted, on the training rows.
    """
    rows = {name: len(one) for name, one in parts.items()}
    scaler = Scaler(facts.task, facts.classes, rows, target=facts.target)
    arrays: dict[str, Array] = {f"{name}_rows": rows for name, rows in parts.items()}
    for name, x in _features(table, facts, parts, rule["features"], scaler).items():
        arrays[f"{name}_x"] = x
    for name, (y, target) in _targets(table, facts, parts, rule["target"], scaler).items():
        arrays[f"{name}_y"], arrays[f"{name}_target"] = y, target
    return arrays, scaler


def _features(
    table: pa.Table, facts: Facts, parts: Rows, scale: bool, scaler: Scaler
) -> dict[str, Array]:
    """Scale numbers, one-hot encode categories; a category unseen in training is all zeros."""
    numeric = [name for name in facts.features if name not in facts.categorical]
    pieces = []
    if numeric:
        pieces.append(_numbers(table, numeric, facts, parts, scale, scaler))
    if facts.categorical:
        pieces.append(_categories(table, facts, parts, scaler))
    return {name: np.hstack([piece[name] for piece in pieces]) for name in parts}


def _numbers(
    table: pa.Table, names: list[str], facts: Facts, parts: Rows, scale: bool, scaler: Scaler
) -> dict[str, Array]:
    from sklearn.preprocessing import StandardScaler

    matrix = np.column_stack([parquet.array(table[name]) for name in names]).astype(np.float64)
    if facts.missing == "impute":
        matrix = _impute(matrix, parts["train"], "mean", facts)
    train = matrix[parts["train"]]
    constant = (train == train[0]).all(axis=0)
    scaler.constant = [name for name, one in zip(names, constant, strict=True) if one]
    _warn_of_constants(facts.name, scaler.constant)
    scaler.features += names
    fitted = StandardScaler(with_mean=scale, with_std=scale).fit(train)
    if scale:
        scaler.mean, scaler.scale = fitted.mean_.tolist(), fitted.scale_.tolist()
    return {name: fitted.transform(matrix[rows]) for name, rows in parts.items()}


def _warn_of_constants(dataset: str, constant: list[str]) -> None:
    if not constant:
        return
    shown = ", ".join(constant[:SHOWN]) + (", ..." if len(constant) > SHOWN else "")
    warnings.warn(
        f"dataset {in_quotes(dataset)}: {counted(len(constant), 'feature')} with one value in all training rows, "
        f"from which the network learns nothing: {shown}",
        DataWarning,
        stacklevel=2,
    )


def _categories(table: pa.Table, facts: Facts, parts: Rows, scaler: Scaler) -> dict[str, Array]:
    from sklearn.preprocessing import OneHotEncoder

    columns = [np.array(table[name].to_pylist(), object) for name in facts.categorical]
    matrix = np.column_stack(columns)
    if facts.missing == "impute":
        matrix = _impute(matrix, parts["train"], "most_frequent", facts)
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder.fit(matrix[parts["train"]])
    for name, values in zip(facts.categorical, encoder.categories_, strict=True):
        scaler.features += [f"{name}={value}" for value in values]
    return {name: encoder.transform(matrix[rows]) for name, rows in parts.items()}


def _impute(matrix: Array, train: Array, strategy: str, facts: Facts) -> Array:
    from sklearn.impute import SimpleImputer

    missing = np.nan if strategy == "mean" else None
    imputer = SimpleImputer(strategy=strategy, missing_values=missing, keep_empty_features=True)
    return np.asarray(imputer.fit(matrix[train]).transform(matrix))


def _targets(
    table: pa.Table, facts: Facts, parts: Rows, scale: bool, scaler: Scaler
) -> dict[str, tuple[Array, Array]]:
    if facts.task != "regression":
        y = _one_hot(class_numbers(table, facts), len(facts.classes))
        return {name: (y[rows], y[rows]) for name, rows in parts.items()}
    target = np.column_stack([parquet.array(table[name]) for name in facts.target]).astype(
        np.float64
    )
    if not scale:
        return {name: (target[rows], target[rows]) for name, rows in parts.items()}
    from sklearn.preprocessing import StandardScaler

    fitted = StandardScaler().fit(target[parts["train"]])
    scaler.target_mean, scaler.target_scale = fitted.mean_.tolist(), fitted.scale_.tolist()
    return {name: (fitted.transform(target[r]), target[r]) for name, r in parts.items()}


def class_numbers(table: pa.Table, facts: Facts) -> Array:
    """Give each row's class as its number among the dataset's classes, (rows,)."""
    index = {label: number for number, label in enumerate(facts.classes)}
    return np.array([index[label] for label in class_names(table[facts.target[0]])])


def _one_hot(numbers: Array, classes: int) -> Array:
    """Give (rows, classes), or for two classes the second's column, (rows, 1)."""
    return np.eye(classes)[numbers] if classes > 2 else numbers[:, np.newaxis] * 1.0
