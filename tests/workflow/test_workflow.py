"""The real DAG, run by the real Snakemake: what it makes, what it makes again, and what it survives."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from conftest import Clone
from epochwise.__main__ import main
from epochwise.errors import DataError
from epochwise.records.record import Record
from epochwise.verification import digests_kept

TINY = """
datasets: [diabetes]
network: {hidden_layer_sizes: [8]}
training: {epochs: 30, shuffle: scikit_learn}
backends: [numpy, twin]
seeds: [42]
jobs: {epochs_per_job: 10}
"""
LOSSES = "results/tiny/losses.parquet"  # where a test needs no figures and no page


def with_tiny_study(clone):
    """Make the tiny study the default, with a second backend that starts as fast as NumPy's."""
    text = (clone.folder / "plugins/numpy_backend.py").read_text(encoding="utf-8")
    twin = text.replace('register("numpy"', 'register("twin"')
    (clone.folder / "plugins/twin_backend.py").write_text(twin, encoding="utf-8")
    clone.study("tiny", TINY)
    clone.edit("config/config.yaml", "- diabetes", "- tiny")
    return clone


@pytest.fixture
def tiny(clone):
    return with_tiny_study(clone)


@pytest.fixture(scope="session")
def ready(tmp_path_factory):
    """Run the tiny study once, for all tests that begin with a finished run."""
    made = with_tiny_study(Clone(tmp_path_factory.mktemp("ready") / "clone"))
    made.said = made.run()
    return made


@pytest.fixture
def done(ready, tmp_path):
    """A copy of a finished run, to change and run again."""
    return ready.copy(tmp_path / "clone with a space")


def contents(folder: Path) -> dict[str, str]:
    """Hash every result but the times."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "timings" not in path.name
    }


@pytest.mark.versions
def test_a_run_leaves_what_the_readme_promises(ready):
    results = ready.folder / "results" / "tiny"
    table = pq.read_table(results / "losses.parquet")
    assert table.num_rows == 2 * 31
    assert pa_csv.read_csv(results / "losses.csv").num_rows == table.num_rows
    summary = pa_csv.read_csv(results / "summary.csv").to_pylist()
    assert [row["backend"] for row in summary] == ["numpy", "twin"]
    assert summary[0]["best_validation_loss"] == summary[1]["best_validation_loss"]
    assert not summary[0]["diverged"]
    logs = list((ready.folder / "logs" / "tiny").rglob("*.benchmark.tsv"))
    assert len(logs) == 6
    assert "epoch 30/30" in (logs[0].parent / "20-30.log").read_text(encoding="utf-8")


@pytest.mark.versions
def test_the_answer_is_printed_in_ten_lines_or_as_json(ready):
    folder = str(ready.folder / "results" / "tiny")
    words = CliRunner().invoke(main, ["answer", folder])
    assert words.exit_code == 0
    assert "no number of epochs is recommended. The loss was still" in words.output.splitlines()[0]
    assert len(words.output.splitlines()) <= 10
    found = json.loads(CliRunner().invoke(main, ["answer", folder, "--json"]).output)
    assert found["study"] == "tiny"
    assert len(found["answers"]) == 2


@pytest.mark.versions
@pytest.mark.long
def test_snakemakes_own_report_shows_figures_and_page(done):
    done.run("--report", "report.zip")
    with zipfile.ZipFile(done.folder / "report.zip") as archive:
        names = {Path(name).name for name in archive.namelist()}
        words = "".join(archive.read(one).decode() for one in archive.namelist() if told(one))
    assert {"loss_curves.png", "report.html", "summary.csv"} <= names
    assert "a row per run" in words  # a label
    assert "the page of the study" in words
    assert "The report page of tiny" in words  # a caption, filled in


def told(name):
    """Tell whether a file of Snakemake's report holds its words."""
    return name.endswith(("report.html", ".json", ".js")) and "results" not in name


MINE = """
from epochwise.api import hookimpl


@hookimpl
def register_figures(register):
    register("mine", draw, tables=["losses.parquet"])


def draw(tables, options):
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    for one in tables.curves():
        axes.plot(one.mean("validation_loss"))
    return figure
"""


def test_a_plugin_adds_a_figure(done):
    (done.folder / "plugins/mine_figures.py").write_text(MINE, encoding="utf-8")
    done.run()
    results = done.folder / "results" / "tiny"
    assert {f.suffix for f in results.glob("figures/mine.*")} == {".png", ".svg", ".pdf"}
    assert "figures/mine.svg" in json.loads((results / "manifest.json").read_text())["results"]
    assert 'href="figures/mine.pdf"' in (results / "report.html").read_text(encoding="utf-8")


SPY = """
import atexit, sys
atexit.register(lambda: print("pandas is here:", sys.modules.get("pandas") is not None))
"""
FRAMES = """
import pandas as pd
from epochwise.api import hookimpl
from epochwise.data.datasets import Dataset

@hookimpl
def register_datasets(register):
    register("frames", lambda: Dataset(pd.DataFrame(), ["a"], ["b"]))
"""


def test_a_start_imports_no_pandas(tiny):
    (tiny.folder / "plugins/spy_datasets.py").write_text(SPY, encoding="utf-8")
    assert "pandas is here: False" in tiny.run("--dry-run")


def test_a_plugin_may_import_pandas_at_its_top(tiny):
    (tiny.folder / "plugins/spy_datasets.py").write_text(SPY, encoding="utf-8")
    (tiny.folder / "plugins/frames_datasets.py").write_text(FRAMES, encoding="utf-8")
    assert "pandas is here: True" in tiny.run("--dry-run")


def test_a_backend_may_import_pandas_at_its_top_and_require_it(tiny):
    file, first = "plugins/twin_backend.py", "from collections.abc import Callable"
    tiny.edit(file, first, f"import pandas\n{first}")
    tiny.edit(file, ", NumpyTrainer,", ', NumpyTrainer, requires=("pandas",),')
    tiny.study("tiny", TINY.replace("numpy, twin", "twin").replace("epochs: 30", "epochs: 2"))
    tiny.run(LOSSES)


@pytest.mark.long
def test_several_studies_hang_in_a_gallery(done):
    other = TINY.replace("datasets: [diabetes]", "title: A & <b>\ndatasets: [diabetes]")
    done.study("other", other.replace("epochs: 30", "epochs: 2"))
    done.run("--config", "studies=tiny,other")
    page = (done.folder / "results" / "index.html").read_text(encoding="utf-8")
    assert 'href="tiny/report.html#gallery"' in page
    assert "A &amp; &lt;b&gt;" in page


@pytest.mark.versions
def test_a_second_run_has_nothing_to_do_and_says_the_answer_again(ready, done):
    again = done.run()
    assert "Nothing to be done" in again
    assert ready.said[ready.said.index("\ndiabetes, numpy: ") : ready.said.index("Page: ")] in again


@pytest.mark.parametrize(
    "cores", ["4", pytest.param("1", marks=pytest.mark.long)]
)  # `ready` had two
def test_the_same_bytes_for_any_cores_and_any_run_and_the_answer_at_its_end(ready, tiny, cores):
    first = contents(ready.folder / "results")
    text = tiny.run("--cores", cores)
    assert "no number of epochs is recommended" in text  # after so few
    assert "Page: results/tiny/report.html" in text
    assert contents(tiny.folder / "results") == first
    assert any(name.endswith(".png") for name in first)


CHANGES = {
    "learning rate": ("{epochs: 30,", "{epochs: 30, learning_rate_init: 0.01,"),
    "title": ("datasets:", "title: Tiny\ndatasets:"),
    "epochs": ("epochs: 30", "epochs: 40"),
    "fewer epochs": ("epochs: 30", "epochs: 25"),
    "seeds": ("seeds: [42]", "seeds: [42, 7]"),
    "backends": ("[numpy, twin]", "[numpy]"),
    "dataset": ("datasets: [diabetes]", "datasets: {other: {source: diabetes}}"),
    "rows": ("datasets:", "partitions: {test_size: 0.2}\ndatasets:"),
    "figures": ("datasets:", "figures: {loss_curves: {yscale: linear}}\ndatasets:"),
    "confidence": ("datasets:", "answer: {acceptable_regret: 0.1}\ndatasets:"),
}
QUICK = ("learning rate",)


@pytest.mark.parametrize(
    "change", [c if c in QUICK else pytest.param(c, marks=pytest.mark.long) for c in CHANGES]
)
def test_without_snakemakes_memory_what_is_made_again_is_the_same(done, change):
    old, new = CHANGES[change]
    assert old in TINY
    done.study("tiny", TINY.replace(old, new))
    before = done.jobs()
    assert "study_file" in before
    assert ("train" in before) == (
        change in ("learning rate", "epochs", "seeds", "dataset", "rows")
    )
    shutil.rmtree(done.folder / ".snakemake")
    assert done.jobs() == before


def test_results_that_are_copied_without_their_times_are_up_to_date(ready, clone):
    with_tiny_study(clone)
    for name in ("plugins", "results"):  # nothing else: neither memory nor logs
        shutil.rmtree(clone.folder / name, ignore_errors=True)
        shutil.copytree(ready.folder / name, clone.folder / name, copy_function=shutil.copy)
    newest_first = sorted((clone.folder / "results").rglob("*"), reverse=True)
    for number, file in enumerate(newest_first):
        os.utime(file, (number, number))
    assert clone.jobs() == {}
    clone.edit("config/studies/tiny.yaml", "{epochs: 30,", "{epochs: 30, alpha: 0.5,")
    assert clone.jobs()["train"] == 6


@pytest.fixture
def verified(monkeypatch):
    """Verify the tiny study of a clone as the command does; give its exit status and what it says."""

    def run(clone, *arguments):
        monkeypatch.chdir(clone.folder)
        command = ["verify", "results/tiny", "--plugins", "plugins", *arguments]
        done = CliRunner().invoke(main, command)
        return done.exit_code, done.output

    return run


@pytest.mark.versions
def test_clean_results_verify_and_so_do_their_runs_when_trained_again(ready, verified):
    status, said = verified(ready, "--retrain", "2")
    assert status == 0, said
    assert said.count("31 epochs, the same to the last bit") == 2
    assert "byte for byte the same when made again: losses.csv, losses.parquet" in said
    assert said.splitlines()[-1] == "results/tiny: all holds (13 checks)."


def test_results_that_were_mailed_are_verified_as_far_as_can_be(done, verified):
    shutil.rmtree(done.folder / "results/tiny/work")
    status, said = verified(done, "--retrain", "1", "--json")
    found = json.loads(said)
    assert (status, found["holds"]) == (0, True)
    outcomes = {one["check"]: one["outcome"] for one in found["checks"]}
    assert outcomes["digests"] == outcomes["tables for texts"] == "holds"
    assert outcomes["work"] == outcomes["loss table"] == outcomes["training"] == "not checked"
    os.remove(done.folder / "results/tiny/summary.csv")
    status, said = verified(done)
    assert status == 1
    assert "not there: summary.csv" in said


def files_of(clone):
    folder = clone.folder / "results/tiny"
    return [file for file in sorted(folder.rglob("*")) if file.is_file()]


def flip(file, place):
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def digests_differ(folder):
    """Look at digests alone, which is quick."""
    try:
        manifest = digests_kept.read_manifest(folder)
    except DataError:
        return True
    found = [
        *digests_kept.check_digests(folder, manifest),
        *digests_kept.check_records(folder, manifest),
    ]
    return any(one.outcome == "fails" for one in found)


@pytest.mark.long
def test_a_change_of_any_byte_of_any_file_is_found(done, verified):
    """Times too, but for those that no table shows; what they were made into tells of them."""
    for number, file in enumerate(files_of(done)):
        content = file.read_bytes()
        every = {0, len(content) - 1, number * 7919 % len(content)}
        for place in every:
            flip(file, place)
            if not digests_differ(done.folder / "results/tiny"):
                status, said = verified(done)
                assert (status, "timings" in file.name) == (1, True), (file, place, said)
            file.write_bytes(content)
    assert verified(done)[0] == 0


@pytest.mark.long
def test_a_manifest_that_was_edited_to_match_does_not_help(done, verified):
    manifest = done.folder / "results/tiny/manifest.json"
    listed = manifest.read_text(encoding="utf-8")
    for file in files_of(done):
        content, before = file.read_bytes(), hashlib.sha256(file.read_bytes()).hexdigest()
        if before not in listed:  # times, and the manifest with its record
            continue
        flip(file, len(content) // 2)
        after = hashlib.sha256(file.read_bytes()).hexdigest()
        manifest.write_text(listed.replace(before, after), encoding="utf-8")
        assert verified(done)[0] == 1, file
        file.write_bytes(content)
        manifest.write_text(listed, encoding="utf-8")


@pytest.mark.long
def test_a_curve_that_was_never_trained_is_found_by_training_it_again(done, verified):
    """Whoever forges a segment with its record, and has all else made from it, leaves no other trace."""
    segment = next((done.folder / "results/tiny/work").rglob("numpy/seeds-42/20-30.parquet"))
    table = pq.read_table(segment)
    row = table.column_names.index("validation_loss")
    better = pa.chunked_array([[value.as_py() / 2 for value in table["validation_loss"]]])
    pq.write_table(table.set_column(row, table.schema.field(row), better), segment)
    record = segment.with_name("20-30.made.json")
    told = json.loads(record.read_text(encoding="utf-8"))
    del told["digest"]
    name = next(name for name in told["outputs"] if name.endswith(".parquet"))
    told["outputs"][name] = [
        hashlib.sha256(segment.read_bytes()).hexdigest(),
        segment.stat().st_size,
    ]
    forged = Record(**told)
    forged.save(record)
    done.run()
    assert verified(done)[0] == 0
    status, said = verified(done, "--retrain", "2")
    assert status == 1
    assert "numpy, seed 42: losses differ by up to 1 of themselves" in said


@pytest.mark.long
def test_a_result_of_another_kernel_is_within_the_tolerance_and_says_so(
    done, verified, monkeypatch
):
    shutil.rmtree(done.folder / "results")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")  # this process keeps its own
    done.run()
    status, said = verified(done, "--retrain", "2")
    assert status == 0, said
    told = re.findall(r"31 epochs within (\S+) of each loss \(1e-06 is allowed", said)
    assert len(told) == 2
    assert all(0 < float(apart) < 1e-12 for apart in told)
    assert "Haswell" in said


def test_editing_a_backend_retrains_its_curves_alone(done):
    done.edit("plugins/numpy_backend.py", '"""Announce the trainer."""', '"""Announce it."""')
    text = done.run("--dry-run")
    assert text.count("Train numpy") == 3
    assert "Train twin" not in text


def test_a_figure_option_redraws_the_figure_alone(done):
    file = done.folder / "config/studies/tiny.yaml"
    file.write_text(TINY + "figures: {loss_curves: {yscale: linear}}\n", encoding="utf-8")
    redrawn = {"figure", "study_file", "report", "manifest"}
    jobs = done.jobs()
    assert jobs["figure"] == 1
    assert set(jobs) <= redrawn


@pytest.mark.long
def test_more_epochs_train_only_what_is_new_and_equal_a_fresh_run(ready, tiny):
    tiny.edit("config/studies/tiny.yaml", "epochs: 30", "epochs: 25")
    tiny.run(LOSSES)
    tiny.edit("config/studies/tiny.yaml", "epochs: 25", "epochs: 30")
    assert tiny.jobs()["train"] == 2  # 25-30, for each backend
    tiny.run()
    assert tables(tiny.folder) == tables(ready.folder)


def test_fewer_epochs_train_nothing(done):
    done.edit("config/studies/tiny.yaml", "epochs: 30", "epochs: 12")
    assert "train" not in done.jobs()
    done.run(LOSSES)
    assert pq.read_table(done.folder / LOSSES)["epoch"].to_numpy().max() == 12


def test_what_a_cluster_is_asked_for_is_no_reason_to_train_again(done):
    asked = ["--set-resources", "train:mem_mb=1", "train:runtime=1", "--set-threads", "train=2"]
    assert done.jobs(*asked) == {}


@pytest.mark.long
def test_threads_are_the_study_s_and_another_number_trains_again(done):
    kept = "return {name: array.copy() for name, array in self.kept.items()}"
    threads = (
        'np.array([one["num_threads"] for one in __import__("threadpoolctl").threadpool_info()])'
    )
    done.edit("plugins/twin_backend.py", kept, f'{kept} | {{"threads": {threads}}}')
    done.study("tiny", TINY.replace("jobs: {", "jobs: {threads: 3, "))
    assert done.jobs()["train"] == 6
    said = done.run("--cores", "1", LOSSES)
    assert "tiny.yaml: jobs.threads: 3 is more than --cores 1" in said
    states = list(done.folder.glob("results/tiny/work/**/twin/**/*.npz"))
    assert [np.load(state)["threads"].tolist() for state in states] == [[3], [3], [3]]
    assert done.jobs("--set-threads", "train=1", "--cores", "4", LOSSES) == {}


def tables(folder: Path) -> dict[str, str]:
    """Hash the results but for what tells in which segments they came about."""
    results = folder / "results" / "tiny"
    return {
        name: digest
        for name, digest in contents(results).items()
        if not name.startswith(("work/", "records/"))
        and name not in ("study.yaml", "manifest.json")
    }


LONG = """
datasets: [diabetes]
network: {hidden_layer_sizes: [64]}
training: {epochs: 6000}
jobs: {epochs_per_job: 1000}
"""


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory):
    made = with_tiny_study(Clone(tmp_path_factory.mktemp("uninterrupted") / "clone"))
    made.study("tiny", LONG)
    made.run(LOSSES)
    return made


LONGER = pytest.mark.long  # variants of what a shorter test shows


@pytest.mark.long  # a checkpoint's own tests, and a kill of Snakemake with Ctrl-C, are quick
@pytest.mark.parametrize("victim", ["snakemake", "job", "snakemake alone"])
def test_a_killed_run_goes_on_where_it_stopped(uninterrupted, tiny, victim):
    tiny.study("tiny", LONG)
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = tiny.command(LOSSES)
    run = subprocess.Popen(command, cwd=tiny.folder, start_new_session=True, **silent)
    block = tiny.folder / "results/tiny/work/diabetes/fold-0/default/numpy/seeds-0"
    wait_for((block / "1000-2000.npz").exists)
    if victim == "job":
        kill_training(run.pid)
    elif victim == "snakemake alone":  # its job goes on, and meets the next run's
        run.kill()
    else:
        os.killpg(run.pid, signal.SIGKILL)
    assert run.wait(timeout=120) != 0
    kept = (block / "0-1000.npz").stat().st_mtime_ns
    if victim != "snakemake alone":  # there the next run is to begin while the job goes on
        assert 0 < tiny.jobs()["train"] < 6
    tiny.run(LOSSES)
    assert (block / "0-1000.npz").stat().st_mtime_ns == kept
    assert tables(tiny.folder) == tables(uninterrupted.folder)


def wait_for(condition, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def kill_training(run: int) -> None:
    """SIGKILL the Python process of the training job that runs now."""

    def victims() -> list[psutil.Process]:
        started = psutil.Process(run).children(recursive=True)
        return [
            p for p in started if p.name().startswith("python") and "train.py" in str(p.cmdline())
        ]

    wait_for(victims)
    for victim in victims():
        victim.kill()


@pytest.mark.parametrize("option", [(), pytest.param(("--no-hooks",), marks=LONGER)])
def test_two_runs_at_once_are_refused(tiny, tmp_path, option):
    from epochwise.file_lock import lock

    (tmp_path / "shared").mkdir()
    (tiny.folder / "results").symlink_to(tmp_path / "shared")
    with lock(tmp_path / "shared" / ".lock", print):
        text = tiny.run(*option, ok=False)
        assert tiny.jobs()["train"] == 6
    assert "another run is going on" in text
    assert "Traceback" not in text


LOCKLESS = """
import fcntl
from epochwise.api import hookimpl


def flock(file, how):
    raise OSError(37, "No locks available")


fcntl.flock = flock


@hookimpl
def register_datasets(register): ...
"""


def test_a_run_goes_on_where_files_cannot_be_locked(tiny):
    (tiny.folder / "plugins/lockless_datasets.py").write_text(LOCKLESS, encoding="utf-8")
    text = tiny.run("results/tiny/study.yaml")
    assert text.count("No locks available") == 1
    assert "start no second run in this folder" in text


@LONGER
def test_a_large_loss_table_is_parquet_alone(done):
    folder = done.folder / "results/tiny"
    before = (folder / "losses.parquet").read_bytes()
    fewer = "from epochwise.planning import plan\n\nplan.MOST_CSV_ROWS = 61\n"
    done.edit("workflow/rules/planning.smk", "WITH_CSV =", f"{fewer}WITH_CSV =")
    (folder / "losses.parquet").unlink()
    done.run()
    assert (folder / "losses.parquet").read_bytes() == before
    assert not (folder / "losses.csv").exists()
    assert "losses.csv" not in (folder / "manifest.json").read_text()
    assert "losses.csv" not in (folder / "report.html").read_text()


@pytest.mark.long
@pytest.mark.parametrize("limit", [[], ["--resources", "gpu=1"]])
def test_jobs_on_a_graphics_card_run_one_at_a_time_where_there_is_one(tiny, limit):
    tiny.edit("plugins/twin_backend.py", '{"device": ("cpu",)}', '{"device": ("cpu", "cuda")}')
    text = "seeds: 1\nbackends: [twin]\ntraining: {epochs: 2, device: cuda}\nsweep: {alpha: [0, 1]}"
    tiny.study("tiny", f"datasets: [diabetes]\n{text}\njobs: {{seeds_per_job: 1}}")
    told = tiny.run("results/tiny/losses.csv", *limit)
    assert ("Execute 2 jobs" in told) == (not limit)


MISTAKES = {
    "an unknown key": ("jobs:", "job:", ["tiny.yaml", "unknown key 'job'", "Did you mean 'jobs'?"]),
    "an unknown backend": ("[numpy, twin]", "[numpi]", ["unknown backend 'numpi'", "numpy"]),
    "a wrong type": ("epochs: 30", "epochs: many", ["training.epochs", "'many'", "a whole number"]),
    "an unknown criterion": (
        "seeds: [42]",
        "seeds: [42]\nstopping: [{criterion: patiens, patience: 20}]",
        ["tiny.yaml: stopping: unknown criterion 'patiens'", "Did you mean 'patience'?"],
    ),
    "a negative number": ("epochs: 30", "epochs: -3", ["training.epochs", "-3", "at least 1"]),
}


@pytest.mark.parametrize(
    "mistake",
    [  # `test_mistakes` has many more, without Snakemake
        *("an unknown key", "an unknown backend"),
        *(pytest.param(name, marks=LONGER) for name in list(MISTAKES)[2:]),
    ],
)
def test_a_mistake_is_told_in_a_sentence_before_any_job(tiny, mistake):
    old, new, words = MISTAKES[mistake]
    tiny.edit("config/studies/tiny.yaml", old, new)
    text = tiny.run(ok=False)
    assert all(word in text for word in words), text
    assert "Traceback" not in text
    assert not (tiny.folder / "results").exists()


def test_a_broken_plugin_is_told_before_any_job(tiny):
    tiny.edit("plugins/twin_backend.py", "def register_backends", "def register_backend")
    text = tiny.run(ok=False)
    assert "twin_backend.py" in text
    assert "the hooks are: register_backends" in text
    assert not (tiny.folder / "results").exists()


def test_an_unknown_study_is_told_which_there_are(clone):
    text = clone.run("--config", "studies=diabetis", ok=False)
    assert "unknown study 'diabetis'" in text
    assert "Did you mean 'diabetes'?" in text
    assert "Traceback" not in text


def test_a_batch_above_the_rows_fails_before_training_in_a_sentence(tiny):
    tiny.edit("config/studies/tiny.yaml", "epochs: 30", "batch_size: 400, epochs: 30")
    text = tiny.run(ok=False)
    assert text.count("tiny.yaml: training.batch_size: 400 is more than the 353 training rows") == 1
    assert "A job failed; the sentence above says why." in text
    assert 'File "' not in text.split("epochwise:")[1].splitlines()[0]
    assert not list((tiny.folder / "results").rglob("*.npz"))


TOO_LARGE = "tiny.yaml: sweep.batch_size: 1000 is more than the 353 training rows"


@pytest.mark.long
def test_a_batch_above_the_rows_at_one_point_fails_before_any_point_is_trained(tiny):
    tiny.study("tiny", TINY + "sweep: {batch_size: [16, 1000]}\n")
    assert TOO_LARGE in tiny.run(ok=False)
    assert not list((tiny.folder / "results").rglob("*.npz"))


def test_a_batch_above_the_rows_is_told_as_well_where_the_fold_was_made_before(done):
    done.study("tiny", TINY + "sweep: {batch_size: [16, 1000]}\n")
    assert set(done.jobs()) & {"load", "standardise"} == set()
    assert TOO_LARGE in done.run(ok=False)
    assert not list((done.folder / "results").rglob("batch_size=16/**/*.npz"))
