"""Listing backends, and starting a new one that passes the kit once filled in."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from epochwise.conformance import check
from epochwise.errors import PluginError
from epochwise.plugins.backend_commands import describe_backends, new_backend
from epochwise.plugins.registry import find_backend
from helpers import PLUGINS, lack

UPDATE = """
        (w1, b1), (w2, b2) = self.layers()
        hidden = np.maximum(x @ w1 + b1, 0)
        delta = hidden @ w2 + b2 - y
        back = (delta @ w2.T) * (hidden > 0)
        parts = [x.T @ back, back.sum(axis=0), hidden.T @ delta, delta.sum(axis=0)]
        gradient = np.concatenate([part.ravel() for part in parts])
        gradient = (gradient + self.hp.alpha * self.mask * self.kept["weights"]) / len(x)
        hp, m, v = self.hp, self.kept["first_moment"], self.kept["second_moment"]
        m[:] = hp.beta_1 * m + (1 - hp.beta_1) * gradient
        v[:] = hp.beta_2 * v + (1 - hp.beta_2) * gradient**2
        step = hp.learning_rate_init * np.sqrt(1 - hp.beta_2**t) / (1 - hp.beta_1**t)
        self.kept["weights"] -= step * m / (np.sqrt(v) + hp.epsilon)
"""
PREDICT = """
        (w1, b1), (w2, b2) = self.layers()
        return np.maximum(x @ w1 + b1, 0) @ w2 + b2
"""
ONE_LAYER = """
        if len(problem.layer_sizes) != 3:
            raise PluginError("backend 'mine' has one hidden layer only; choose another backend.")
"""


def fill_in(path):
    """Fill in the two methods, and refuse deeper networks."""
    text = path.read_text()
    for old, new in (
        ('        raise NotImplementedError("mine: fill in update")\n', UPDATE[1:]),
        ('        raise NotImplementedError("mine: fill in predict")\n', PREDICT[1:]),
        ("        self.problem = problem\n", ONE_LAYER[1:] + "        self.problem = problem\n"),
        ("    DEFINITION,\n", "    DEFINITION,\n    PluginError,\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_a_new_backend_passes_the_kit_once_filled_in(tmp_path):
    path = new_backend(tmp_path, "mine")
    fill_in(path)
    assert [one for one in check(path) if one.failed] == []


def test_a_new_backend_fails_the_kit_until_then(tmp_path):
    outcome = check(new_backend(tmp_path, "mine"))
    failed = [one for one in outcome if one.failed]
    assert "fill in predict" in failed[0].problem
    assert {"agrees_epoch_by_epoch", "learns"} <= {one.name for one in failed}


@pytest.mark.parametrize("kind", ["backend", "torch", "keras"])
def test_a_new_backend_is_clean_code(tmp_path, kind):
    beside = Path(sys.executable).parent
    ruff = shutil.which("ruff", path=f"{beside}:{os.environ['PATH']}")
    if ruff is None:
        lack("ruff is not installed; try: pip install 'epochwise[dev]'")
    path = new_backend(tmp_path, "mine", kind)
    settings = ["--line-length", "100"]
    subprocess.run([ruff, "check", "--isolated", *settings, path], check=True)
    subprocess.run([ruff, "format", "--isolated", *settings, "--check", path], check=True)


@pytest.mark.parametrize("kind", ["torch", "keras"])
def test_what_a_network_needs_and_honours_need_not_be_registered(tmp_path, kind):
    new_backend(tmp_path, "mine", kind)
    mine = find_backend(tmp_path, "mine")
    assert (mine.requires, mine.definition) == ((kind,), False)
    assert mine.honours["device"] == ("cpu", "cuda")
    assert set(mine.honours) == {"task", "batch_size", "learning_rate_init", "dtype", "device"}
    assert {"width", "dropout"} <= set(mine.hyperparameters)


@pytest.mark.parametrize(
    "name", ["", "Mine", "my-backend", "1st", "import", "a b", "../up", "mine\n"]
)
def test_a_name_that_cannot_be_one_is_refused(tmp_path, name):
    with pytest.raises(PluginError, match="cannot name a backend"):
        new_backend(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_a_name_with_the_files_ending_is_refused(tmp_path):
    with pytest.raises(PluginError, match="give the name alone: 'mine'"):
        new_backend(tmp_path, "mine_backend")


def test_a_backend_is_never_overwritten(tmp_path):
    path = new_backend(tmp_path, "mine")
    before = path.read_bytes()
    with pytest.raises(PluginError, match="already"):
        new_backend(tmp_path, "mine")
    assert path.read_bytes() == before


def test_all_five_are_listed_whatever_is_installed():
    lines = describe_backends(PLUGINS).splitlines()
    assert [line.split()[0] for line in lines] == ["jax", "numpy", "sklearn", "tensorflow", "torch"]
    for line in lines:
        name = line.split()[0]
        if importlib.util.find_spec(name) is None:
            assert line.endswith(f" -m pip install -c constraints.txt -e '.[{name}]'")
        else:
            assert re.fullmatch(rf"{name} +ready(, {name} \S+)?", line)


def test_the_version_is_that_of_the_distribution():
    assert f"sklearn {version('scikit-learn')}" in describe_backends(PLUGINS)


def test_a_missing_module_of_someones_backend_is_named(tmp_path):
    path = new_backend(tmp_path, "mine")
    path.write_text(path.read_text().replace("requires=()", 'requires=("no_such_module",)'))
    (line,) = describe_backends(tmp_path).splitlines()
    assert line.startswith("mine  not installed; to get it: ")
    assert line.endswith(" -m pip install no_such_module")


def test_someones_backend_says_where_it_comes_from(tmp_path):
    path = new_backend(tmp_path, "mine")
    assert describe_backends(tmp_path) == f"mine  ready, from {path}"


def test_listing_imports_no_framework():
    code = (
        "import sys; from pathlib import Path;"
        "from epochwise.plugins.backend_commands import describe_backends;"
        "describe_backends(Path(sys.argv[1])); print(sorted(set(sys.argv[2:]) & {*sys.modules}))"
    )
    frameworks = ["jax", "sklearn", "tensorflow", "torch"]
    command = [sys.executable, "-c", code, str(PLUGINS), *frameworks]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
