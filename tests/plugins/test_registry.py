"""Plugins are found by their file's name or entry point, one at a time; broken ones are named."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from epochwise.errors import PluginError
from epochwise.plugins import registry
from helpers import ROOT

GOOD = """
from epochwise.api import hookimpl

class Trainer:
    pass

@hookimpl
def register_backends(register):
    register("{name}", Trainer)
"""


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_dropped_file_is_a_backend(tmp_path):
    folder = folder_with(tmp_path, mine_backend=GOOD.format(name="mine"))
    assert "mine" in registry.names(folder, "backends")
    assert registry.load_backend(folder, "mine").value.__name__ == "Trainer"


def test_an_unknown_backend_is_told_which_there_are(tmp_path):
    folder = folder_with(tmp_path, mine_backend=GOOD.format(name="mine"))
    with pytest.raises(
        PluginError, match=r"unknown backend 'mime'; there are: mine.* Did you mean 'mine'"
    ):
        registry.load_backend(folder, "mime")


def test_a_misspelt_hook_is_an_error_that_names_file_and_hooks(tmp_path):
    text = GOOD.format(name="mine").replace("def register_backends", "def register_backend")
    folder = folder_with(tmp_path, mine_backend=text)
    with pytest.raises(PluginError) as error:
        registry.load_backend(folder, "mine")
    assert "mine_backend.py" in str(error.value)
    assert "register_backend" in str(error.value)
    assert "the hooks are: register_backends" in str(error.value)


def test_a_forgotten_marker_is_an_error(tmp_path):
    folder = folder_with(tmp_path, mine_backend=GOOD.format(name="mine").replace("@hookimpl", ""))
    with pytest.raises(PluginError, match=r"registers nothing, not 'mine'.*@hookimpl"):
        registry.load_backend(folder, "mine")


def test_another_name_than_the_files_is_an_error(tmp_path):
    folder = folder_with(tmp_path, mine_backend=GOOD.format(name="yours"))
    with pytest.raises(PluginError, match=r"registers \['yours'\], not 'mine'"):
        registry.load_backend(folder, "mine")


def test_a_plugin_that_cannot_be_imported_is_named(tmp_path):
    folder = folder_with(tmp_path, mine_backend="import nothing_of_this_name")
    with pytest.raises(
        PluginError, match=r"mine_backend.py: cannot be imported \(ModuleNotFoundError"
    ):
        registry.load_backend(folder, "mine")


def test_a_missing_framework_is_told_with_what_to_install(tmp_path):
    text = GOOD.format(name="mine").replace("Trainer)", 'Trainer, requires=("no_such_framework",))')
    folder = folder_with(tmp_path, mine_backend=text)
    with pytest.raises(PluginError, match=r"needs no_such_framework.*pip install"):
        registry.load_backend(folder, "mine")


def requiring(*modules, name="mine"):
    return GOOD.format(name=name).replace("Trainer)", f"Trainer, requires={modules!r})")


@pytest.mark.parametrize("module", ["absent.sub", "json.absent", "json.decoder.absent"])
def test_a_missing_submodule_is_not_installed(tmp_path, module):
    folder = folder_with(tmp_path, mine_backend=requiring(module))
    with pytest.raises(PluginError, match=f"needs {module}, which is not installed"):
        registry.load_backend(folder, "mine")


def test_what_is_installed_is_not_missing(tmp_path):
    folder = folder_with(tmp_path, mine_backend=requiring("json", "json.decoder"))
    assert registry.load_backend(folder, "mine").missing() == []


def test_an_extra_is_advised_only_where_there_is_one(tmp_path):
    absent = requiring("absent.sub", "absent", "other")
    folder = folder_with(tmp_path, mine_backend=absent, jax_backend=requiring("absent", name="jax"))
    with pytest.raises(PluginError, match=r"try: .* -m pip install absent other$"):
        registry.load_backend(folder, "mine")
    with pytest.raises(
        PluginError, match=r"try: .* -m pip install -c constraints.txt -e '.\[jax\]'$"
    ):
        registry.load_backend(folder, "jax")


def test_the_extras_are_those_of_the_project():
    file = ROOT / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"])
    assert set(registry.EXTRAS) == extras - {"test", "dev", "interop", "slurm"}  # not for studies


def test_two_plugins_may_not_register_one_name(tmp_path):
    text = GOOD.replace("register_backends", "register_datasets").format(name="same")
    folder = folder_with(tmp_path, a_datasets=text, b_datasets=text)
    with pytest.raises(PluginError, match=r"b_datasets.py: registers 'same'.*a_datasets.py"):
        registry.load_all(folder, "datasets")


IMPORTED = """
import sys
from pathlib import Path
from epochwise.plugins.registry import load_backend
load_backend(Path({folder!r}), "numpy")
heavy = {{"torch", "jax", "tensorflow", "sklearn", "pandas", "matplotlib", "scipy"}}
print(sorted(heavy & set(sys.modules)), sorted(m for m in sys.modules if "_backend" in m))
"""


def test_loading_one_backend_imports_no_other_and_no_framework(plugins):
    code = IMPORTED.format(folder=str(plugins))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['epochwise_plugin_numpy_backend']"


PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "epochwise-halfstep"
version = "1.2.3"
[project.entry-points.epochwise]
halfstep_backend = "halfstep"
[tool.setuptools]
py-modules = ["halfstep"]
"""
HALFSTEP = '''
"""The reference backend at half the learning rate, from a package of its own."""
from dataclasses import replace
from pathlib import Path
from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

@hookimpl
def register_backends(register):
    register("halfstep", make, honours=DEFINITION)

def make(problem, state):
    hp = problem.hyperparameters
    slower = replace(hp, learning_rate_init=hp.learning_rate_init / 2)
    return load_backend(Path("plugins"), "numpy").value(replace(problem, hyperparameters=slower), state)
'''
STUDY = """
datasets: [diabetes]
network: {hidden_layer_sizes: [4]}
training: {epochs: 3}
backends: [numpy, halfstep]
"""


@pytest.mark.long
def test_an_installed_package_brings_a_backend(clone, tmp_path, monkeypatch):
    package, site = tmp_path / "package", tmp_path / "site"
    package.mkdir()
    (package / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (package / "halfstep.py").write_text(HALFSTEP, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run(
        [*pip, "--no-build-isolation", "--target", str(site), str(package)],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    study = clone.study("theirs", STUDY)
    clone.run("results/theirs/summary.csv", "--config", f"studies={study}")
    summary = (clone.folder / "results/theirs/summary.csv").read_text(encoding="utf-8")
    rows = {line.split(",")[2]: line.split(",")[6] for line in summary.splitlines()[1:]}
    assert set(rows) == {"numpy", "halfstep"}
    assert rows["numpy"] != rows["halfstep"]
    edited = HALFSTEP.replace("/ 2", "/ 4")
    (site / "halfstep.py").write_text(edited, encoding="utf-8")
    assert clone.jobs("results/theirs/summary.csv", "--config", f"studies={study}")["train"] == 1


def test_what_an_editor_left_beside_a_plugin_is_none(tmp_path):
    for name in ("mine_backend.py", ".#mine_backend.py", ".other_backend.py"):
        (tmp_path / name).touch()
    assert "mine" in registry.names(tmp_path, "backends")
    assert not any(name.startswith(".") for name in registry.names(tmp_path, "backends"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys\nsys.exit(0)\n", r"quits_backend\.py: cannot be imported \(SystemExit: 0\)"),
        (
            "from epochwise.api import hookimpl\n\n\n@hookimpl\n"
            "def register_backends(register):\n    raise SystemExit\n",
            r"quits_backend\.py: register_backends fails \(SystemExit",
        ),
        (
            "from epochwise.api import hookimpl\n\n\n@hookimpl\n"
            "def register_backends(register):\n    register(1 / 0)\n",
            r"register_backends fails \(ZeroDivisionError: division by zero\); it only announces",
        ),
    ],
)
def test_a_plugin_that_exits_or_fails_is_told(tmp_path, text, said):
    (tmp_path / "quits_backend.py").write_text(text)
    with pytest.raises(PluginError, match=said):
        registry.find_backend(tmp_path, "quits")
