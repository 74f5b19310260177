"""What the README says is run here."""

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from epochwise import conformance
from epochwise.__main__ import main
from epochwise.study import study
from helpers import PLUGINS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, words: str) -> str:
    """Find the README's code block in a language that has certain words."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.S | re.M)
    return next(text for name, text in blocks if name == language and words in text)


def test_the_two_commands_are_one_line_each_and_ci_runs_the_second():
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith("snakemake --cores 4")
    assert commands[1].endswith("pytest")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert """grep -F "'.[test]'" README.md""" in ci
    assert [line for line in README.splitlines() if "'.[test]'" in line] == [commands[1]]


def test_the_backend_as_written_passes_every_check(tmp_path):
    file = tmp_path / "plain_backend.py"
    file.write_text(block("python", "register_backends"), encoding="utf-8")
    checks = conformance.check(file)
    assert checks
    assert all(one.passed for one in checks), conformance.report(checks)


def test_the_study_as_written_is_a_study(tmp_path):
    file = tmp_path / "houses.yaml"
    file.write_text(block("yaml", "houses"), encoding="utf-8")
    (tmp_path / "houses.csv").touch()
    one = study.load(file)
    assert len(one.points()) == 3
    assert len(one.seeds) == 10


@pytest.mark.versions
def test_a_user_s_ten_lines_go_from_csv_to_an_answer(clone, tmp_path):
    text = (
        block("yaml", "houses").replace("epochs: 500", "epochs: 5").replace("seeds: 10", "seeds: 2")
    ).replace("[16, 64, 200]", "[16, 200]")
    (tmp_path / "houses.yaml").write_text(text, encoding="utf-8")
    rows = "\n".join(f"{i},{i % 7},{'north' if i % 3 else 'south'},{i * 1.5}" for i in range(400))
    (tmp_path / "houses.csv").write_text(f"size,rooms,side,price\n{rows}\n", encoding="utf-8")
    file = tmp_path / "houses.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "backends: [numpy, sklearn]\n", "utf-8")
    clone.run("--config", f"studies={file}")
    results = clone.folder / "results" / "houses"
    table = pq.read_table(results / "losses.parquet")
    assert table.num_rows == 2 * 2 * 2 * 6
    assert json.loads((results / "answer.json").read_text(encoding="utf-8"))["answers"]
    for line in block("", "results/diabetes/").splitlines()[1:]:
        for name in re.findall(r"[a-z_]+/?[a-z_]*\.[a-z]+", line.strip().split("  ")[0]):
            assert (results / name).is_file(), name


def test_the_answer_in_words_and_for_programs(tmp_path):
    missing = CliRunner().invoke(main, ["answer", str(tmp_path)])
    assert missing.exit_code == 2
    assert "has neither the answer.json of a study nor" in missing.output
    assert "Traceback" not in missing.output


def test_the_answer_for_those_who_have_trained_already(tmp_path, monkeypatch):
    command = re.search(r"\.venv/bin/epochwise (answer runs/\S+)", README)[1].split()
    for seed in range(5):
        file = tmp_path / f"runs/seed-{seed}/metrics.csv"
        file.parent.mkdir(parents=True)
        losses = [(i, 1 + (i - 20 - seed % 2) ** 2 / 400) for i in range(40)]
        file.write_text("epoch,loss,val_loss\n" + "".join(f"{i},{v},{v}\n" for i, v in losses))
    monkeypatch.chdir(tmp_path)
    files = map(str, sorted(tmp_path.glob(command[1])))
    done = CliRunner().invoke(main, [command[0], *files, "--plugins", str(PLUGINS)])
    assert "runs: train 21 epochs, the best of 40." in done.output


@pytest.mark.parametrize("path", re.findall(r"\]\(([^):]+)\)", README))
def test_links_lead_somewhere(path: str):
    assert (Path(ROOT) / path).exists()
