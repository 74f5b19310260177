"""Plugins that hang, end their process or change it: the run says so, and no other plugin notices."""

import pytest

from epochwise.plugins.registry import SUFFIXES

pytestmark = pytest.mark.long

STUDY = """
title: Two backends
datasets: [diabetes]
training: {epochs: 40, batch_size: 64}
network: {hidden_layer_sizes: [4]}
seeds: 2
"""
SPOILED = """
from pathlib import Path

from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

NumpyTrainer = load_backend(Path({plugins!r}), "numpy").value


@hookimpl
def register_backends(register):
    register("spoiled", Spoiled, honours=DEFINITION)


class Spoiled(NumpyTrainer):
    def run_epoch(self, batches):
        super().run_epoch(batches)
        if self.kept["iteration"] > 100:
            spoil()


def spoil():
"""
HANGS = "    import ctypes\n    ctypes.PyDLL(None).sleep(600)\n"
EXITS = "    raise SystemExit(0)\n"
CHANGES = """
    import os
    import random
    import threading
    import time
    import warnings

    import numpy as np

    os.chdir("/")
    os.environ["OMP_NUM_THREADS"] = "2"
    os.environ["EPOCHWISE_CHANGED"] = "yes"
    random.seed(1)
    np.random.seed(1)
    np.seterr(all="raise")
    warnings.simplefilter("error")
    print("much " * 200_000)
"""
LEAVES_A_THREAD = "    threading.Thread(target=time.sleep, args=(600,), name='watcher').start()\n"
AT_IMPORT = """
from epochwise.api import hookimpl


@hookimpl
def register_{kind}(register):
    pass


def spoil():
{changes}

spoil()
"""


def write(clone, name, text):
    (clone.folder / "plugins" / f"{name}.py").write_text(text, encoding="utf-8")


def with_backend(clone, does, study="  [spoiled]"):
    write(clone, "spoiled_backend", SPOILED.format(plugins="plugins") + does)
    clone.study("two", f"{STUDY}backends: {study}\n")


def test_a_backend_that_hangs_is_ended_by_the_limit_and_goes_on_with_another(clone):
    with_backend(clone, HANGS, "[spoiled]\njobs: {epoch_timeout: 0.5}")
    said = clone.run("--config", "studies=two", ok=False)
    assert "backend 'spoiled': epoch 17 took more than 0.5 s" in said
    assert "raise it or leave it out" in said
    assert "Traceback" not in said
    log = next((clone.folder / "logs").rglob("0-40.log")).read_text()
    assert "jobs.epoch_timeout allows 0.5 s an epoch" in log


def test_a_limit_is_no_reason_to_train_again(clone):
    clone.study("two", STUDY)
    clone.run("--config", "studies=two")
    clone.study("two", f"{STUDY}jobs: {{epoch_timeout: 100}}\n")
    assert "train" not in clone.jobs("--config", "studies=two")


def test_a_backend_that_exits_fails_its_run(clone):
    with_backend(clone, EXITS)
    said = clone.run("--config", "studies=two", ok=False)
    assert "backend 'spoiled': " in said
    assert "ends the process, by sys.exit(0); raise epochwise.api.PluginError" in said


@pytest.mark.parametrize("kind", SUFFIXES)
def test_a_plugin_that_exits_when_it_is_imported_ends_no_run_well(clone, kind):
    name = f"spoiled{SUFFIXES[kind]}"
    write(clone, name, "raise SystemExit(0)\n")
    more = {
        "backends": "backends: [spoiled]\n",
        "curves": "curves: {mine: {files: ../../a.csv, reader: table}}\n",
    }
    clone.study("two", more[kind] if kind == "curves" else STUDY + more.get(kind, ""))
    (clone.folder / "a.csv").write_text("epoch,train_loss,validation_loss\n1,2,3\n")
    said = clone.run("--dry-run", "--config", "studies=two", ok=False)
    assert f"{name}.py: cannot be imported (SystemExit: 0)" in said
    assert "Traceback" not in said


def test_what_a_plugin_changes_of_its_process_changes_no_result(clone):
    clone.study("two", STUDY)
    clone.run("--config", "studies=two")
    alone = losses(clone, "numpy")
    with_backend(clone, CHANGES + LEAVES_A_THREAD, "[spoiled, numpy]")
    for kind in ("figures", "datasets", "stopping", "curves"):
        text = AT_IMPORT.format(kind=kind, changes=CHANGES)
        write(clone, f"a_{kind}", text)
    said = clone.run("--config", "studies=two", "--forceall")
    assert "a plugin has left the thread 'watcher' running" in said
    assert losses(clone, "numpy") == alone
    assert losses(clone, "spoiled") == alone


def losses(clone, backend):
    files = sorted((clone.folder / "results" / "two" / "work").rglob(f"{backend}/*/0-40.parquet"))
    assert files
    return [file.read_bytes() for file in files]
