"""How many rows each partition has, without cutting where that is certain.

The cut is scikit-learn's, whose import alone takes a second; most studies need none of it to be told
that all is well.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
import pyarrow as pa

from epochwise.data.datasets import Facts
from epochwise.data.standardise import class_numbers, cut_rows

MOST_CUTS = 10  # folds that are tried
PLENTY = 20  # rows in each partition, and of each class, with which no cut fails


def sizes(table: pa.Table, facts: Facts, rule: Mapping[str, Any], folds: int) -> dict[str, int]:
    """Give the number of rows of each partition of the first fold.

    Parameters
    ----------
    rule : the study's `partitions`, every default filled in.
    folds : how many cuts the study asks for.

    Raises
    ------
    DataError
        What `cut_rows` refuses in one of the first folds.
    """
    if _is_plain(table, facts, rule):
        return _counted(table.num_rows, rule)
    cuts = [cut_rows(table, facts, rule, fold) for fold in range(min(folds, MOST_CUTS))]
    return {name: len(rows) for name, rows in cuts[0].items()}


def _is_plain(table: pa.Table, facts: Facts, rule: Mapping[str, Any]) -> bool:
    """Tell whether the cut cannot fail and its sizes are known: one hold-out of many rows."""
    if facts.partition or rule["method"] != "hold_out":
        return False
    fewest = min(_counted(table.num_rows, rule).values())
    if facts.task == "regression":
        return fewest >= PLENTY and rule["stratify"] is not True
    of_a_class = np.bincount(class_numbers(table, facts)).min()
    enough = fewest >= PLENTY * len(facts.classes) and of_a_class >= PLENTY
    return bool(enough and rule["stratify"] is not False)


def _counted(rows: int, rule: Mapping[str, Any]) -> dict[str, int]:
    """Count as `partitions.cut` does: a share is of all rows, rounded up."""
    shares = {"validation": rule["validation_size"], "test": rule["test_size"]}
    counts = {name: ceil(one * rows) if one < 1 else one for name, one in shares.items() if one}
    return {"train": rows - sum(counts.values()), **counts}
