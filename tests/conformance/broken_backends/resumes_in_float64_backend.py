"""Once it has been resumed, its state is in float64 whatever that was in."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("resumes_in_float64", ResumesInFloat64, honours=DEFINITION)


class ResumesInFloat64(NumpyTrainer):
    def __init__(self, problem, state):
        super().__init__(problem, state)
        self.resumed = int(state["iteration"]) > 0

    def state(self):
        state = super().state()
        floats = [name for name, array in state.items() if array.dtype.kind == "f"]
        return state | {name: state[name].astype(float) for name in floats if self.resumed}
