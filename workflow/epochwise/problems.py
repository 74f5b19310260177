"""From a fold's arrays and a point's hyperparameters to the problem that a backend gets."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from epochwise.contract import Array, Hyperparameters, Partition, Problem, Task
from epochwise.errors import StudyError
from epochwise.standardise import Scaler

AUTO = 200  # scikit-learn's batch_size="auto" is min(200, rows)


def make(arrays: Mapping[str, Array], scaler: Scaler, values: Mapping[str, Any]) -> Problem:
    """Make a problem.

    Parameters
    ----------
    arrays, scaler : what `epochwise.standardise.standardise` gave.
    values : the hyperparameters, as they stand in a study.

    Raises
    ------
    StudyError
        A batch size above the number of training rows.
    """
    hp = {
        field.name: values[field.name] for field in fields(Hyperparameters) if field.name in values
    }
    hp["hidden_layer_sizes"] = tuple(hp["hidden_layer_sizes"])
    hp["batch_size"] = batch_size(hp["batch_size"], scaler.rows["train"])
    dtype = hp["dtype"]
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
        hyperparameters=Hyperparameters(**hp),
        target_mean=None if scaler.target_mean is None else np.array(scaler.target_mean),
        target_scale=None if scaler.target_scale is None else np.array(scaler.target_scale),
    )


def batch_size(asked: int | str, rows: int) -> int:
    """Give the rows per update: "auto" is min(200, rows)."""
    if asked == "auto":
        return min(AUTO, rows)
    if int(asked) > rows:
        raise StudyError(
            f"training.batch_size: {asked} is more than the {rows} training rows; give at most "
            f"{rows}, or auto."
        )
    return int(asked)


def _task(task: str) -> Task:
    assert task in ("regression", "binary", "multiclass")
    return task  # type: ignore[return-value]  # narrowed by the line above, which mypy does not see
