"""The commands of `python -m epochwise` about backends: what they print, and how they end."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from epochwise.__main__ import main
from epochwise.conformance import CHECKS
from helpers import PLUGINS

pytestmark = pytest.mark.versions

BROKEN = Path(__file__).parent / "conformance" / "broken_backends"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Stand in an empty folder, which is no clone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    """Run a command; give its exit code and what it prints."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert "Traceback" not in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_backends_are_listed_a_line_each():
    code, text = run("backends", "--plugins", PLUGINS)
    assert code == 0
    names = [line.split()[0] for line in text.splitlines()]
    assert names == ["jax", "numpy", "sklearn", "tensorflow", "torch"]


def test_a_backend_that_passes_every_check_ends_well():
    code, text = run("check", "numpy", "--plugins", PLUGINS)
    assert code == 0
    assert text.splitlines()[-1] == f"{len(CHECKS)} of {len(CHECKS)} checks passed"


def test_a_broken_backend_given_as_a_file_ends_with_1():
    code, text = run("check", BROKEN / "speaks_in_lines_backend.py")
    assert code == 1
    assert len(text.splitlines()) == len(CHECKS) + 1
    assert "FAILED" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "numpi", "--plugins", PLUGINS], "unknown backend 'numpi'; there are: jax"),
        (["check", "nothing_backend.py"], "'nothing_backend.py' is no backend"),
        (["check", "numpy", "--plugins", "absent"], "there is no folder of plugins 'absent' here"),
        (["backends", "--plugins", "absent"], "there is no folder of plugins 'absent' here"),
        (["new-backend", "Mine"], "'Mine' cannot name a backend"),
    ],
)
def test_a_mistake_ends_in_one_sentence(elsewhere, arguments, sentence):
    code, text = run(*arguments)
    assert code == 1
    (line,) = text.splitlines()
    assert line.startswith(f"Error: {sentence}")
    assert not list(elsewhere.iterdir())


def test_a_new_backend_says_where_it_is_and_what_to_do(elsewhere):
    code, text = run("new-backend", "mine")
    file = Path("plugins/mine_backend.py")
    assert code == 0
    assert file.is_file()
    assert f"python -m epochwise check {file}" in text
    assert run("check", "mine")[0] == 1
    assert run("new-backend", "mine") == (
        1,
        "Error: there is a backend 'mine' already; choose another name.\n",
    )


@pytest.mark.parametrize("kind", ["torch", "keras"])
def test_a_network_of_one_s_own_is_started_by_a_command(tmp_path, kind):
    code, text = run("new-backend", "mine", f"--{kind}", "--plugins", tmp_path)
    assert code == 0
    assert (
        "it trains as it is; put your network into it, then try: python -m epochwise check" in text
    )
    assert f"{kind}_network(build)" in (tmp_path / "mine_backend.py").read_text(encoding="utf-8")


def test_a_schema_for_editors_is_printed():
    code, text = run("schema", "--plugins", PLUGINS)
    assert code == 0
    assert json.loads(text)["properties"]["training"]["properties"]["solver"]["enum"] == [
        "adam",
        "sgd",
    ]
