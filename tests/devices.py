"""What tests share that run on a graphics card where there is one, and on the CPU as well."""

from dataclasses import replace

import pytest

from epochwise.errors import PluginError
from epochwise.training.contract import Problem
from helpers import lack

DEVICES = [pytest.param("cpu", marks=pytest.mark.long), pytest.param("cuda", marks=pytest.mark.gpu)]
# Relative, in float64. Summing the terms of a product in another order changes it by as many roundings
# of 1.1e-16 as it has terms, and `test_devices.py` shows what becomes of that in training.
TOLERANCE = 1e-9


def put(problem: Problem, device: str) -> Problem:
    """Give a problem that is trained on a device."""
    return replace(problem, hyperparameters=replace(problem.hyperparameters, device=device))


def started(trainer, problem, state):
    """Make a trainer; skip the test where its framework finds no such device."""
    try:
        return trainer(problem, state)
    except PluginError as refusal:
        if problem.hyperparameters.device == "cpu" or "finds no device" not in str(refusal):
            raise
        lack(str(refusal))
