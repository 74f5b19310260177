"""What SECURITY.md says, as far as tests can hold it; those that stand elsewhere are named there."""

import ast
import re
from pathlib import Path

import pytest

from epochwise.errors import EpochwiseError, StudyError
from epochwise.study import study, yaml_files
from helpers import ROOT

PROMISES = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
CODE = sorted(file for folder in ("workflow", "plugins") for file in (ROOT / folder).rglob("*.py"))
SAID = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PROMISES)


def test_every_test_that_is_named_exists():
    assert len(SAID) > 10
    missing = [
        (file, name)
        for file, name in SAID
        if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


@pytest.mark.parametrize(
    "text",
    [
        "title: !!python/object/apply:os.system [touch made]",
        "title: !!python/name:os.system",
        "title: !!python/object/new:os.system [touch made]",
        "title: !!python/module:os",
        "title: !mine 1",
    ],
)
def test_yaml_makes_no_objects(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match="tag"):
        yaml_files.parse(text, "study.yaml")
    assert list(tmp_path.iterdir()) == []


SHELLS = {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell", "spawnl"}
STARTS = {"run", "Popen", "call", "check_call", "check_output"}


def calls(path: Path) -> list[ast.Call]:
    return [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]


def test_no_shell_is_started():
    """A program is started by a list of arguments, written where it is started."""
    for path in CODE:
        for call in calls(path):
            if not isinstance(call.func, ast.Attribute):
                continue
            where = f"{path}:{call.lineno}"
            assert call.func.attr not in SHELLS, where
            assert "shell" not in {one.arg for one in call.keywords}, where
            owner = call.func.value
            if isinstance(owner, ast.Name) and owner.id == "subprocess":
                assert call.func.attr in STARTS, where
                assert isinstance(call.args[0], ast.List), where


NAMES = ["../elsewhere", "/etc/elsewhere", "a/b", "..", ".", "", "a b", "a\\b", "{a}", "a\n", "é"]
PLACES = {
    "a dataset": "datasets: {%s: {source: diabetes}}",
    "a dataset by its name alone": "datasets: [%s]",
    "a backend": "datasets: [diabetes]\nbackends: [%s]",
    "a point": "datasets: [diabetes]\nsweep: {points: {%s: {alpha: 0.1}}}",
    "a study of curves": "curves: {%s: {files: a.csv}}",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, place, name):
    quoted = '"' + name.replace("\\", "\\\\").replace("\n", "\\n") + '"'
    (tmp_path / "mine.yaml").write_text(PLACES[place] % quoted, encoding="utf-8")
    with pytest.raises(EpochwiseError):
        study.load(tmp_path / "mine.yaml", lambda backends: {})
    (tmp_path / "mine.yaml").write_text(PLACES[place] % '"plain"', encoding="utf-8")
    (tmp_path / "a.csv").touch()
    study.load(tmp_path / "mine.yaml", lambda backends: {})
