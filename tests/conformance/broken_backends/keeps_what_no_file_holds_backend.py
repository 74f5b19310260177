"""Its state has a list in it once it has trained."""

from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("keeps_what_no_file_holds", KeepsWhatNoFileHolds, honours=DEFINITION)


class KeepsWhatNoFileHolds(NumpyTrainer):
    def state(self):
        trained = int(self.kept["iteration"])
        return super().state() | ({"history": [trained]} if trained else {})
