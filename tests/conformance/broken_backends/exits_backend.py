"""It ends the process where it should train, as if all were well."""

import sys
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("exits", Exits, honours=DEFINITION)


class Exits(NumpyTrainer):
    def run_epoch(self, batches):
        sys.exit(0)
