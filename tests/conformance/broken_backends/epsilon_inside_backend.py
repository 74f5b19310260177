"""Adam's epsilon stands inside the bias correction, as in most frameworks."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("epsilon_inside", EpsilonInside, honours=DEFINITION)


class EpsilonInside(NumpyTrainer):
    def _adam(self, seed, t, rate):
        right = self.hp
        self.hp = replace(right, epsilon=right.epsilon * np.sqrt(1 - right.beta_2**t))
        super()._adam(seed, t, rate)
        self.hp = right
