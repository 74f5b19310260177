"""What the cells of a job that several points or folds share leave in its files, and how it is read.

A cell is counted by its place among those of its job. A job of one cell has nothing of this in its files.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from epochwise import parquet
from epochwise.arrays import Array
from epochwise.columns import facts_of, saying

Arrays = dict[str, Array]
COLUMN = "cell"  # of the rows of a segment


def join_cells(each: Sequence[Arrays]) -> Arrays:
    """Put the states of all cells into one, each name behind the number of its cell."""
    if len(each) == 1:
        return each[0]
    return {f"{cell}.{name}": array for cell, one in enumerate(each) for name, array in one.items()}


def split_cells(whole: Arrays, cells: int) -> list[Arrays]:
    """Undo `join_cells`."""
    if cells == 1:
        return [whole]
    found: list[Arrays] = [{} for _ in range(cells)]
    for key, array in whole.items():
        cell, _, name = key.partition(".")
        found[int(cell)][name] = array
    return found


def join_tables(each: Sequence[pa.Table]) -> pa.Table:
    """Put the rows of all cells into one table, with the number of their cell, and what is said of each fold."""
    if len(each) == 1:
        return each[0]
    numbered = [
        table.append_column(COLUMN, [parquet.column(np.full(len(table), cell))])
        for cell, table in enumerate(each)
    ]
    facts = [facts_of(table.schema) for table in each]
    said = {"task": facts[0]["task"], "folds": [one["fold"] for one in facts]}
    return pa.concat_tables(numbered).replace_schema_metadata(saying(said))


def rows_of(table: pa.Table, cell: int | None) -> pa.Table:
    """Give the rows of one cell; None if the file has only one."""
    if cell is None:
        return table
    return table.filter(pc.field(COLUMN) == cell).drop_columns(COLUMN)


def fold_facts(facts: Mapping[str, Any], cell: int | None) -> Mapping[str, Any]:
    """Give what a segment says of the fold of one cell."""
    found: Mapping[str, Any] = facts["fold"] if cell is None else facts["folds"][cell]
    return found
