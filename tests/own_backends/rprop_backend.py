"""Linear regression by resilient propagation: a method of its own, in NumPy."""

import numpy as np

from epochwise.api import hookimpl, one_seed_at_a_time


@one_seed_at_a_time
class Rprop:
    """Riedmiller and Braun (1993), without backtracking; steps grow and shrink by the gradient's sign."""

    def __init__(self, problem, state):
        self.problem, self.hp = problem, problem.hyperparameters
        shape = problem.train.x.shape[1] + 1, problem.train.y.shape[1]
        first = np.random.default_rng(int(state["seed"])).normal(0, 0.1, shape)
        fresh = {
            "weights": first,
            "step": np.full(shape, self.hp.first_step),
            "sign": np.zeros(shape),
        }
        self.kept = {name: array.copy() for name, array in (fresh | state).items()}

    def run_epoch(self, batches):
        for rows in batches:
            x, y = self.problem.train.x[rows], self.problem.train.y[rows]
            sign = np.sign(with_ones(x).T @ (self.predict(x) - y))
            turned = sign * self.kept["sign"]
            grown = np.where(turned > 0, 1.2, np.where(turned < 0, 0.5, 1.0))
            self.kept["step"] = np.clip(self.kept["step"] * grown, 1e-9, 50.0)
            self.kept["weights"] = self.kept["weights"] - sign * self.kept["step"]
            self.kept["sign"] = sign
            self.kept["iteration"] = self.kept["iteration"] + 1

    def predict(self, x):
        return with_ones(x) @ self.kept["weights"]

    def state(self):
        return {name: array.copy() for name, array in self.kept.items()}


def with_ones(x):
    return np.column_stack([x, np.ones(len(x))])


@hookimpl
def register_backends(register):
    own = {"first_step": {"default": 0.1, "exclusiveMinimum": 0}}
    able = {"task": "regression", "solver": "rprop", "batch_size": ..., "dtype": "float64"}
    register("rprop", Rprop, definition=False, honours=able, hyperparameters=own)
