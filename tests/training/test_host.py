"""The host measures, notices divergence and contradictions, and resumes without a trace."""

from dataclasses import replace

import numpy as np
import pytest

from epochwise.errors import PluginError
from epochwise.plugins.registry import load_backend
from epochwise.training import host, metrics
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment
from helpers import PLUGINS

pytestmark = pytest.mark.versions


@pytest.fixture(autouse=True)
def only_losses(monkeypatch):
    """Measure one thing, as the host does not care how many there are."""
    monkeypatch.setattr(metrics, "METRICS", [one for one in metrics.METRICS if one.name == "loss"])
    metrics.metrics_of.cache_clear()
    yield
    monkeypatch.undo()
    metrics.metrics_of.cache_clear()


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 1))
    parts = {"train": slice(20), "validation": slice(20, 30)}
    hp = hyperparameters(hidden_layer_sizes=(5,), batch_size=8)
    return Problem("regression", {n: Partition(x[s], y[s], y[s]) for n, s in parts.items()}, hp)


@pytest.fixture
def trainer(plugins):
    return load_backend(plugins, "numpy").value


def train(problem, trainer, segment, state=None):
    state = state or initial_state(problem, segment.seeds)
    made = trainer(problem, state)
    going = np.ones(len(segment.seeds), bool)
    curves, going = host.train("tested", made, problem, segment, going)
    return curves, going, made.state()


def test_epoch_0_is_the_untrained_network_and_has_a_row(problem, trainer):
    curves, _, _ = train(problem, trainer, Segment([1], 0, 4, "every_epoch"))
    assert curves.shape == (5, 1, 2)
    untrained = trainer(problem, initial_state(problem, [1]))
    assert curves[0, 0].tolist() == host.measure_all("tested", untrained, problem)[0].tolist()


@pytest.mark.parametrize("shuffle", ["every_epoch", "never", "scikit_learn"])
def test_stopping_and_going_on_changes_nothing(problem, trainer, shuffle):
    whole, _, end = train(problem, trainer, Segment([1, 7], 0, 9, shuffle))
    first, _, state = train(problem, trainer, Segment([1, 7], 0, 4, shuffle))
    second, _, resumed = train(problem, trainer, Segment([1, 7], 4, 9, shuffle), state)
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)
    assert all(np.array_equal(end[name], resumed[name]) for name in end)


def test_a_seed_trains_alike_alone_and_among_others(problem, trainer):
    together, _, _ = train(problem, trainer, Segment([3, 4, 5], 0, 6, "every_epoch"))
    alone, _, _ = train(problem, trainer, Segment([4], 0, 6, "every_epoch"))
    np.testing.assert_array_equal(together[:, 1], alone[:, 0])


def test_a_diverging_run_keeps_its_finite_rows_and_stops_no_other(problem, trainer):
    wild = replace(problem.hyperparameters, solver="sgd", learning_rate_init=1e3)
    curves, going, _ = train(
        replace(problem, hyperparameters=wild), trainer, Segment([1], 0, 50, "never")
    )
    finite = np.isfinite(curves[:, 0, 0])
    assert not going.any()
    assert finite[0]
    last = finite.sum()
    assert finite[:last].all()
    assert not finite[last:].any()


class Wrapped:
    """The reference backend, to be spoiled in one place."""

    def __init__(self, problem, state):

        folder = PLUGINS
        self.inner = load_backend(folder, "numpy").value(problem, state)
        self.problem = problem

    def run_epoch(self, batches):
        self.inner.run_epoch(batches)

    def predict(self, x):
        return self.inner.predict(x)

    def state(self):
        return self.inner.state()


class FlatPredictions(Wrapped):
    def predict(self, x):
        return self.inner.predict(x)[..., 0]


class NotANumber(Wrapped):
    def predict(self, x):
        return self.inner.predict(x) * np.nan


class OneNetwork(Wrapped):
    def predict(self, x):
        return self.inner.predict(x)[:1]


class Boasting(Wrapped):
    def run_epochs(self, orders):
        for order in orders:
            self.inner.run_epoch([order[:, i : i + 8] for i in range(0, 20, 8)])
        return np.zeros((len(orders), orders.shape[1], 2))


class LastRowAlone(Wrapped):
    def run_epochs(self, orders):
        for order in orders:
            self.inner.run_epoch([order[:, i : i + 8] for i in range(0, 20, 8)])
        return host.measure_all("it", self, self.problem)[np.newaxis]


class LastRowWithoutEpochs(LastRowAlone):
    def run_epochs(self, orders):
        return super().run_epochs(orders)[0]


class NothingAtAll(LastRowAlone):
    def run_epochs(self, orders):
        super().run_epochs(orders)


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (FlatPredictions, r"'tested'.*shape \(2, 20\); it must be \(seeds, rows, outputs\)"),
        (NotANumber, r"'tested'.*NaN or infinity for untrained networks"),
        (OneNetwork, r"'tested'.*1 networks for 2 seeds"),
        (Boasting, r"'tested'.*reports train_loss .*0\.0.* after epoch 3, but its predict gives"),
        (LastRowAlone, r"'tested'.*run_epochs gave.*shape \(1, 2, 2\).*here \(3, 2, 2\)"),
        (LastRowWithoutEpochs, r"'tested'.*run_epochs gave.*shape \(2, 2\).*here \(3, 2, 2\)"),
        (NothingAtAll, r"'tested'.*run_epochs gave a NoneType; .* plain NumPy array of float64"),
    ],
)
def test_a_backend_that_answers_wrongly_is_told_how(problem, broken, sentence):
    with pytest.raises(PluginError, match=sentence):
        train(problem, broken, Segment([1, 2], 0, 3, "never"))


def test_a_run_that_diverges_in_a_stretch_is_checked_for_its_shape_too(problem):
    wild = replace(problem.hyperparameters, solver="sgd", learning_rate_init=1e300)
    with pytest.raises(PluginError, match="run_epochs gave"):
        train(replace(problem, hyperparameters=wild), LastRowAlone, Segment([1, 2], 0, 3, "never"))


# ---- networks whose outputs are given, so that every loss is a square ----


class Given:
    """A trainer whose networks put out a given number, times the first feature, in each epoch."""

    def __init__(self, outputs):
        self.outputs = np.array(outputs, float)  # (epochs + 1, seeds)
        self.epoch, self.batches = 0, []

    def run_epoch(self, batches):
        self.epoch += 1
        self.batches.append(batches)

    def predict(self, x):
        return self.outputs[self.epoch][:, np.newaxis, np.newaxis] * x[:, :1]


class GivenInStretches(Given):
    """The same, in stretches; what it claims of each epoch's losses may differ from what is so."""

    def __init__(self, outputs, claimed=None):
        super().__init__(outputs)
        self.claimed = self.outputs**2 if claimed is None else np.array(claimed, float)
        self.lengths = []

    def run_epochs(self, orders):
        self.lengths.append(len(orders))
        began, self.epoch = self.epoch, self.epoch + len(orders)
        losses = self.claimed[began + 1 : self.epoch + 1]
        return np.repeat(losses[..., np.newaxis], 2, axis=-1)


def squares(dtype="float64", validation_x=1.0):
    """Twenty training rows and ten validation rows whose target is 0."""

    def part(rows, x):
        return Partition(np.full((rows, 1), x), np.zeros((rows, 1)), np.zeros((rows, 1)))

    parts = {"train": part(20, 1.0), "validation": part(10, validation_x)}
    hp = hyperparameters(hidden_layer_sizes=(), batch_size=8, dtype=dtype)
    return Problem("regression", parts, hp)


def train_given(trainer, going=None, problem=None, watch=lambda *_: None):
    epochs, seeds = trainer.outputs.shape
    segment = Segment(list(range(seeds)), 0, epochs - 1, "every_epoch")
    going = np.ones(seeds, bool) if going is None else going
    return host.train("given", trainer, problem or squares(), segment, going, watch)


@pytest.mark.parametrize("kind", [Given, GivenInStretches])
def test_a_run_is_nan_from_its_first_loss_that_is_not_finite_on(kind):
    outputs = [[1, 1, 1], [2, 2, 2], [3, np.inf, 3], [4, 4, 4], [5, 5, np.nan]]
    told, going = [], np.ones(3, bool)
    curves, after = train_given(kind(outputs), going, watch=lambda *row: told.append(row))
    nan = np.nan
    wanted = [[1, 1, 1], [4, 4, 4], [9, nan, 9], [16, nan, 16], [25, nan, nan]]
    np.testing.assert_array_equal(curves, np.repeat(np.array(wanted)[..., np.newaxis], 2, axis=-1))
    assert after.tolist() == [True, False, False]
    assert going.all()  # the caller's own array is left alone
    assert [epoch for epoch, _ in told] == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal([losses for _, losses in told], curves)


def test_one_partition_whose_loss_overflows_ends_the_run():
    problem = squares(validation_x=1e10)
    curves, going = train_given(Given([[1, 1], [1e150, 1], [1, 1]]), problem=problem)
    np.testing.assert_array_equal(curves[0], [[1, 1e20], [1, 1e20]])
    np.testing.assert_array_equal(curves[1:, 0], np.full((2, 2), np.nan))
    np.testing.assert_array_equal(curves[1:, 1], [[1, 1e20], [1, 1e20]])
    assert going.tolist() == [False, True]


def test_a_run_that_diverged_before_stays_out_and_the_others_go_on():
    curves, going = train_given(Given(np.ones((4, 2))), np.array([False, True]))
    np.testing.assert_array_equal(curves[:, 0], np.full((4, 2), np.nan))
    np.testing.assert_array_equal(curves[:, 1], np.ones((4, 2)))
    assert going.tolist() == [False, True]


def test_no_epoch_is_trained_where_no_run_is_left():
    trainer = Given([[1, 1], [np.inf, 1], [1, np.inf], [1, 1], [1, 1]])
    curves, going = train_given(trainer)
    assert trainer.epoch == 2
    assert not going.any()
    assert np.isnan(curves[2:]).all()
    trainer, later = Given(np.ones((4, 2))), Segment([0, 1], 2, 5, "never")
    curves, going = host.train("given", trainer, squares(), later, np.zeros(2, bool))
    assert trainer.epoch == 0
    assert curves.shape == (3, 2, 2)
    assert np.isnan(curves).all()


def test_the_batches_of_an_epoch_hold_every_row_once_and_the_last_is_short():
    trainer = Given(np.ones((3, 2)))
    train_given(trainer)
    for batches in trainer.batches:
        assert [batch.shape for batch in batches] == [(2, 8), (2, 8), (2, 4)]
        rows = np.concatenate(batches, axis=1)
        np.testing.assert_array_equal(np.sort(rows), [range(20), range(20)])
        assert (rows[0] != rows[1]).any()
    first, second = (np.concatenate(batches, axis=1) for batches in trainer.batches)
    assert (first != second).any(axis=1).all()


def test_a_segment_is_trained_in_stretches_of_the_longest_length_and_a_rest(monkeypatch):
    monkeypatch.setattr(host, "STRETCH", 3)
    outputs = np.arange(16.0).reshape(8, 2) + 1
    trainer = GivenInStretches(outputs)
    curves, _ = train_given(trainer)
    assert trainer.lengths == [3, 3, 1]
    np.testing.assert_array_equal(curves[..., 1], outputs**2)


@pytest.mark.parametrize(
    ("kind", "kept"), [(Given, [3, 4, 5, 6, 7, 8, 9]), (GivenInStretches, [5, 8])]
)
def test_what_has_been_reached_may_be_kept_where_the_trainer_stands_at_that_epoch(
    monkeypatch, kind, kept
):
    monkeypatch.setattr(host, "STRETCH", 3)
    trainer, offered = kind(np.ones((10, 2))), []
    trainer.epoch = 2

    def keep(epoch, curves, going):
        offered.append(epoch)
        assert epoch == trainer.epoch
        assert len(curves) == epoch - 2

    later = Segment([0, 1], 2, 9, "never")
    host.train("given", trainer, squares(), later, np.ones(2, bool), keep=keep)
    assert offered == kept


def test_epoch_0_is_not_kept_since_who_goes_on_from_there_would_measure_it_again():
    kept = []
    host.train(
        "given",
        Given([[1.0, 1.0]] * 4),
        squares(),
        Segment([0, 1], 0, 3, "never"),
        np.ones(2, bool),
        keep=lambda epoch, curves, going: kept.append(epoch),
    )
    assert kept == [1, 2, 3]


@pytest.mark.parametrize("seeds", [1, 400, 419, 420, 1000, 10**7])
def test_a_stretch_has_at_most_500_epochs_and_32_mb_of_row_numbers(problem, seeds):
    length, bytes_per_epoch = host.stretch_length(problem, seeds), 8 * seeds * 20
    assert 1 <= length <= 500
    assert length == 1 or length * bytes_per_epoch <= 32 * 2**20
    assert length == 500 or (length + 1) * bytes_per_epoch > 32 * 2**20


def refused(trainer, **how):
    try:
        train_given(trainer, **how)
    except PluginError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 1e-3)])
@pytest.mark.parametrize("measured", [100.0, 1.0, 0.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_compiled_loop_may_be_off_by_the_tolerance_of_its_precision(
    dtype, tolerance, measured, sign
):
    """Relative to the loss, or to the tolerance itself where the loss is lower than that."""
    allowed = tolerance * max(measured, tolerance)
    outputs = np.full((4, 3), np.sqrt(measured))
    for share, wrong in [(0.99, False), (1.01, True)]:
        claimed = np.full((4, 3), measured)
        claimed[-1, 1] += sign * share * allowed
        sentence = refused(GivenInStretches(outputs, claimed), problem=squares(dtype))
        assert ("reports train_loss" in sentence) == wrong


def test_what_a_compiled_loop_says_of_other_epochs_than_the_last_is_taken_as_it_is():
    claimed = np.ones((5, 2))
    claimed[1:4] = 7
    curves, _ = train_given(GivenInStretches(np.ones((5, 2)), claimed))
    assert curves[:, 0, 0].tolist() == [1, 7, 7, 7, 1]


@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_a_compiled_loop_may_not_claim_or_hide_that_a_run_diverged(strange):
    finite, diverged = np.ones((3, 2)), np.ones((3, 2))
    diverged[-1, 1] = strange
    assert "after epoch 2, but its predict gives" in refused(GivenInStretches(finite, diverged))
    assert "after epoch 2, but its predict gives" in refused(GivenInStretches(diverged, finite))
    assert refused(GivenInStretches(diverged)) == ""


class NoPredictions(Wrapped):
    def predict(self, x):
        self.inner.predict(x)


class TwoAxes(Wrapped):
    def predict(self, x):
        return self.inner.predict(x)[..., 0]


class RowTooFew(Wrapped):
    def predict(self, x):
        return self.inner.predict(x)[:, 1:]


class OneNaN(Wrapped):
    def predict(self, x):
        return self.inner.predict(x) * [[[1.0]], [[np.nan]]]


class Gives:
    """Predicts the same for every row."""

    def __init__(self, *outputs):
        self.outputs = np.array(outputs)

    def predict(self, x):
        return np.broadcast_to(self.outputs, (2, len(x), len(self.outputs)))


@pytest.mark.parametrize(
    ("task", "outputs", "sentence"),
    [
        ("binary", [1.5], r"gave the probability 1\.5; probabilities lie from 0 to 1"),
        ("binary", [-1e-6], r"gave the probability -1e-06"),
        (
            "multiclass",
            [0.5, 0.6],
            r"probabilities of the classes of a row that sum to 1\.1; they must",
        ),
        ("multiclass", [2.0, -1.0], r"gave the probability -1;"),
        ("binary", [1.0], ""),
        ("binary", [1 + 1e-12], ""),
        ("multiclass", [0.3, 0.7 + 1e-12], ""),
        ("multiclass", [np.nan, np.nan], ""),
        ("regression", [7.0], ""),
    ],
)
def test_what_is_no_probability_is_the_backend_s_mistake(task, outputs, sentence):
    x, y = np.zeros((4, 1)), np.eye(len(outputs))[[0, -1, 0, -1]]
    problem = Problem(task, {"train": Partition(x, y, y)}, hyperparameters())
    if not sentence:
        host.measure_all("tested", Gives(*outputs), problem)
        return
    with pytest.raises(PluginError, match=sentence):
        host.measure_all("tested", Gives(*outputs), problem)


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (NoPredictions, r"predict gave a NoneType; it must give a plain NumPy array of float64"),
        (TwoAxes, r"shape \(2, 20\); it must be \(seeds, rows, outputs\), here \(seeds, 20, 1\)"),
        (RowTooFew, r"shape \(2, 19, 1\); it must be"),
        (OneNaN, "NaN or infinity for untrained networks"),
    ],
)
def test_predictions_of_a_wrong_kind_are_told_what_they_must_be(problem, broken, sentence):
    with pytest.raises(PluginError, match=sentence):
        train(problem, broken, Segment([1, 2], 0, 3, "never"))
