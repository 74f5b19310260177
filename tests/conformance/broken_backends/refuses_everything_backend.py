"""It refuses every problem."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.errors import PluginError
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("refuses_everything", RefusesEverything, honours=DEFINITION)


class RefusesEverything(NumpyTrainer):
    def __init__(self, problem, state):
        raise PluginError("backend 'refuses_everything' can do nothing at all; choose another.")
