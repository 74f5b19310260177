"""What several backends need: data laid out for compiled loops."""

from typing import Any

import numpy as np

from epochwise.training.contract import Problem


def compiled_data(problem: Problem) -> dict[str, Any]:
    """Give what a compiled loop trains on and measures: one forward pass serves all partitions.

    ``outputs * scale + mean`` are in the target's own units.
    """
    parts, outputs = problem.partitions.values(), problem.train.y.shape[1]
    mean, scale = problem.target_mean, problem.target_scale
    return {
        "x": np.concatenate([part.x for part in parts]),  # the training rows come first
        "y": problem.train.y,
        "targets": [part.target for part in parts],
        "mean": np.zeros(outputs) if mean is None else mean,
        "scale": np.ones(outputs) if scale is None else scale,
    }
