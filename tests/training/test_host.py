"""The host measures, notices divergence and contradictions, and resumes without a trace."""

from dataclasses import replace

import numpy as np
import pytest

from epochwise.errors import PluginError
from epochwise.plugins.registry import load_backend
from epochwise.training import host
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment
from helpers import PLUGINS

pytestmark = pytest.mark.versions


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
        (NothingAtAll, r"'tested'.*run_epochs gave.*shape \(\).*here \(3, 2, 2\)"),
    ],
)
def test_a_backend_that_answers_wrongly_is_told_how(problem, broken, sentence):
    with pytest.raises(PluginError, match=sentence):
        train(problem, broken, Segment([1, 2], 0, 3, "never"))


def test_a_run_that_diverges_in_a_stretch_is_checked_for_its_shape_too(problem):
    wild = replace(problem.hyperparameters, solver="sgd", learning_rate_init=1e300)
    with pytest.raises(PluginError, match="run_epochs gave"):
        train(replace(problem, hyperparameters=wild), LastRowAlone, Segment([1, 2], 0, 3, "never"))
