"""What is known of a network at an epoch: scikit-learn's RMSE and R², and what was measured."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from answers.made import loss_table, read
from epochwise.tables.scores import baseline_scores, scores_at
from epochwise.tables.summary import summarise

RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=(30, 2)) * [1, 50]
PREDICTIONS = TARGET + RNG.normal(size=(2, 30, 2)) * [0.5, 20]  # after epochs 0 and 1
MEAN = {name: float(v) for name, v in zip(("a", "b"), TARGET.var(axis=0), strict=True)}


def squares(epoch):
    return theirs.mean_squared_error(TARGET, PREDICTIONS[epoch], multioutput="raw_values")


@pytest.fixture
def losses():
    """One run of two targets, its validation losses in columns of their own."""
    table = loss_table([squares(0).mean(), squares(1).mean()]).assign(validation_mae=[7.0, 5.0])
    for number, name in enumerate(MEAN):
        table[f"validation_loss_{name}"] = [squares(0)[number], squares(1)[number]]
    own = {f"validation_loss_{name}": value for name, value in MEAN.items()}
    constants = own | {"validation_loss": sum(own.values()) / 2, "validation_mae": 8.0}
    constants |= {"train_loss": 123.0}
    zeros = {name: 2 * value for name, value in constants.items()}
    return read(table, epochs=1, baselines={"own_mean": constants, "training_mean": zeros})


def test_rmse_and_r2_of_several_targets_are_scikit_learns(losses):
    (curves,) = losses.curves(losses.measured)
    for epoch in (0, 1):
        found = scores_at(curves, "validation", np.array([epoch]))
        wanted = theirs.r2_score(TARGET, PREDICTIONS[epoch], multioutput="raw_values")
        assert [found["r2_a"][0], found["r2_b"][0]] == pytest.approx(wanted.tolist())
        assert found["r2"] == pytest.approx(wanted.mean())
        assert found["rmse"] == pytest.approx(np.sqrt(squares(epoch).mean()))
        assert found["rmse_b"] == pytest.approx(np.sqrt(squares(epoch)[1]))


def test_a_baseline_is_given_in_the_same_quantities(losses):
    found = baseline_scores(losses.curves(losses.measured)[0], "validation")
    assert found["loss"] == pytest.approx(2 * sum(MEAN.values()) / 2)
    assert found["r2_a"] == pytest.approx(-1)
    assert found["rmse_a"] == pytest.approx(np.sqrt(2 * MEAN["a"]))


def test_only_squared_errors_of_the_partition_have_a_root_and_an_r2(losses):
    (curves,) = losses.curves(losses.measured)
    squared = ["loss", "rmse", "r2", *(f"{m}_{of}" for of in MEAN for m in ("loss", "rmse", "r2"))]
    assert set(scores_at(curves, "validation", np.array([1]))) == {*squared, "mae"}
    assert set(baseline_scores(curves, "validation")) == {*squared, "mae"}
    assert scores_at(curves, "validation", np.array([1]))["mae"] == [5]
    assert set(scores_at(curves, "train", np.array([1]))) == {"loss", "rmse", "r2"}


def test_every_run_has_its_own_r2():
    table = loss_table([[4.0, 2], [4, 1]])
    table["validation_loss_a"], table["validation_loss_b"] = [4.0, 2, 4, 1], [0.5, 0.5, 0.5, 0.0]
    known = {"own_mean": {"validation_loss_a": 4.0, "validation_loss_b": 1.0}}
    losses = read(table, epochs=1, baselines=known)
    (curves,) = losses.curves(losses.measured)
    found = scores_at(curves, "validation", np.array([1, 1]))
    assert found["r2_a"].tolist() == [0.5, 0.75]
    assert found["r2"].tolist() == [0.5, 0.875]


def test_without_the_own_mean_there_is_no_r2_and_a_run_without_epoch_has_no_score():
    (curves,) = read(loss_table([[3.0, 2], [3, 1]]), epochs=1).curves()
    found = scores_at(curves, "validation", np.array([-1, 1]))
    assert list(found) == ["loss"]
    assert np.isnan(found["loss"][0])
    assert found["loss"][1] == 1
    assert baseline_scores(curves, "validation") == {}


def test_a_constant_target_has_no_r2():
    table = loss_table([[3.0, 2]])
    known = {"own_mean": {"validation_loss": 0.0}, "training_mean": {"validation_loss": 0.0}}
    (curves,) = read(table, epochs=1, baselines=known).curves()
    assert np.isnan(scores_at(curves, "validation", np.array([1]))["r2"][0])


def test_every_score_is_in_the_summary(losses):
    (row,) = summarise(losses).to_dict("records")
    assert row["validation_r2_at_best"] == pytest.approx(
        theirs.r2_score(TARGET, PREDICTIONS[row["best_epoch"]])
    )
    assert row["final_validation_rmse"] == pytest.approx(np.sqrt(squares(1).mean()))
    assert row["baseline_validation_loss"] == pytest.approx(sum(MEAN.values()))


@pytest.mark.parametrize(
    ("validation", "planned", "censored"),
    [([3, 2, 1], 2, True), ([3, 1, 2], 2, False), ([3, 2, 1], 5, False), ([1], 0, True)],
)
def test_a_best_epoch_at_the_very_end_of_training_is_censored(validation, planned, censored):
    (row,) = summarise(read(loss_table(np.array([validation], float)), epochs=planned)).to_dict(
        "records"
    )
    assert row["censored"] == censored
