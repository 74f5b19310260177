"""The loss table: a row per run and epoch, from which everything else is computed.

Its columns and the table itself say what they are (see `epochwise.columns`): the table has the
``tasks`` of its datasets, the ``epochs`` that were planned and, by dataset and fold, the
``rows`` of each partition and the ``baselines`` (see `epochwise.training.baselines`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from epochwise import parquet
from epochwise.atomic_write import atomic_write
from epochwise.columns import described, facts_of, measured
from epochwise.data.partitions import PARTITIONS
from epochwise.study.jobs import parse_seeds
from epochwise.training.shared_files import fold_facts, rows_of


@dataclass(frozen=True)
class Part:
    """One segment on its way into the loss table.

    Parameters
    ----------
    path : the segment's file.
    labels : dataset, fold, backend and swept hyperparameters of its runs.
    seeds : which to take; a block that was trained before may have more.
    epochs : after which epoch to cut; such a segment may reach further.
    cell : which of the file's cells; see `epochwise.training.shared_files`.
    """

    path: str | Path
    labels: Mapping[str, Any]
    seeds: Sequence[int]
    epochs: int
    cell: int | None = None


def parts(paths: Sequence[str], labels: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Give the segments of a study as a plan lists and labels them."""
    return [
        Part(
            paths[one["file"]],
            one["labels"],
            parse_seeds(one["wanted"]),
            one["epochs"],
            one["cell"],
        )
        for one in labels
    ]


class Joined:
    """The loss table of a study, made of its segments piece by piece.

    It is sorted by run in the order of `parts`, then seed and epoch; a missing test partition is a
    column of nulls. A swept key whose values are all numbers is a column of numbers, else of text.
    Going through it gives its rows, a table for each block of seeds of a dataset, fold, point and
    backend.

    Parameters
    ----------
    parts : the segments.
    epochs : how many were planned, where no column says it.
    """

    def __init__(self, parts: Sequence[Part], epochs: int | None = None) -> None:
        self._groups: dict[str, list[Part]] = {}
        for part in parts:
            self._groups.setdefault(repr(part.labels), []).append(part)
        self._firsts = [group[0] for group in self._groups.values()]
        self._columns = _label_columns([first.labels for first in self._firsts])
        self.schema = self._schema(epochs)

    def _schema(self, epochs: int | None) -> pa.Schema:
        """Gather the columns of all segments, and what these say of their datasets and folds."""
        tasks, folds = dict[str, str](), dict[str, dict[str, Any]]()
        empty: dict[pa.Schema, pa.Table] = {}
        for first in self._firsts:
            own, label = parquet.read_schema(first.path), first.labels
            bare = rows_of(own.empty_table(), first.cell).schema.remove_metadata()
            with parquet.damage_told(first.path):
                facts = facts_of(own)
                tasks[label["dataset"]] = facts["task"]
                folds.setdefault(label["dataset"], {})[str(label["fold"])] = fold_facts(
                    facts, first.cell
                )
            if bare not in empty:
                empty[bare] = self._labelled(bare.empty_table(), label)
        joined = pa.concat_tables(empty.values(), promote_options="default")
        facts = {"tasks": tasks, "folds": folds, "epochs": epochs}
        return described(_with_every_partition(joined), facts).schema

    def __iter__(self) -> Iterator[pa.Table]:
        """Read block after block."""
        for group in self._groups.values():
            for block in _blocks(group):
                yield self._completed(pa.concat_tables([_read(part) for part in block]), group[0])

    def _completed(self, table: pa.Table, first: Part) -> pa.Table:
        table = table.sort_by([("seed", "ascending"), ("epoch", "ascending")])
        table = self._labelled(table, first.labels)
        columns = [
            table[field.name]
            if field.name in table.column_names
            else pa.nulls(len(table), field.type)
            for field in self.schema
        ]
        return pa.Table.from_arrays(columns, schema=self.schema)

    def _labelled(self, table: pa.Table, label: Mapping[str, Any]) -> pa.Table:
        for place, (key, value) in enumerate(label.items()):
            table = table.add_column(place, key, self._columns[key](value, len(table)))
        return table


def _blocks(group: Sequence[Part]) -> list[list[Part]]:
    """Put together the segments whose seeds do not come all before, or all after, those of others."""
    blocks: list[list[Part]] = []
    reached = -1
    for part in sorted(group, key=lambda part: min(part.seeds)):
        if min(part.seeds) > reached:
            blocks.append([])
        blocks[-1].append(part)
        reached = max(reached, *part.seeds)
    return blocks


def _read(part: Part) -> pa.Table:
    wanted = pc.field("seed").isin(list(part.seeds)) & (pc.field("epoch") <= part.epochs)
    table = parquet.read(part.path)
    with parquet.damage_told(part.path):
        return rows_of(table, part.cell).filter(wanted)


def save(joined: Joined | pa.Table, out: str | Path, csv: str | Path | None = None) -> None:
    """Write a loss table, and if wanted as CSV too, the same bytes each time for the same table."""
    pieces: Iterable[pa.Table] = [joined] if isinstance(joined, pa.Table) else joined
    with parquet.writing(out, joined.schema) as write, _writing_csv(csv, joined.schema) as also:
        for table in pieces:
            write(table)
            also(table)


@contextmanager
def _writing_csv(csv: str | Path | None, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    if csv is None:
        yield lambda table: None
        return
    bare = pa_csv.WriteOptions(include_header=False, quoting_style="none")  # names need no quotes
    with atomic_write(csv) as beside, beside.open("wb") as file:
        file.write(f"{','.join(schema.names)}\n".encode())
        with pa_csv.CSVWriter(file, schema, write_options=bare) as writer:
            yield writer.write_table


def _label_columns(
    labels: Sequence[Mapping[str, Any]],
) -> dict[str, Callable[[Any, int], pa.Array]]:
    """Give what makes each label's column, of a value and a number of rows."""
    made = dict[str, Callable[[Any, int], pa.Array]]()
    for key, kind in _label_types(labels).items():
        made[key] = _words([str(label[key]) for label in labels]) if kind is str else _numbers(kind)
    return made


def _words(known: Sequence[str]) -> Callable[[Any, int], pa.Array]:
    codes = {word: code for code, word in enumerate(dict.fromkeys(known))}
    words = pa.array(codes, pa.string())

    def make(value: Any, rows: int) -> pa.Array:
        code = pa.scalar(codes[str(value)], pa.int32())
        return pa.DictionaryArray.from_arrays(pa.repeat(code, rows), words)

    return make


def _numbers(kind: type) -> Callable[[Any, int], pa.Array]:
    return lambda value, rows: pa.repeat(pa.scalar(kind(value)), rows)


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
