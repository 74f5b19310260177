"""What constants reach: scikit-learn's dummy estimators, measured on every partition."""

import numpy as np
import pytest
from sklearn import metrics as theirs
from sklearn.dummy import DummyClassifier, DummyRegressor

from epochwise.training.baselines import baselines
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters

ROWS = {"train": 60, "validation": 20, "test": 15}


def problem(task, targets, **units):
    parts, start = {}, 0
    for name, rows in ROWS.items():
        own = targets[start : start + rows]
        parts[name] = Partition(np.zeros((rows, 2)), own, own)
        start += rows
    return Problem(task, parts, hyperparameters(), **units)


def test_of_numbers_it_is_the_training_mean_in_the_targets_own_units():
    targets = np.random.default_rng(0).normal(size=(95, 2)) * [1, 1000] + [5, -300]
    units = {"target_mean": np.array([5.0, -300]), "target_scale": np.array([1.0, 1000])}
    one = problem("regression", targets, **units, target_names=["rooms", "price"])
    found = baselines(one)["training_mean"]
    train = one.train.target
    dummy = DummyRegressor().fit(one.train.x, train)
    for name, part in one.partitions.items():
        constant = dummy.predict(part.x)
        each = theirs.mean_squared_error(part.target, constant, multioutput="raw_values")
        assert found[f"{name}_loss"] == pytest.approx(each.mean())
        assert found[f"{name}_mae"] == pytest.approx(
            theirs.mean_absolute_error(part.target, constant)
        )
        assert [found[f"{name}_loss_{target}"] for target in ("rooms", "price")] == pytest.approx(
            each.tolist()
        )


def test_a_partitions_own_mean_is_what_r2_compares_with():
    targets = np.random.default_rng(1).normal(size=(95, 1))
    own = baselines(problem("regression", targets))["own_mean"]
    for name, (start, stop) in {"train": (0, 60), "validation": (60, 80)}.items():
        assert own[f"{name}_loss"] == pytest.approx(targets[start:stop].var())


@pytest.mark.parametrize("classes", [2, 3])
def test_of_classes_it_is_their_shares_which_make_the_largest_the_likeliest(classes):
    labels = np.random.default_rng(2).choice(
        classes, 95, p=[0.2, 0.5, 0.3][-classes:] / np.sum([0.2, 0.5, 0.3][-classes:])
    )
    targets = np.eye(classes)[labels] if classes > 2 else labels[:, np.newaxis] * 1.0
    one = problem("binary" if classes == 2 else "multiclass", targets)
    found = baselines(one)
    assert list(found) == ["training_mean"]
    dummy = DummyClassifier(strategy="prior").fit(one.train.x, labels[:60])
    for name, (start, stop) in {"train": (0, 60), "validation": (60, 80), "test": (80, 95)}.items():
        own, x = labels[start:stop], np.zeros((stop - start, 2))
        of = {key.removeprefix(f"{name}_"): v for key, v in found["training_mean"].items()}
        assert of["loss"] == pytest.approx(
            theirs.log_loss(own, y_proba=dummy.predict_proba(x), labels=range(classes))
        )
        assert of["accuracy"] == pytest.approx(theirs.accuracy_score(own, dummy.predict(x)))
        assert of["balanced_accuracy"] == pytest.approx(1 / classes)
