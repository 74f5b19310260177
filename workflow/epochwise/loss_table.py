"""The loss table: a row per run and epoch, from which everything else is computed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from epochwise.contract import Array, Problem
from epochwise.datasets import write
from epochwise.host import Segment
from epochwise.losses import loss_columns

PARTITIONS = ("train", "validation", "test")
LABELS = ("dataset", "fold", "backend")


def segment_table(problem: Problem, segment: Segment, curves: Array) -> pa.Table:
    """Make the rows of one segment.

    Parameters
    ----------
    curves : (epochs, seeds, columns) losses, NaN where a run has diverged.

    Returns
    -------
    table of seed, epoch, iteration, samples and the losses, sorted by seed and
        epoch, without the rows of diverged runs.
    """
    epochs = np.array(segment.epochs())
    seed, epoch = np.repeat(segment.seeds, len(epochs)), np.tile(epochs, len(segment.seeds))
    losses = curves.transpose(1, 0, 2).reshape(len(seed), -1)  # (runs x epochs, columns)
    finite = np.isfinite(losses).all(axis=1)
    columns = {
        "seed": seed,
        "epoch": epoch,
        "iteration": epoch * problem.iterations_per_epoch,
        "samples": epoch * len(problem.train.x),
    } | dict(zip(loss_columns(problem), losses.T, strict=True))
    return pa.table({name: values[finite] for name, values in columns.items()})


def aggregate(
    parts: Sequence[tuple[str | Path, Mapping[str, Any]]], epochs: Sequence[int]
) -> pa.Table:
    """Join the segments of a study into its loss table.

    Parameters
    ----------
    parts : a segment's file, and the dataset, fold, backend and swept
        hyperparameters of its runs.
    epochs : for each part, after which epoch to cut (a segment that was trained
        before may reach further than the study asks).

    Returns
    -------
    table, sorted by run in the order of `parts`, then seed and epoch; a missing
        test partition is a column of nulls.
    """
    groups: dict[str, list[pa.Table]] = {}
    labels: dict[str, Mapping[str, Any]] = {}
    for (path, label), last in zip(parts, epochs, strict=True):
        table = pq.read_table(path)
        key = repr(label)
        groups.setdefault(key, []).append(table.filter(pc.field("epoch") <= last))
        labels[key] = label
    text = _text_columns(list(labels.values()))
    tables = [_labelled(pa.concat_tables(groups[key]), labels[key], text) for key in groups]
    return _with_test(pa.concat_tables(tables, promote_options="default").unify_dictionaries())


def save(table: pa.Table, parquet: str | Path, csv: str | Path) -> None:
    """Write a table twice, the same bytes each time for the same table."""
    write(table, parquet)
    bare = pa_csv.WriteOptions(quoting_style="none", quoting_header="none")  # names need no quotes
    pa_csv.write_csv(plain(table), csv, bare)


def plain(table: pa.Table) -> pa.Table:
    """Spell out dictionary-encoded columns, which CSV has no word for."""
    types = [f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, types, strict=True))))


def _text_columns(labels: Sequence[Mapping[str, Any]]) -> set[str]:
    """Name the swept keys whose values are not all numbers: they are text in the table."""
    return {
        key
        for label in labels
        for key, value in label.items()
        if not isinstance(value, int | float)
    }


def _labelled(table: pa.Table, label: Mapping[str, Any], text: set[str]) -> pa.Table:
    table = table.sort_by([("seed", "ascending"), ("epoch", "ascending")])
    for place, (key, value) in enumerate(label.items()):
        column = _constant(str(value) if key in text else value, table.num_rows)
        table = table.add_column(place, key, column)
    return table


def _constant(value: Any, rows: int) -> pa.Array:
    if not isinstance(value, str):
        return pa.repeat(pa.scalar(value), rows)
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), [value])


def _with_test(table: pa.Table) -> pa.Table:
    """Give every loss table the same columns: nulls where there is no test partition."""
    metrics = [name.removeprefix("train_") for name in table.column_names if name[:6] == "train_"]
    columns = [f"{partition}_{metric}" for metric in metrics for partition in PARTITIONS]
    first = [name for name in table.column_names if name not in columns]
    for name in columns:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.float64()))
    return table.select([*first, *columns])
