"""Which files were not made from what is asked now, whatever is remembered of earlier runs."""

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from epochwise.planning.outdated import Expected, expected, outdated
from epochwise.records import digests
from epochwise.records.recording import asked, recorded
from records.running import Files, job

ROOT = Path("results/mine")
RAW, MADE = "results/mine/work/d/raw.txt", "results/mine/work/d/made.json"
LOSSES, TIMES = "results/mine/losses.txt", "results/mine/work/d/0.timings.json"
RECORD = "results/mine/records/losses.json"


class Study:
    """Two jobs: a table from a file, and losses from the table; made by themselves, then looked at."""

    def __init__(self):
        self.told = {"load": {"scale": 1}, "losses": {"rate": 0.1}}
        Path("data.csv").write_text("1,2")
        Path("script.py").touch()
        self.make()

    def make(self):
        for rule, inputs, outputs, made in (
            ("load", {"file": "data.csv"}, {"table": RAW, "times": TIMES}, MADE),
            ("losses", {"table": RAW, "times": TIMES}, {"losses": LOSSES}, RECORD),
        ):
            with recorded(job(rule, inputs, outputs, made, **self.told[rule])):
                for file in outputs.values():
                    Path(file).write_text(f"{rule} with {self.told[rule]}")

    def look(self):
        """Give the outdated files, and what is said of damage."""
        load, losses = (asked(self.told[name]) for name in ("load", "losses"))
        of_load, of_losses = [RAW, TIMES, MADE], [LOSSES, RECORD]
        jobs = [
            Expected(MADE, ROOT, of_load, of_load, load, "script.py"),
            Expected(RECORD, ROOT, of_losses, of_losses, losses, "script.py"),
        ]
        said = []
        return outdated(jobs, Path("memory.json"), said.append), said


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Study()


def write(path, text):
    return lambda: Path(path).write_text(text)


def test_nothing_is_outdated_that_was_made_from_what_is_asked(study):
    assert study.look() == (set(), [])


def test_what_is_not_there_is_no_business_of_this(study):
    for file in (RAW, TIMES, MADE):
        os.remove(file)
    assert study.look() == (set(), [])
    os.remove("data.csv")
    assert study.look() == (set(), [])


@pytest.mark.parametrize("rule", ["load", "losses"])
def test_another_parameter_makes_the_job_outdated(study, rule):
    study.told[rule] = {"rate": 0.2}
    files = {"load": {RAW, TIMES, MADE}, "losses": {LOSSES, RECORD}}
    assert study.look() == (files[rule], [])


@pytest.mark.parametrize(
    ("change", "files"),
    [
        (write("data.csv", "1,3"), {RAW, TIMES, MADE}),
        (lambda: os.remove(MADE), {RAW, TIMES, MADE}),
        (write(MADE, "{"), {RAW, TIMES, MADE}),
        (write(RECORD, "[]"), {LOSSES, RECORD}),
    ],
)
def test_other_contents_and_lost_records_do_too(study, change, files):
    change()
    assert study.look() == (files, [])


def test_what_was_made_from_another_table_is_outdated(study):
    losses, record = Path(LOSSES).read_bytes(), Path(RECORD).read_bytes()
    study.told["load"] = {"scale": 2}
    study.make()
    Path(LOSSES).write_bytes(losses)  # brought from a copy of before
    Path(RECORD).write_bytes(record)
    assert study.look() == ({LOSSES, RECORD}, [])


def test_a_file_that_was_cut_is_told_and_made_again(study):
    Path(RAW).write_text("lo")
    files, said = study.look()
    assert files == {RAW, TIMES, MADE}
    assert said == [
        f"{RAW}: not what the workflow wrote there (damaged, edited, or brought from elsewhere); made anew."
    ]
    Path(LOSSES).write_text("lo")
    assert f"{RAW} and 1 more: not what" in study.look()[1][0]


def age(file, seconds):
    os.utime(file, (time.time() - seconds,) * 2)


def times(*files):
    return [os.stat(file).st_mtime_ns for file in files]


@pytest.mark.parametrize("newest", [RAW, TIMES, "data.csv", "script.py"])
def test_where_only_times_are_in_disorder_files_are_marked_as_up_to_date(study, newest):
    for file in (LOSSES, RECORD, RAW, TIMES, MADE, "data.csv", "script.py"):
        age(file, 100 if file == newest else 200)
    assert study.look() == (set(), [])
    load, losses = times(RAW, TIMES, MADE), times(LOSSES, RECORD)
    assert min(losses) >= max(load)
    assert min(load) >= max(times("data.csv", "script.py"))


@pytest.mark.parametrize("early", [RAW, MADE, TIMES, LOSSES])
def test_what_is_dated_in_the_future_is_marked_as_made_now(study, early):
    age(early, -1000)
    assert study.look() == (set(), [])
    load, losses = times(RAW, TIMES, MADE), times(LOSSES, RECORD)
    assert max(load) <= min(losses)
    assert max(losses) <= time.time_ns()


@pytest.mark.parametrize("damaged", [RAW, LOSSES, MADE])
@pytest.mark.parametrize("older", [0, 50])
def test_a_folder_in_a_files_place_is_damage(study, damaged, older):
    os.remove(damaged)
    os.mkdir(damaged)
    age(damaged, older)
    files = {LOSSES, RECORD} if damaged == LOSSES else {RAW, TIMES, MADE}
    assert study.look()[0] == files


def test_what_cannot_be_read_is_damage_where_it_is_read(study, monkeypatch):
    of_file = digests.of_file

    def refuses(file):
        if file == LOSSES:
            raise PermissionError(13, "Permission denied", file)
        return of_file(file)

    age(LOSSES, 50)
    monkeypatch.setattr(digests, "of_file", refuses)
    files, said = study.look()
    assert files == {LOSSES, RECORD}
    assert "not what the workflow wrote there" in said[0]


@pytest.mark.parametrize(
    ("damaged", "files"), [(RAW, {RAW, TIMES, MADE}), (LOSSES, {LOSSES, RECORD})]
)
def test_files_are_marked_only_where_they_are_what_was_made(study, damaged, files):
    text = Path(damaged).read_text()
    Path(damaged).write_text(text[:-1] + "?")
    for file in (LOSSES, RECORD, MADE):
        age(file, 50)
    found, said = study.look()
    assert found == files
    assert said[0].startswith(f"{damaged}: not what the workflow wrote there")


def test_the_jobs_expected_are_those_of_the_rules_without_what_asks_for_more():
    def rule(output, benchmark, **params):
        made = f"{output}.made.json"
        files = Files(out=output, made=made)
        inner = SimpleNamespace(benchmark=benchmark, script="../scripts/make.py")
        return SimpleNamespace(output=files, benchmark=benchmark, rule=inner, params=params)

    plan = SimpleNamespace(
        study=SimpleNamespace(name="mine"), jobs=lambda: [("train", {"seeds": "0"})]
    )
    rules = SimpleNamespace(
        train=rule(
            "results/{study}/work/{seeds}.npz",
            "logs/{seeds}.tsv",
            rate=lambda w: w.seeds,
            fixed={"a": 1},
            besides=lambda w, more: 1 / 0,
        ),
        gallery=rule("results/index.html", None),
    )
    train, gallery = expected([plan], rules, Path("scripts"), ["gallery"])
    made = "results/mine/work/0.npz.made.json"
    assert (train.record, train.folder) == (made, ROOT)
    assert train.outputs == ["results/mine/work/0.npz", made]
    assert train.times == [*train.outputs, "logs/0.tsv"]
    assert train.asked == asked({"rate": "0", "fixed": {"a": 1}})
    assert train.script == "scripts/make.py"
    assert (gallery.folder, gallery.times) == (Path("results"), gallery.outputs)
