"""Patience against the frameworks themselves, and the moving average."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from answers.made import REGISTRY
from epochwise.answers.moving_average import MovingAverage
from epochwise.answers.prechelt import GeneralisationLoss, ProgressQuotient, UpStrips
from epochwise.answers.stopping import NEVER, Criterion, Patience, in_a_row
from helpers import load

pytestmark = pytest.mark.versions


def random_curves(count, epochs, seed):
    """Return curves that fall and rise with noise; a third has ties, some have NaN inside."""
    draw = np.random.default_rng(seed)
    valley = np.abs(np.linspace(-1, 1, epochs) - draw.uniform(-1, 1, (count, 1)))
    curves = 1 + valley + draw.uniform(0, 0.5, (count, 1)) * draw.standard_normal((count, epochs))
    curves[::3] = np.round(curves[::3] * 4) / 4
    curves[draw.random(curves.shape) < 0.01] = np.nan
    curves[:, -1] = 1.0  # a series ends at its last finite loss, Keras would go on
    return curves


@pytest.mark.long  # Keras takes half a minute to import
@pytest.mark.parametrize("patience", [0, 1, 2, 5, 12])
@pytest.mark.parametrize(("min_delta", "warmup"), [(0, 0), (0.25, 0), (0.03, 3), (0, 7), (0, 50)])
def test_patience_decides_as_keras(patience, min_delta, warmup):
    callbacks = load("keras.callbacks")
    curves = random_curves(60, 40, seed=[patience, warmup])
    criterion = Patience(patience, min_delta, warmup)
    decided = criterion.stops(curves, curves)
    for losses, stop in zip(curves, decided, strict=True):
        assert stop == keras_stop(callbacks, losses, patience, min_delta, warmup)


def keras_stop(callbacks, losses, patience, min_delta, warmup):
    """Let the real callback watch a series of losses; return the epoch at which it stops."""
    watch = callbacks.EarlyStopping(
        monitor="val_loss",
        mode="min",
        patience=patience,
        min_delta=min_delta,
        start_from_epoch=warmup,
    )
    watch.set_model(type("Model", (), {"stop_training": False})())
    watch.on_train_begin()
    for epoch, loss in enumerate(losses):
        # a float64 array, because Keras compares Python floats in float32
        watch.on_epoch_end(epoch, {"val_loss": np.asarray(loss)})
        if watch.model.stop_training:
            return epoch + 1
    return NEVER


def sequential_keras(losses, patience, min_delta, warmup):
    """Decide epoch by epoch by the rule in the documentation of Keras."""
    best, wait = None, 0
    for epoch, loss in enumerate(losses):
        if epoch < warmup:
            continue
        wait += 1
        if best is None or loss + min_delta < best:
            best, wait = loss, 0
        elif wait >= patience:
            return epoch + 1
    return NEVER


def sequential_scikit_learn(losses, patience, tolerance):
    """Decide epoch by epoch as scikit-learn counts n_iter_no_change."""
    best, count = np.inf, 0
    for epoch, loss in enumerate(losses):
        count = count + 1 if loss > best - tolerance else 0
        best = min(best, loss)
        if count > patience:
            return epoch + 1
    return NEVER


shapes = st.tuples(st.integers(1, 4), st.integers(1, 30))
series = arrays(float, shapes, elements=st.floats(0, 4, width=16))


@settings(max_examples=300, deadline=None)
@given(
    arrays(float, shapes, elements=st.integers(0, 4).map(float) | st.just(np.nan)),
    st.integers(0, 6),
    st.sampled_from([0, 0.5, 1]),
    st.integers(0, 5),
)
def test_patience_takes_a_missing_loss_as_keras_does(losses, patience, min_delta, warmup):
    losses[:, -1] = 1.0  # a series ends at its last finite loss
    stops = Patience(patience, min_delta, warmup).stops(losses, losses)
    expected = [sequential_keras(each, patience, min_delta, warmup) for each in losses]
    assert stops.tolist() == expected


@settings(max_examples=300, deadline=None)
@given(series, st.integers(0, 6), st.sampled_from([0, 0.125, 1]), st.integers(0, 5))
def test_patience_decides_as_an_epoch_by_epoch_rule(losses, patience, min_delta, warmup):
    stops = Patience(patience, min_delta, warmup).stops(losses, losses)
    assert stops.tolist() == [
        sequential_keras(each, patience, min_delta, warmup) for each in losses
    ]
    stops = Patience(patience, min_delta, counting="scikit_learn").stops(losses, losses)
    expected = [sequential_scikit_learn(each, patience, min_delta) for each in losses]
    assert stops.tolist() == expected


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("patience", [2, 5])
@pytest.mark.parametrize("seed", range(4))
def test_patience_decides_as_scikit_learn_on_real_runs(early_stopping, patience, seed):
    from sklearn.datasets import load_diabetes
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import scale

    x, y = load_diabetes(return_X_y=True)
    tolerance = [0.0, 1e-4, 1e-3, 1e-2][seed]
    network = MLPRegressor(
        hidden_layer_sizes=(10,),
        learning_rate_init=0.01,
        max_iter=2000,
        early_stopping=early_stopping,
        n_iter_no_change=patience,
        tol=tolerance,
        random_state=seed,
    ).fit(scale(x), scale(y))
    # validation scores are better when higher, so the loss is their negative
    scores = network.validation_scores_ if early_stopping else None
    losses = np.array([network.loss_curve_ if scores is None else np.negative(scores)])
    stop = Patience(patience, tolerance, counting="scikit_learn").stops(losses, losses)
    assert network.n_iter_ < 2000
    assert stop.tolist() == [network.n_iter_]


def test_warm_up_longer_than_the_run_never_stops():
    losses = np.ones((2, 4))
    assert Patience(1, warmup=4).stops(losses, losses).tolist() == [NEVER] * 2


def test_nothing_is_decided_after_the_last_finite_loss():
    losses = np.array([[3, 1, 2, np.nan, np.nan], [3, 1, 2, 2, np.nan], [np.nan] * 5])
    for counting, expected in (("keras", [-1, 4, -1]), ("scikit_learn", [-1, -1, -1])):
        assert Patience(2, counting=counting).stops(losses, losses).tolist() == expected


def naive_average(losses, window):
    return np.array(
        [losses[max(0, end - window) : end].mean() for end in range(1, len(losses) + 1)]
    )


@settings(max_examples=60, deadline=None)
@given(series, st.integers(1, 12), st.integers(1, 3))
def test_the_moving_average_is_the_criterion_on_averaged_losses(losses, window, strip):
    averaged = np.stack([naive_average(each, window) for each in losses])
    for criterion in (
        GeneralisationLoss(3, strip),
        UpStrips(2, strip),
        ProgressQuotient(0.5, strip),
    ):
        expected = criterion.stops(averaged, averaged)
        assert MovingAverage(window, criterion).stops(losses, losses).tolist() == expected.tolist()


def test_the_moving_average_keeps_small_losses_exact_after_large_ones():
    falling = np.array([[1e12, 4e-6, 3e-6, 2e-6, 1e-6, 3e-6]])
    assert MovingAverage(2, Patience(1)).stops(falling, falling).tolist() == [6]


@pytest.mark.parametrize("name", ["GL", "PQ", "UP", "patience"])
def test_a_run_with_no_epoch_or_shorter_than_a_strip_never_stops(name):
    criterion = REGISTRY[name](1)
    for epochs in (0, 1):
        losses = np.ones((3, epochs))
        for each in (criterion, MovingAverage(3, criterion)):
            assert each.stops(losses, losses).tolist() == [NEVER] * 3


def test_labels_tell_criteria_apart():
    labels = [
        Patience(20).label,
        Patience(20, 0.5, 3).label,
        Patience(10, counting="scikit_learn").label,
        GeneralisationLoss(5).label,
        ProgressQuotient(0.75, strip=10).label,
        UpStrips(3, floor=0.1).label,
        MovingAverage(10, GeneralisationLoss(5)).label,
    ]
    assert labels == [
        "patience(20)",
        "patience(20, min_delta=0.5, warmup=3)",
        "patience(10, counting=scikit_learn)",
        "GL(5)",
        "PQ(0.75, strip=10)",
        "UP(3, floor=0.1)",
        "mean(10) of GL(5)",
    ]
    assert isinstance(Patience(1), Criterion)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Patience(1.5),
        lambda: Patience(-1),
        lambda: Patience(True),
        lambda: Patience(1, -0.1),
        lambda: Patience(1, np.inf),
        lambda: Patience(1, np.nan),
        lambda: Patience(1, 0, -1),
        lambda: Patience(1, 0, 1.5),
        lambda: MovingAverage(0, Patience(1)),
        lambda: MovingAverage(1.5, Patience(1)),
    ],
)
def test_parameters_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=r"it must be a (whole )?number from [01]"):
        wrong()
    assert Patience(0, 0, 0).label == "patience(0)"


def test_the_average_of_one_epoch_is_the_series_itself():
    losses = np.array([[3.0, 1, 2, 3], [4, 3, 2, 1]])
    one = MovingAverage(1, Patience(2)).stops(losses, losses)
    assert one.tolist() == Patience(2).stops(losses, losses).tolist() == [4, NEVER]


def test_the_first_epoch_is_an_improvement_and_the_second_only_where_it_is_lower():
    losses = np.array([[1.0, 1, 1, 1], [1, 2, 0, 1], [2, 1, 1, 1]])
    assert Patience(2).stops(losses, losses).tolist() == [3, NEVER, 4]
    assert Patience(1).stops(losses, losses).tolist() == [2, 2, 3]


def test_what_is_true_in_a_row_is_counted_from_the_first_column_on():
    flags = np.array([[1, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]], bool)
    assert in_a_row(flags).tolist() == [[1, 2, 0, 1], [0, 0, 1, 2], [1, 2, 3, 4]]
