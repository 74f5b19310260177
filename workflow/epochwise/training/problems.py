"""From a fold's arrays and a point's hyperparameters to the problem that a backend gets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.data.standardise import Scaler
from epochwise.errors import StudyError
from epochwise.training.contract import Hyperparameters, Partition, Problem, Task

AUTO = 200  # scikit-learn's batch_size="auto" is min(200, rows)


def make(
    arrays: Mapping[str, Array],
    scaler: Scaler,
    values: Mapping[str, Any],
    own: Mapping[str, Mapping[str, Any]] | None = None,
) -> Problem:
    """Make a problem.

    Parameters
    ----------
    arrays, scaler : what `epochwise.data.standardise.standardise` gave.
    values : the hyperparameters, as they stand in a study; no other key.
    own : the rules of the backend's own among them; one that the study leaves out is at its default.

    Raises
    ------
    StudyError
        A batch size above the number of training rows.
    """
    size = batch_size(values["batch_size"], scaler.rows["train"])
    rules = own or {}
    theirs = {name: values.get(name, rule["default"]) for name, rule in rules.items()}
    ours = {name: value for name, value in values.items() if name not in rules}
    hp = Hyperparameters.of(ours | {"batch_size": size}, theirs)
    dtype = hp.dtype
    return Problem(
        task=_task(scaler.task),
        partitions={
            name: Partition(
                np.ascontiguousarray(arrays[f"{name}_x"], dtype),
                np.ascontiguousarray(arrays[f"{name}_y"], dtype),
                np.ascontiguousarray(arrays[f"{name}_target"]),
            )
            for name in scaler.rows
        },
        hyperparameters=hp,
        target_mean=None if scaler.target_mean is None else np.array(scaler.target_mean),
        target_scale=None if scaler.target_scale is None else np.array(scaler.target_scale),
        target_names=scaler.target,
    )


def batch_size(asked: int | str, rows: int) -> int:
    """Give the rows per update: "auto" is min(200, rows), "full" is all."""
    if isinstance(asked, str):
        return {"auto": min(AUTO, rows), "full": rows}[asked]
    if int(asked) > rows:
        raise StudyError(
            f"training.batch_size: {asked} is more than the {rows} training rows; give at most "
            f"{rows}, auto or full."
        )
    return int(asked)


def check_batch_sizes(
    rows: int, dataset: str, where: str, asked: Sequence[tuple[str, int | str]]
) -> None:
    """Refuse the first batch size of a study that one of its folds is too small for.

    Parameters
    ----------
    rows : number of training rows.
    where : the study's file.
    asked : pairs of a key and the batch size that stands there.
    """
    for key, size in asked:
        if not isinstance(size, str) and size > rows:
            raise StudyError(
                f"{where}: {key}: {size} is more than the {rows} training rows of dataset "
                f"{dataset!r}; give at most {rows}, auto or full."
            )


def _task(task: str) -> Task:
    assert task in ("regression", "binary", "multiclass")
    return task  # type: ignore[return-value]  # narrowed by the line above, which mypy does not see
