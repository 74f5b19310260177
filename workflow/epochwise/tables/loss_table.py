"""The loss table: a row per run and epoch, from which everything else is computed.

Its columns and the table itself say what they are (see `epochwise.columns`): the table has the
``tasks`` of its datasets, the ``epochs`` that were planned and, by dataset and fold, the
``rows`` of each partition and the ``baselines`` (see `epochwise.training.baselines`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from epochwise import parquet
from epochwise.columns import described, facts_of, measured
from epochwise.data.partitions import PARTITIONS
from epochwise.study.jobs import parse_seeds


@dataclass(frozen=True)
class Part:
    """One segment on its way into the loss table.

    Parameters
    ----------
    path : the segment's file.
    labels : dataset, fold, backend and swept hyperparameters of its runs.
    seeds : which to take; a block that was trained before may have more.
    epochs : after which epoch to cut; such a segment may reach further.
    """

    path: str | Path
    labels: Mapping[str, Any]
    seeds: Sequence[int]
    epochs: int


def parts(paths: Sequence[str], labels: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Give the segments of a study as a plan lists and labels them."""
    return [
        Part(path, one["labels"], parse_seeds(one["wanted"]), one["epochs"])
        for path, one in zip(paths, labels, strict=True)
    ]


def aggregate(parts: Sequence[Part], epochs: int | None = None) -> pa.Table:
    """Join the segments of a study into its loss table.

    Parameters
    ----------
    epochs : how many were planned, where no column says it.

    Returns
    -------
    table, sorted by run in the order of `parts`, then seed and epoch; a missing
        test partition is a column of nulls. A swept key whose values are all numbers
        is a column of numbers, else of text.
    """
    groups: dict[str, list[pa.Table]] = {}
    labels: dict[str, Mapping[str, Any]] = {}
    for part in parts:
        key = repr(part.labels)
        groups.setdefault(key, []).append(_read(part))
        labels[key] = part.labels
    facts = _facts(groups, labels) | {"epochs": epochs}
    types = _label_types(list(labels.values()))
    tables = [_labelled(pa.concat_tables(groups[key]), labels[key], types) for key in groups]
    joined = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    return described(_with_every_partition(joined), facts)


def _facts(
    groups: Mapping[str, Sequence[pa.Table]], labels: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Gather what the segments say of their datasets and folds."""
    tasks, folds = dict[str, str](), dict[str, dict[str, Any]]()
    for key, tables in groups.items():
        own, label = facts_of(tables[0].schema), labels[key]
        tasks[label["dataset"]] = own["task"]
        folds.setdefault(label["dataset"], {})[str(label["fold"])] = own["fold"]
    return {"tasks": tasks, "folds": folds}


def _read(part: Part) -> pa.Table:
    wanted = pc.field("seed").isin(list(part.seeds)) & (pc.field("epoch") <= part.epochs)
    table = parquet.read(part.path)
    return table.filter(wanted)


def save(table: pa.Table, out: str | Path, csv: str | Path) -> None:
    """Write a table twice, the same bytes each time for the same table."""
    parquet.write(table, out)
    bare = pa_csv.WriteOptions(include_header=False, quoting_style="none")  # names need no quotes
    with Path(csv).open("wb") as file:
        file.write(f"{','.join(table.column_names)}\n".encode())
        pa_csv.write_csv(table, file, bare)


def _label_types(labels: Sequence[Mapping[str, Any]]) -> dict[str, type]:
    """Choose the type of each label's column: the narrowest that holds all its values."""
    found: dict[str, set[type]] = {}
    for label in labels:
        for key, value in label.items():
            found.setdefault(key, set()).add(type(value))
    return {key: _joint(types) for key, types in found.items()}


def _joint(types: set[type]) -> type:
    if len(types) == 1:
        return next(iter(types))
    return float if types == {int, float} else str


def _labelled(table: pa.Table, label: Mapping[str, Any], types: Mapping[str, type]) -> pa.Table:
    table = table.sort_by([("seed", "ascending"), ("epoch", "ascending")])
    for place, (key, value) in enumerate(label.items()):
        table = table.add_column(place, key, _constant(types[key](value), table.num_rows))
    return table.replace_schema_metadata(None)


def _constant(value: Any, rows: int) -> pa.Array:
    if not isinstance(value, str):
        return pa.repeat(pa.scalar(value), rows)
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), [value])


def _with_every_partition(table: pa.Table) -> pa.Table:
    """Give every loss table the same columns: nulls where there is no test partition."""
    found = [facts_of(field) for field in table.schema]
    metrics = {facts["metric"]: facts.get("target") for facts in found if "metric" in facts}
    first = [f.name for f, facts in zip(table.schema, found, strict=True) if "metric" not in facts]
    wanted = [measured(part, *metric) for metric in metrics.items() for part in PARTITIONS]
    for field in wanted:
        if field.name not in table.column_names:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select([*first, *(field.name for field in wanted)])
