"""What is too large, too deep, endless or no file at all gets a sentence, soon and without being tried."""

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from epochwise.__main__ import main
from epochwise.errors import EpochwiseError, counted, several, told_by, unknown, visible
from epochwise.study import jobs
from helpers import PLUGINS

MOONS = "datasets: {m: {source: moons, rows: 50}}\n"
LAYERS = ", ".join(["100000"] * 20)
SPARSE = 10 * 2**30
PIPE = "is a pipe or a device; save what it gives as a file, and give that."

STUDIES = {
    "a generator's rows": (
        "datasets: {m: {source: moons, rows: 1000000000000}}",
        r"moons: would draw [\d,]+ numbers, of which there may be 50,000,000; ask for fewer",
    ),
    "a generator's features": (
        "datasets: {m: {source: make_regression, features: 10000000}}",
        "make_regression: would draw .* numbers, of which there may be",
    ),
    "a network": (
        f"{MOONS}network: {{hidden_layer_sizes: [{LAYERS}]}}",
        "network.hidden_layer_sizes: .* makes 190,002,000,000 weights between hidden layers, of which",
    ),
    "a network in a sweep": (
        f"{MOONS}sweep: {{hidden_layer_sizes: [[2], [{LAYERS}]]}}",
        "sweep.hidden_layer_sizes: .* makes 190,002,000,000 weights",
    ),
    "segments": (
        f"{MOONS}training: {{epochs: 100000000}}\njobs: {{epochs_per_job: 1}}",
        "makes 100,000,000 training jobs, of which there may be 200,000",
    ),
    "a name of a file": (
        f"datasets: {{m: {{file: '{'o' * 5000}', target: y}}}}",
        r"there is no file 'o{199}\.\.\.",
    ),
    "a zero byte in a name": (
        'datasets: {m: {file: "a\\0b.csv", target: y}}',
        r"there is no file 'a\\x00b.csv'",
    ),
    "a pipe": ("datasets: {m: {file: pipe.csv, target: y}}", PIPE),
    "a device": ("datasets: {m: {file: zero.csv, target: y}}", PIPE),
    "a pipe of curves": ("curves: {m: {files: pipe.csv}}", PIPE),
    "a device of curves": ("curves: {m: {files: zero.csv, reader: table}}", PIPE),
    "a large file": (
        "datasets: {m: {file: large.csv, target: y}}",
        "holds zero bytes, so it is no",
    ),
    "a large file of curves": (
        "curves: {m: {files: large.csv}}",
        "has 10,737,418,240 bytes, and a loss history 1,073,741,824 at most",
    ),
    "a loop of links": (
        "curves: {m: {files: loop.csv}}",
        "loop.csv: too many levels of symbolic links; give the path",
    ),
}
COMMANDS = {
    "a pipe": (["answer", "pipe.csv"], PIPE),
    "a pipe to begin with": (["init", "pipe.csv"], PIPE),
    "a large study": (["validate", "large.yaml"], "is larger than 10 MB, which no study is"),
    "a study that is a pipe": (["validate", "pipe.yaml"], PIPE),
    "a long name": (["answer", "a" * 5000], "file name too long; give the path"),
    "a long name of a study": (["validate", "a" * 5000 + ".yaml"], "there is no file 'a"),
    "a folder of pipes": (["answer", "pipes"], "nor a file that a reader of loss histories"),
    "a long first line": (["init", "line.csv"], "first line has more than 1,000,000 characters"),
    "a loop among the studies": (
        ["validate", "all"],
        "loop.yaml: too many levels of symbolic links",
    ),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with what can be no data."""
    monkeypatch.chdir(tmp_path)
    Path("pipes/mlruns/0/a/metrics").mkdir(parents=True)
    of_tools = (
        "metrics.csv",
        "loss.tsv",
        "trainer_state.json",
        "mlflow.db",
        "events.out.tfevents.1",
    )
    pipes = [f"pipes/{name}" for name in (*of_tools, "mlruns/0/a/meta.yaml")]
    for name in ("pipe.csv", "pipe.yaml", *pipes):
        os.mkfifo(name)
    os.symlink("/dev/zero", "zero.csv")
    os.symlink("loop.csv", "loop.csv")
    os.symlink("..", "pipes/up")
    for name in ("large.csv", "large.yaml"):
        with open(name, "wb") as file:
            file.truncate(SPARSE)  # takes no room
    Path("line.csv").write_text("a" * 1_000_001)
    Path("config/studies").mkdir(parents=True)
    os.symlink("loop.yaml", "config/studies/loop.yaml")
    return tmp_path


def told(*arguments, plugins=PLUGINS):
    done = CliRunner().invoke(main, [*arguments, "--plugins", str(plugins)])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code != 0
    return done.output


@pytest.mark.parametrize("limit", STUDIES)
def test_a_study_beyond_a_limit(folder, limit):
    study, sentence = STUDIES[limit]
    Path("mine.yaml").write_text(study, encoding="utf-8")
    assert re.search(sentence, told("validate", "--quiet", "mine.yaml"))


@pytest.mark.parametrize("limit", COMMANDS)
def test_a_command_beyond_a_limit(folder, limit):
    arguments, sentence = COMMANDS[limit]
    assert re.search(sentence, told(*arguments))


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink(path, path), os.mkdir])
def test_a_plugin_that_is_no_file(tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    make("x_backend.py")
    said = told("backends", plugins=".")
    assert re.search(r"Error: x_backend\.py: .*, or take it out of the folder\.", said)


def test_what_is_asked_for_is_said_only_where_something_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "--reader" not in told("answer", "missing.csv")
    Path("odd.csv").write_text("epoch,a,b\n1,2,3\n")
    assert "--reader" in told("answer", "odd.csv")


def test_blocks_on_disk_beyond_all_seeds_are_left_alone(tmp_path):
    for name in ("seeds-0-99999999999", *(f"seeds-{seed}" for seed in range(0, 3000, 2))):
        (tmp_path / name).mkdir()
    existing = jobs.existing_blocks(tmp_path, range(3000), 5)
    assert len(existing) == 1500
    cut = jobs.blocks(range(3000), 3000, existing)
    assert sorted(seed for _, seeds in cut for seed in seeds) == list(range(3000))
    assert max(len(name) for name, _ in cut) <= jobs.LONGEST_NAME


def test_a_segment_that_ends_where_it_begins_is_none():
    assert jobs.segments(9, 9, [(0, 0), (0, 4), (4, 4)]) == [(0, 4), (4, 9)]


def test_a_sentence_holds_nothing_that_a_terminal_obeys():
    error = EpochwiseError("a\x1b[2Jb\u202ec\nd.")
    assert str(error) == r"a\x1b[2Jb\u202ec d."
    assert visible("x" * 500) == f"{'x' * 200}..."
    assert told_by(ValueError("a\n  b")) == "a b"
    assert told_by(ValueError()) == "ValueError"


def test_names_that_are_too_many_or_too_long_are_cut():
    assert several([]) == "none"
    many = several(f"name{number}" for number in range(1000))
    assert many.endswith(" more")
    assert len(many) < 900
    assert len(unknown("column", "x" * 10_000, ["y" * 10_000] * 1000)) < 1200


@pytest.mark.parametrize(
    ("number", "what", "written"),
    [
        (1, "row", "1 row"),
        (0, "row", "0 rows"),
        (2024, "epoch", "2,024 epochs"),
        (2, "class", "2 classes"),
    ],
)
def test_a_number_and_its_noun_agree(number, what, written):
    assert counted(number, what) == written
