"""The numbers of docs/epochs.md are those of the default study."""

import re
from itertools import combinations

import numpy as np
import pytest

import tutorial
from epochwise.answers.batches import iterations_per_epoch
from epochwise.training.baselines import baselines
from epochwise.training.metrics import columns_of
from helpers import ROOT, shipped_problem, train_whole, tutorial_problem

PAGE = (ROOT / "docs" / "epochs.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def losses():
    return tutorial.losses(2100)[:, 1]


def number(pattern):
    """Find the one number that the page gives in these words."""
    (found,) = re.findall(pattern, re.sub(r"\s+", " ", PAGE))
    return int(found.replace(",", ""))


def test_rows_batches_and_iterations():
    problem, _ = tutorial_problem()
    rows, size = len(problem.train.x), problem.hyperparameters.batch_size
    assert number(r"leave ([\d,]+) rows to train on") == rows
    assert number(r"scikit-learn's batch size is ([\d,]+),") == size
    assert number(r"an epoch is ([\d,]+) iterations") == iterations_per_epoch(rows, size)
    assert number(r"rows, then the other ([\d,]+)\.") == rows - size
    assert number(r"updated ([\d,]+) times") == 2 * number(r"After ([\d,]+) epochs")
    assert number(r"1,000 rows in batches of 100 make ([\d,]+) iterations") == 10


def test_curves_of_batch_sizes_lie_far_apart_by_epoch_and_close_together_by_update():
    """Of the study that the page names, at three of its batch sizes."""
    assert "The study `batch_size` shows it" in PAGE
    curves = {}
    for size in (32, 128, 353):
        problem, segment = shipped_problem("batch_size", f"batch_size={size}")
        names = [str(column) for column in columns_of(problem)]
        losses = train_whole("numpy", problem, segment)[:, 0, names.index("validation_loss")]
        each = iterations_per_epoch(len(problem.train.x), size)
        curves[size] = np.log(losses), each * np.arange(len(losses))
    for one, other in combinations(curves.values(), 2):
        by_epoch = np.abs(one[0] - other[0])[1:].mean()
        updates = np.arange(50, min(one[1][-1], other[1][-1]) + 1)
        at = (np.interp(updates, iterations, losses) for losses, iterations in (one, other))
        assert np.abs(next(at) - next(at)).mean() < by_epoch / 20


def test_the_loops_index_and_our_epoch(losses):
    assert number(r"prints ([\d,]+), the place in a list") == np.argmin(losses)
    assert number(r"had been trained for ([\d,]+) epochs") == np.argmin(losses) + 1


def test_the_baseline_and_the_networks_loss(losses):
    known = baselines(tutorial_problem()[0])["training_mean"]["validation_loss"]
    assert number(r"a mean squared error of ([\d,]+),") == int(known)
    assert number(r"where the network's is ([\d,]+)\.") == int(losses.min())
