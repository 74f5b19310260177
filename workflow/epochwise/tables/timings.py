"""The table of times: the only result that differs from run to run."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from epochwise.json_files import read_object


def collect(files: Sequence[str], labels: Sequence[Mapping[str, Any]], out: str) -> None:
    """Write a row per training job (CSV).

    Parameters
    ----------
    files : what the jobs wrote of their times (JSON).
    labels : for each file its block's ``labels``, ``seeds``, ``start`` and ``end``.
    """
    rows = [
        {
            **one["labels"],
            "seeds": one["seeds"],
            "start": one["start"],
            "end": one["end"],
            **read_object(file),
        }
        for file, one in zip(files, labels, strict=True)
    ]
    with open(out, "w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
