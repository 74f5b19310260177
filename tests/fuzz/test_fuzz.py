"""The fuzzer finds what it is for, and what it has found stays mended."""

import importlib.util
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from epochwise.errors import DataError
from fuzz import guards, mutating, targets
from fuzz.guards import Guard, TooLong, WrongError
from helpers import ROOT, lack

FOUND = sorted((Path(__file__).parent / "found").glob("*.input"))


@pytest.fixture(scope="module")
def guard(tmp_path_factory):
    return Guard(tmp_path_factory.mktemp("guarded"))


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.stem)
def test_what_was_found_stays_mended(guard, monkeypatch, file):
    folder = Path(guard.folder)
    monkeypatch.chdir(folder)
    target = targets.TARGETS[file.stem.partition("-")[0]]
    guard.check(lambda: target.run(folder, file.read_bytes()))


@pytest.mark.long
@pytest.mark.parametrize("name", targets.TARGETS)
def test_what_fuzzing_begins_with_is_well(guard, monkeypatch, name):
    monkeypatch.chdir(guard.folder)
    for seed in targets.TARGETS[name].seeds[:2]:
        guard.check(lambda seed=seed: targets.TARGETS[name].run(Path(guard.folder), seed))


def refuse(*sentences):
    raise DataError(*sentences)


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (lambda: refuse("no end"), "does not end"),
        (lambda: refuse("ab " * 700 + "."), "characters"),
        (lambda: refuse("Well.", "reader 'x' cannot read it (TypeError: y)."), "stumbles"),
        (lambda: Path("..", "elsewhere").write_text("x"), "open outside of the folder"),
        (lambda: Path("..", "made").mkdir(), "os.mkdir outside of the folder"),
        (lambda: subprocess.run(["true"], check=False), "subprocess.Popen"),
        (lambda: warnings.warn("\x1b[2J", UserWarning, stacklevel=1), "not printable"),
    ],
)
def test_the_guard_sees(guard, monkeypatch, run, told):
    monkeypatch.chdir(guard.folder)
    with pytest.raises(WrongError, match=told):
        guard.check(run)


def test_the_guard_lets_a_sentence_and_a_file_inside_pass(guard, monkeypatch):
    monkeypatch.chdir(guard.folder)
    guard.check(lambda: refuse("All is told."))
    guard.check(lambda: Path("inside").write_text("x"))


def test_the_guard_ends_what_hangs(guard, monkeypatch):
    monkeypatch.setattr(guards, "SECONDS", 0.05)
    with pytest.raises(TooLong):
        guard.check(lambda: time.sleep(30))


def test_trees_and_tables_are_changed_and_stay_what_they_are():
    from random import Random

    changed = {mutating.as_json(b'{"a": [1, 2], "b": {"c": 3}}', Random(n)) for n in range(50)}
    assert len(changed) > 25
    tables = {mutating.cells(b"a,b\n1,2\n3,4", Random(n)) for n in range(50)}
    assert len(tables) > 25


@pytest.mark.long
def test_some_thousand_inputs_find_nothing(tmp_path):
    if importlib.util.find_spec("atheris") is None:
        lack("atheris is not installed; try: pip install -e '.[dev]'")
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "workflow"), *sys.path])
    command = [
        sys.executable,
        "-m",
        "fuzz",
        "--inputs",
        "3000",
        "--seed",
        "1",
        "--out",
        str(tmp_path),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(", 0 found") == len(targets.TARGETS)
