"""Cutting a dataset's rows into partitions: hold-out, k-fold, or the data's own column."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import DataError, counted, in_quotes

Rows = dict[str, Array]  # row numbers of train, validation and, where there is one, test
PARTITIONS = ("train", "validation", "test")
FEWEST_ROWS = 2


def cut(rows: int, labels: Array | None, rule: Mapping[str, Any], fold: int) -> Rows:
    """Cut rows by the study's `partitions`.

    Parameters
    ----------
    rows : how many there are.
    labels : (rows,) numbers of the classes to keep the shares of, or None.
    rule : the study's `partitions`, every default filled in. How many repeats it asks
        for does not matter: those before `fold` are drawn, in their order.
    fold : which of the cuts.

    Returns
    -------
    dict of row numbers; with one hold-out and no test the rows are, in their
        order, those of `sklearn.model_selection.train_test_split`.

    Raises
    ------
    DataError
        More folds than rows, a class too small to stratify, a partition too small.
    """
    rest, test = np.arange(rows), None
    _check_sizes(rows, rule)
    try:
        if rule["test_size"]:
            rest, test = _set_aside(rest, labels, rule)
        _check_folds(len(rest), rule)
        train, validation = _fold(rest, labels, rule, fold, rows)
    except ValueError as error:  # scikit-learn names the numbers that do not fit
        said = str(error).rstrip(".")
        raise DataError(f"partitions: {said}; change the sizes, or bring more rows.") from None
    parts = {"train": train, "validation": validation}
    return parts if test is None else parts | {"test": test}


def _check_sizes(rows: int, rule: Mapping[str, Any]) -> None:
    names = ["test_size", "validation_size"][: 2 if rule["method"] == "hold_out" else 1]
    sizes = {name: rule[name] for name in names if rule[name]}
    if sum(ceil(size * rows) if size < 1 else size for size in sizes.values()) >= rows:
        asked = " and ".join(f"{name}: {size}" for name, size in sizes.items())
        raise DataError(
            f"partitions: with {asked}, none of the {rows} rows is left to train on; set less, or bring more rows."
        )


def _check_folds(rows: int, rule: Mapping[str, Any]) -> None:
    if rule["method"] == "k_fold" and rule["n_splits"] * FEWEST_ROWS > rows:
        raise DataError(
            f"partitions.n_splits: {rule['n_splits']} folds are too many for {rows} rows, "
            f"{FEWEST_ROWS} of which each fold needs; set at most {rows // FEWEST_ROWS}."
        )


def _set_aside(rows: Array, labels: Array | None, rule: Mapping[str, Any]) -> tuple[Array, Array]:
    from sklearn.model_selection import train_test_split

    rest, test = train_test_split(
        rows, test_size=rule["test_size"], random_state=rule["random_state"], stratify=labels
    )
    return np.sort(rest), test


def _fold(
    rows: Array, labels: Array | None, rule: Mapping[str, Any], fold: int, all_rows: int
) -> tuple[Array, Array]:
    strata = None if labels is None else labels[rows]
    splits = _splitter(all_rows, rule, fold, labels is not None).split(rows, strata)
    train, validation = next(split for number, split in enumerate(splits) if number == fold)
    return rows[train], rows[validation]


def _splitter(all_rows: int, rule: Mapping[str, Any], fold: int, stratified: bool) -> Any:
    """Give scikit-learn's splitter, with as many repeats as reach up to the fold."""
    from sklearn import model_selection as ms

    state = rule["random_state"]
    if rule["method"] == "k_fold":
        repeated = ms.RepeatedStratifiedKFold if stratified else ms.RepeatedKFold
        splits = rule["n_splits"]
        return repeated(n_splits=splits, n_repeats=fold // splits + 1, random_state=state)
    size = rule["validation_size"]
    size = ceil(size * all_rows) if size < 1 else size  # a share is of all rows, test rows too
    shuffled = ms.StratifiedShuffleSplit if stratified else ms.ShuffleSplit
    return shuffled(n_splits=fold + 1, test_size=size, random_state=state)


def check_classes(classes: Sequence[str], labels: Array, rule: Mapping[str, Any]) -> None:
    """Refuse to stratify where a class has fewer rows than there are parts to put them in.

    Parameters
    ----------
    classes : names.
    labels : (rows,) numbers of classes.
    """
    counts = np.bincount(labels, minlength=len(classes))
    parts = rule["n_splits"] if rule["method"] == "k_fold" else 2
    parts += bool(rule["test_size"])
    if counts.min() < parts:
        raise DataError(
            f"class {classes[int(counts.argmin())]} has {counted(counts.min(), 'row')}, too few to stratify into "
            f"{parts} parts; bring more, leave the class out, or set partitions.stratify: false."
        )


def by_column(words: list[Any], column: str) -> Rows:
    """Cut rows by a column of the words train, validation and test."""
    array = np.array([str(word) for word in words])
    strange = ~np.isin(array, PARTITIONS)
    if strange.any():
        row = int(strange.argmax())
        raise DataError(
            f"partitions: column {in_quotes(column)} has the word {in_quotes(str(array[row]))} in row {row + 1}; it may "
            f"have {', '.join(PARTITIONS)}."
        )
    parts = {word: np.flatnonzero(array == word) for word in PARTITIONS}
    return {word: rows for word, rows in parts.items() if word != "test" or len(rows)}


def check_one_fold(dataset: str, column: str | None, folds: int) -> None:
    """Refuse several folds of a dataset that brings its own cut: all of them would be the same.

    Parameters
    ----------
    column : the dataset's own column of the words train, validation and test, if any.
    folds : how many cuts are asked for.
    """
    if column and folds > 1:
        raise DataError(
            f"dataset {in_quotes(dataset)}: its column {in_quotes(column)} cuts the rows in one way, and the study asks "
            f"for {folds} cuts; remove partitions.method: k_fold and partitions.n_repeats, or give "
            "the dataset a study of its own."
        )


def check(dataset: str, parts: Rows) -> None:
    """Refuse a partition of fewer than two rows."""
    for name, rows in parts.items():
        if len(rows) < FEWEST_ROWS:
            raise DataError(
                f"dataset {in_quotes(dataset)}: the {name} partition has {counted(len(rows), 'row')}; it needs at least "
                f"{FEWEST_ROWS}. Change partitions, or bring more rows."
            )


def check_trained(dataset: str, classes: Sequence[str], labels: Array) -> None:
    """Refuse a class without training rows: no network can learn it.

    Parameters
    ----------
    classes : names.
    labels : (training rows,) numbers of classes.
    """
    counts = np.bincount(labels, minlength=len(classes))
    if not counts.all():
        raise DataError(
            f"dataset {in_quotes(dataset)}: class {classes[int(counts.argmin())]} has no row in the train "
            "partition; set partitions.stratify: true, or put rows of it there."
        )
