"""The shipped criteria come in by the same door as anybody's."""

import importlib.util
import subprocess
import sys

import pluggy
import pytest

import epochwise
from answers.made import REGISTRY
from helpers import PLUGINS


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(epochwise, "hookimpl", pluggy.HookimplMarker("epochwise"), raising=False)
    found = {}
    for file in sorted(PLUGINS.glob("*_stopping.py")):
        spec = importlib.util.spec_from_file_location(file.stem, file)
        plugin = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(plugin)
        assert plugin.register_stopping.epochwise_impl
        plugin.register_stopping(found.__setitem__)
    return found


def test_the_shipped_plugins_register_every_criterion(registered):
    assert registered == REGISTRY


def test_criteria_cost_no_import_of_pandas():
    """Every job looks at the plugins, so they must be quick to import."""
    modules = "epochwise.answers.stopping, epochwise.answers.prechelt, epochwise.answers.criteria"
    heavy = "{'pandas', 'scipy', 'pyarrow', 'sklearn'}"
    program = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
