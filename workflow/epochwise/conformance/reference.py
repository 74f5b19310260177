"""The yardstick of the kit: training written from the formulas, a row and a seed at a time.

It shares no line with any backend, and is slow on purpose: nothing is batched, so
nothing can be batched wrongly. Tests compare it with finite differences and
scikit-learn. A `slip` makes one known mistake, so that the kit can name the mistake of
a backend whose curve it reproduces.
"""

import math
from dataclasses import replace

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.network import activations, layers_of, row_gradient, row_watched
from epochwise.training.contract import Problem, State


def in_float64(problem: Problem) -> Problem:
    """Give the same numbers in float64."""
    parts = {
        name: replace(part, x=part.x.astype(np.float64), y=part.y.astype(np.float64))
        for name, part in problem.partitions.items()
    }
    hp = replace(problem.hyperparameters, dtype="float64")
    return replace(problem, partitions=parts, hyperparameters=hp)


class Reference:
    """A trainer of the contract, one seed and one row at a time, in float64 whatever is asked.

    Parameters
    ----------
    slip : one of `SLIPS`, a mistake to make; none by default.
    """

    def __init__(self, problem: Problem, state: State, slip: str = "") -> None:
        self.problem, self.slip = in_float64(problem), slip
        self.hp = problem.hyperparameters
        self.dtypes = {name: array.dtype for name, array in state.items()}
        self.kept = {
            name: array.astype(float if array.dtype.kind == "f" else array.dtype)
            for name, array in state.items()
        }
        self.penalised = np.ones(self.kept["weights"].shape[1])
        if slip != "penalises biases":
            for _, biases in layers_of(self.penalised, problem.layer_sizes):
                biases[:] = 0

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch."""
        if self.slip == "repeats the stored order":
            batches = self._stored_order(batches)
        objectives = np.zeros(len(self.kept["weights"]))
        epoch = int(self.kept["iteration"]) // len(batches)
        for number, batch in enumerate(batches):
            short = batch.shape[1] < batches[0].shape[1]
            if (short and self.slip == "drops the short batch") or (
                number == 0 and self.slip == "ignores the first batch"
            ):
                continue
            self.kept["iteration"] = self.kept["iteration"] + 1
            for seed, rows in enumerate(batch):
                objectives[seed] += len(rows) * self._update(seed, rows, epoch)
        if self.hp.learning_rate == "adaptive":
            self._adapt(objectives / len(self.problem.train.x))

    def predict(self, x: Array) -> Array:
        """Give the outputs of every network, (seeds, rows, outputs)."""
        networks = self.kept["weights"]
        rows = [[activations(self.problem, one, row)[-1] for row in x] for one in networks]
        return np.array(rows, x.dtype)

    def state(self) -> State:
        """Copy all that is needed to go on."""
        return {name: array.astype(self.dtypes[name]) for name, array in self.kept.items()}

    def _stored_order(self, batches: list[Array]) -> list[Array]:
        everything = np.sort(np.concatenate(batches, axis=1), axis=1)
        return np.split(everything, np.cumsum([batch.shape[1] for batch in batches])[:-1], axis=1)

    def _update(self, seed: int, rows: Array, epoch: int) -> float:
        """Update one network with one batch; give its objective before the update."""
        train, weights = self.problem.train, self.kept["weights"][seed]
        shrunk = weights * self.penalised
        gradient, objective = np.zeros_like(weights), 0.0
        for x, y in zip(train.x[rows], train.y[rows], strict=True):
            gradient += row_gradient(self.problem, weights, x, y)
            if self.hp.learning_rate == "adaptive":
                objective += row_watched(self.problem, weights, x, y)
        gradient *= {"forgets the half": 2, "averages over outputs": 1 / train.y.shape[1]}.get(
            self.slip, 1
        )
        share = {"penalty not over rows": 1, "forgets the penalty": np.inf}.get(
            self.slip, len(rows)
        )
        gradient = gradient / len(rows) + self.hp.alpha / share * shrunk
        objective = objective / len(rows) + 0.5 * self.hp.alpha * (shrunk @ shrunk) / len(rows)
        (self._adam if self.hp.solver == "adam" else self._sgd)(seed, gradient, epoch)
        return float(objective)

    def _adam(self, seed: int, gradient: Array, epoch: int) -> None:
        """Kingma and Ba (2015), the more efficient order at the end of their section 2."""
        hp, t = self.hp, int(self.kept["iteration"])
        m, v = self.kept["first_moment"], self.kept["second_moment"]
        m[seed] = hp.beta_1 * m[seed] + (1 - hp.beta_1) * gradient
        v[seed] = hp.beta_2 * v[seed] + (1 - hp.beta_2) * gradient**2
        over = math.sqrt(1 - hp.beta_2**t)
        inside = {"epsilon inside": over, "no epsilon": 1e-200}.get(self.slip, 1)
        rate = hp.learning_rate_init * over / (1 - hp.beta_1**t)
        if self.slip == "no bias correction":
            rate = hp.learning_rate_init
        self.kept["weights"][seed] -= rate * m[seed] / (np.sqrt(v[seed]) + hp.epsilon * inside)

    def _sgd(self, seed: int, gradient: Array, epoch: int) -> None:
        """Sutskever et al. (2013), equations 3 and 4, at the point they look ahead to."""
        hp, velocity = self.hp, self.kept["velocity"]
        step = self._rate(seed, epoch) * gradient
        velocity[seed] = hp.momentum * velocity[seed] - step
        nesterov = hp.nesterovs_momentum != (self.slip == "other momentum")
        ahead = hp.momentum * velocity[seed] - step if nesterov else velocity[seed]
        self.kept["weights"][seed] += ahead

    def _rate(self, seed: int, epoch: int) -> float:
        if self.hp.learning_rate == "adaptive":
            return float(self.kept["learning_rate"][seed])
        if self.hp.learning_rate == "invscaling":
            counted = self.slip == "counts iterations"
            each = self.problem.iterations_per_epoch if counted else len(self.problem.train.x)
            samples = epoch * each
            return float(self.hp.learning_rate_init / (samples + 1) ** self.hp.power_t)
        return self.hp.learning_rate_init

    def _adapt(self, objectives: Array) -> None:
        """Divide a rate by 5 where the objective has not fallen by `tol` for too many epochs."""
        best, waited = self.kept["best_loss"], self.kept["epochs_without_improvement"]
        patience = self.hp.n_iter_no_change + (self.slip == "divides late")
        for seed, objective in enumerate(objectives):
            waited[seed] = waited[seed] + 1 if objective > best[seed] - self.hp.tol else 0
            best[seed] = min(best[seed], objective)
            if waited[seed] > patience and self.kept["learning_rate"][seed] > 1e-6:
                self.kept["learning_rate"][seed] /= 5
                waited[seed] = 0


SLIPS = {
    "penalises biases": "L2 acts on the biases too; it must shrink weights only",
    "epsilon inside": "epsilon stands inside Adam's bias correction; the step is "
    "learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)",
    "no epsilon": "epsilon is missing; the step is "
    "learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)",
    "drops the short batch": "the last, shorter batch is dropped; it must be trained on too",
    "ignores the first batch": "the first batch of each epoch is ignored; update once per batch",
    "repeats the stored order": "the batches are cut from the rows as they are stored; use the "
    "row numbers that run_epoch is given",
    "forgets the half": "the gradient is twice too large; the loss is half the squared error",
    "averages over outputs": "the gradient is divided by the number of outputs; the loss is summed "
    "over them, and averaged over the rows alone",
    "penalty not over rows": "the L2 gradient is alpha * W; it must be alpha * W / rows of the "
    "batch",
    "forgets the penalty": "there is no L2; alpha * W / rows of the batch belongs to the gradient",
    "no bias correction": "Adam's bias correction is missing; the step is "
    "learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)",
    "other momentum": "nesterovs_momentum is not looked at; where it is true the weights move by "
    "momentum * velocity - rate * gradient, else by velocity, both with the new velocity",
    "counts iterations": "invscaling counts iterations; it must count training rows, and change "
    "between epochs: learning_rate_init / (epochs * rows + 1) ** power_t",
    "divides late": "the adaptive rate is divided an epoch late; divide once more than "
    "n_iter_no_change epochs have not improved",
}
