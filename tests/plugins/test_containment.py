"""Plugins share a process with others: none ends it, and what one changes of it is put back."""

import os
import random
import shutil
import sys
import warnings
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from epochwise.__main__ import main
from epochwise.errors import PluginError
from epochwise.plugins import registry
from epochwise.plugins.containment import contained
from epochwise.plugins.registry import SUFFIXES, Registered
from helpers import PLUGINS

STUDY = "datasets: {houses: {file: data.csv, target: y}}\n"
DATA = "a,b,y\n" + "".join(f"{i / 3},{i % 7},{i / 7}\n" for i in range(60))
CHANGES = """
import os
import random
import warnings

import numpy as np
from epochwise.api import hookimpl


def change():
    os.chdir("/")
    os.environ["HOME"] = "elsewhere"
    os.environ["EPOCHWISE_CHANGED"] = "yes"
    random.seed(1)
    np.random.seed(1)
    np.seterr(all="raise")
    warnings.simplefilter("error")
    print("much of it")


@hookimpl
def register_{kind}(register):
    change()
    register("{kind}", change)


change()
"""


def state_of_the_process():
    return (
        Path.cwd(),
        dict(os.environ),
        random.getstate(),
        [str(part) for part in np.random.get_state()],
        np.geterr(),
        [*warnings.filters],
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "my.yaml").write_text(STUDY)
    (tmp_path / "data.csv").write_text(DATA)
    (tmp_path / "plugins").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "plugins"


def write(folder, kind, text):
    (folder / f"quits{SUFFIXES[kind]}.py").write_text(text)


@pytest.mark.parametrize("kind", SUFFIXES)
def test_what_a_plugin_changes_when_it_is_imported_is_put_back(folder, kind, capsys):
    write(folder, kind, CHANGES.format(kind=kind))
    before = state_of_the_process()
    found = registry.load_all(folder, kind)[kind]
    assert state_of_the_process() == before
    with contained(found.source, "calling it"):
        found.resolve()()
    assert state_of_the_process() == before
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "much of it\n" * 3


def test_a_backend_sets_up_the_process_that_is_its_own_and_no_other(folder, monkeypatch):
    text = CHANGES.format(kind="backends").replace('register("backends"', 'register("quits"')
    write(folder, "backends", text)
    before = state_of_the_process()
    registry.find_backend(folder, "quits")
    assert state_of_the_process() == before
    monkeypatch.setenv("EPOCHWISE_CHANGED", "not yet")
    (folder / "alone_backend.py").write_text(
        "import os\nfrom epochwise.api import hookimpl\nos.environ['EPOCHWISE_CHANGED'] = 'now'\n\n\n"
        "@hookimpl\ndef register_backends(register):\n    register('alone', object)\n"
    )
    registry.load_backend(folder, "alone")
    assert os.environ["EPOCHWISE_CHANGED"] == "now"


COMMANDS = {
    "backends": ["check", "quits"],
    "datasets": ["validate", "my.yaml"],
    "stopping": ["validate", "my.yaml"],
    "figures": ["validate", "my.yaml"],
    "curves": ["answer", "data.csv"],
}


def ends(command, folder):
    """Run a command that a plugin would end as if all were well; give what it says."""
    done = CliRunner().invoke(main, [*command, "--plugins", str(folder)])
    assert done.exit_code not in (0, None), done.output
    assert "Traceback" not in done.output
    return done.output


@pytest.mark.parametrize("kind", COMMANDS)
def test_an_exit_at_import_is_an_error_for_every_command(folder, kind):
    write(folder, kind, "import sys\nsys.exit(0)\n")
    said = ends(COMMANDS[kind], folder)
    assert f"quits{SUFFIXES[kind]}.py: cannot be imported (SystemExit: 0)" in said


@pytest.mark.parametrize("kind", COMMANDS)
def test_an_exit_of_an_installed_plugin_is_an_error_as_well(folder, kind, monkeypatch):
    (folder.parent / "quitter.py").write_text("raise SystemExit(0)\n")
    monkeypatch.syspath_prepend(folder.parent)
    point = EntryPoint(f"quits{SUFFIXES[kind]}", "quitter", "epochwise")
    monkeypatch.setattr(registry, "_installed", lambda: (point,))
    said = ends(COMMANDS[kind], folder)
    assert f"installed plugin quits{SUFFIXES[kind]}: cannot be imported (SystemExit: 0)" in said


HOOK = """
from epochwise.api import hookimpl


def quits(*_, **__):
    raise SystemExit(0)


@hookimpl
def register_{kind}(register):
    register({what})
"""
CALLED = {
    "a dataset that is loaded": ("datasets", '"file", lambda file, target: quits()', ""),
    "a figure that is asked whether it applies": ("figures", '"mine", quits, applies=quits', ""),
    "a criterion that is made": ("stopping", '"mine", quits', "stopping: [{criterion: mine}]\n"),
    "a criterion that is only named": (
        "stopping",
        '"mine", "epochwise_quitter:it"',
        "stopping: [{criterion: mine}]\n",
    ),
}


@pytest.mark.parametrize("what", CALLED)
def test_an_exit_of_what_a_plugin_registers_is_an_error(folder, what, monkeypatch):
    kind, registered, study = CALLED[what]
    (folder.parent / "epochwise_quitter.py").write_text("raise SystemExit(0)\n")
    monkeypatch.syspath_prepend(folder.parent)
    with (folder.parent / "my.yaml").open("a") as file:
        file.write(study)
    if kind != "datasets":
        shutil.copy(PLUGINS / "file_datasets.py", folder)
    write(folder, kind, HOOK.format(kind=kind, what=registered))
    said = ends(["validate", "my.yaml"], folder)
    assert "ends the process, by sys.exit(0); raise epochwise.api.PluginError" in said


@pytest.mark.parametrize("part", ["recognises=quits", "recognises=lambda path, head: 1.0"])
def test_an_exit_of_a_reader_is_an_error(folder, part):
    write(folder, "curves", HOOK.format(kind="curves", what=f'"mine", quits, {part}'))
    assert "ends the process, by sys.exit(0)" in ends(["answer", "data.csv"], folder)


def test_a_place_that_cannot_be_imported_is_told():
    with pytest.raises(PluginError, match=r"mine\.py: registers 'it' as 'nowhere_at_all:x', which"):
        Registered("it", "nowhere_at_all:x", "mine.py").resolve()


def test_other_errors_pass_through():
    with (
        pytest.raises(PluginError, match=r"it: said: .*sys\.exit\('no'\)"),
        contained("it", "said"),
    ):
        sys.exit("no")
    with pytest.raises(ZeroDivisionError), contained("it", "said"):
        _ = 1 / 0
