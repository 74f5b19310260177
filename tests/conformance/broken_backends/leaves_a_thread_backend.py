"""It leaves a thread behind, for which Python waits at the end."""

import threading
import time
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path(__file__).parents[3] / "plugins", "numpy").value


@hookimpl
def register_backends(register):
    register("leaves_a_thread", LeavesAThread, honours=DEFINITION)


class LeavesAThread(NumpyTrainer):
    def run_epoch(self, batches):
        super().run_epoch(batches)
        threading.Thread(target=time.sleep, args=(2.0,), name="watcher").start()
