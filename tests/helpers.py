"""What several tests share."""

import importlib
import importlib.util
import os
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from epochwise.arrays import Array
from epochwise.data import loading, standardise
from epochwise.plugins import registry
from epochwise.study import study
from epochwise.training import host, problems
from epochwise.training.contract import Problem
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment

ROOT = Path(__file__).parents[1]
PLUGINS = ROOT / "plugins"


def require(module: str) -> None:
    """Skip a test whose module is not installed; with EPOCHWISE_REQUIRE_ALL=1 it fails instead."""
    package = module.split(".")[0]
    if importlib.util.find_spec(package) is not None:
        return
    lack(f"{package} is not installed; try: pip install 'epochwise[{package}]'")


def lack(sentence: str) -> None:
    """Skip for want of something; where everything is to be there, fail."""
    if os.environ.get("EPOCHWISE_REQUIRE_ALL") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


def load(module: str) -> ModuleType:
    """Import a module that is not in the base install, if it is there."""
    require(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # frameworks use what others have deprecated
        return importlib.import_module(module)


def tutorial_problem() -> tuple[Problem, Segment]:
    """Take the default study's data from source to problem as the workflow's jobs do."""
    return shipped_problem("diabetes", "default")


def shipped_problem(name: str, point: str) -> tuple[Problem, Segment]:
    """Take a point of a shipped study of the Diabetes data from source to problem, and its first seed."""
    one = study.load(ROOT / "config" / "studies" / f"{name}.yaml")
    sources = registry.load_all(PLUGINS, "datasets")
    table, facts = loading.load("diabetes", sources, one.datasets["diabetes"])
    parts = standardise.cut_rows(table, facts, one.resolved["partitions"], 0)
    arrays, scaler = standardise.standardise(table, facts, parts, one.resolved["standardise"])
    values, hyperparameters = one.points()[point].values, one.points()[point].hyperparameters
    segment = Segment(one.seeds[:1], 0, values["epochs"], values["shuffle"])
    return problems.make(arrays, scaler, hyperparameters), segment


def train_whole(backend: str, problem: Problem, segment: Segment) -> Array:
    """Train a segment from untrained networks; the losses (epochs, seeds, columns)."""
    trainer = registry.load_backend(PLUGINS, backend).value
    start = trainer(problem, initial_state(problem, segment.seeds))
    going = np.ones(len(segment.seeds), bool)
    return host.train(backend, start, problem, segment, going)[0]
