"""The default study is the tutorial's script, bit for bit, over all 5,000 epochs."""

from pathlib import Path

import numpy as np
import pytest

import tutorial
from epochwise import host, loading, plugins, problems, standardise, study
from epochwise.host import Segment
from epochwise.parameters import initial_state

ROOT = Path(__file__).parent.parent
STUDY = ROOT / "config" / "studies" / "diabetes.yaml"


@pytest.fixture(scope="module")
def reference():
    return tutorial.losses(5000)


@pytest.fixture(scope="module")
def prepared():
    """Take the data from source to problem as the workflow's jobs do."""
    one = study.load(STUDY)
    sources = plugins.load_all(ROOT / "plugins", "datasets")
    table, facts = loading.load("diabetes", sources, one.datasets["diabetes"])
    parts = standardise.cut_rows(table, facts, one.resolved["partitions"], 0)
    arrays, scaler = standardise.standardise(table, facts, parts, one.resolved["standardise"])
    values = one.points()["default"].values
    return problems.make(arrays, scaler, values), Segment([42], 0, 5000, values["shuffle"])


@pytest.mark.parametrize("backend", ["numpy", "sklearn"])
def test_every_loss_is_the_tutorials_to_the_last_bit(reference, prepared, backend):
    problem, segment = prepared
    trainer = plugins.load_backend(ROOT / "plugins", backend).value
    going = np.ones(1, bool)
    start = trainer(problem, initial_state(problem, segment.seeds))
    curves, _ = host.train(backend, start, problem, segment, going)
    np.testing.assert_array_equal(curves[1:, 0], reference)


def test_the_tutorials_index_is_our_epoch_less_one(reference):
    assert study.load(STUDY).seeds == [42]
    index = int(np.argmin(reference[:, 1]))
    assert index + 1 == 2024
    assert round(reference[index, 1], 4) == 2620.0227
