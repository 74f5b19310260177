"""The numbers of docs/epochs.md are those of the default study."""

import re

import numpy as np
import pytest

import tutorial
from epochwise.answers.batches import iterations_per_epoch
from epochwise.training.baselines import baselines
from helpers import ROOT, tutorial_problem

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


def test_the_loops_index_and_our_epoch(losses):
    assert number(r"prints ([\d,]+), the place in a list") == np.argmin(losses)
    assert number(r"had been trained for ([\d,]+) epochs") == np.argmin(losses) + 1


def test_the_baseline_and_the_networks_loss(losses):
    known = baselines(tutorial_problem()[0])["training_mean"]["validation_loss"]
    assert number(r"a mean squared error of ([\d,]+),") == int(known)
    assert number(r"where the network's is ([\d,]+)\.") == int(losses.min())
