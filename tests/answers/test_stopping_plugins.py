"""The shipped criteria come in by the same door as anybody's."""

import subprocess
import sys

from answers.made import REGISTRY
from epochwise.plugins.registry import load_all
from helpers import PLUGINS


def test_the_shipped_plugins_register_every_criterion():
    found = load_all(PLUGINS, "stopping")
    assert {name: one.resolve() for name, one in found.items()} == REGISTRY


def test_criteria_cost_no_import_of_pandas():
    """Every job looks at the plugins, so they must be quick to import."""
    modules = "epochwise.answers.stopping, epochwise.answers.prechelt, epochwise.answers.criteria"
    heavy = "{'pandas', 'scipy', 'pyarrow', 'sklearn'}"
    program = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
