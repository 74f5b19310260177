"""The table of times: the only result that differs from run to run."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from epochwise.json_files import read_object


def collect(files: Sequence[str], labels: Sequence[Mapping[str, Any]], out: str) -> None:
    """Write a row per segment of each point, fold and block of seeds (CSV).

    Of those that share a job, the first has the time that the job took to start.

    Parameters
    ----------
    files : what the jobs wrote of their times (JSON).
    labels : for each segment its block's ``labels``, ``seeds``, ``start`` and ``end``, and the
        place of its ``file`` and its ``cell`` there.
    """
    rows = [
        {
            **one["labels"],
            "seeds": one["seeds"],
            "start": one["start"],
            "end": one["end"],
            **_times(read_object(files[one["file"]]), one["cell"]),
        }
        for one in labels
    ]
    with open(out, "w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _times(told: Mapping[str, Any], cell: int | None) -> Mapping[str, Any]:
    times: Mapping[str, Any] = told if cell is None else told["cells"][cell]
    return times
