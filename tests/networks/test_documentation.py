"""docs/your-network.md says what holds: each of its plugins trains, resumes, and is what is written for it."""

import os
import re
import signal
import subprocess
import time

import pyarrow.csv as pa_csv
import pytest

from epochwise.conformance import CONTRACT, check, report
from epochwise.plugins.backend_commands import new_backend
from epochwise.plugins.registry import load_backend
from helpers import ROOT, load
from networks.running import problem, require_same_bytes, trained

PAGE = (ROOT / "docs" / "your-network.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
TORCH, TUNED, KERAS, RIDGE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(STUDY,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("kind", "text"), [("torch", TORCH), ("keras", KERAS)])
def test_the_page_shows_what_the_command_writes_in_at_most_15_lines(tmp_path, kind, text):
    assert new_backend(tmp_path, "mine", kind).read_text(encoding="utf-8") == text
    assert sum(bool(line.strip()) for line in text.splitlines()) <= 15


def require_resuming(folder, text, name, made):
    (folder / f"{name}_backend.py").write_text(text, encoding="utf-8")
    backend = load_backend(folder, name)
    own = {key: rule["default"] for key, rule in backend.hyperparameters.items()}
    made = problem(made, own)
    whole = trained(backend.value, made, folder)
    require_same_bytes(whole, trained(backend.value, made, folder, (1, 5, 8)))
    assert (whole[0][-1, :, 0] < whole[0][0, :, 0]).all()


def test_a_method_from_nothing_trains_and_resumes(tmp_path):
    require_resuming(tmp_path, RIDGE, "ridge", "regression")


@pytest.mark.long
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_a_network_of_pytorch_trains_and_resumes(tmp_path, task):
    load("torch")
    require_resuming(tmp_path, TORCH, "mine", task)
    if task == "regression":
        require_resuming(tmp_path, TUNED, "tuned", task)


@pytest.mark.long
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_a_network_of_keras_trains_and_resumes(tmp_path, task):
    load("keras")
    require_resuming(tmp_path, KERAS, "mine", task)


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "framework", "only"),
    [(TORCH, "torch", CONTRACT), (KERAS, "keras", ("gives_outputs", "learns"))],  # which compiles
)
def test_the_kit_passes_what_the_command_writes(tmp_path, text, framework, only):
    load(framework)
    (tmp_path / "mine_backend.py").write_text(text, encoding="utf-8")
    checks = check(tmp_path, "mine", only)
    assert all(one.passed for one in checks), report(checks)


@pytest.mark.long
def test_the_study_of_the_page_runs_to_its_page(clone):
    load("torch")
    (clone.folder / "plugins/mine_backend.py").write_text(TORCH, encoding="utf-8")
    study = clone.study(
        "mine", STUDY.replace("epochs: 300", "epochs: 30").replace("seeds: 5", "seeds: 2")
    )
    clone.run("--config", f"studies={study}")
    rows = pa_csv.read_csv(clone.folder / "results/mine/summary.csv").to_pylist()
    assert len({(row["dropout"], row["width"]) for row in rows}) == 6
    assert len({row["final_train_loss"] for row in rows}) == 12
    page = (clone.folder / "results/mine/report.html").read_text(encoding="utf-8")
    assert "dropout 0." in page
    written = (clone.folder / "results/mine/study.yaml").read_text(encoding="utf-8")
    assert "width: 64" in written
    assert "hidden_layer_sizes" not in written
    assert "solver" not in written


LONG = """
datasets: [diabetes]
training: {{epochs: {epochs}, learning_rate_init: 0.01, dropout: 0.3}}
backends: [mine]
seeds: 3
jobs: {{epochs_per_job: {each}, seeds_per_job: {seeds}}}
figures: {{under_and_overfitting: false, early_stopping: false, best_epoch: false}}
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "framework", "epochs"), [(TORCH, "torch", 300), (KERAS, "keras", 60)]
)
def test_however_a_study_is_cut_stopped_and_resumed_its_bytes_are_the_same(
    clone, tmp_path, text, framework, epochs
):
    load(framework)
    (clone.folder / "plugins/mine_backend.py").write_text(text, encoding="utf-8")

    def bytes_of(name, each, seeds, cores, kill=False):
        one = clone.copy(tmp_path / name)
        study = one.study("own", LONG.format(epochs=epochs, each=each, seeds=seeds))
        config = ["--config", f"studies={study}"]
        if kill:
            stop_in_the_middle(one, config)
        one.run("results/own/report.html", *config, "--cores", cores)
        files = (
            "losses.parquet",
            "losses.csv",
            "summary.csv",
            "answer.json",
            "figures/loss_curves.png",
        )
        return [(one.folder / "results/own" / file).read_bytes() for file in files]

    whole = bytes_of("whole", epochs, 30, "1")
    assert bytes_of("five jobs", epochs // 5, 30, "4") == whole
    assert bytes_of("a job a seed", epochs, 1, "2") == whole
    assert bytes_of("killed", epochs // 5, 30, "1", kill=True) == whole


def stop_in_the_middle(one, config):
    """Kill a run, its jobs with it, once two segments are there."""
    run = subprocess.Popen(
        one.command("results/own/report.html", *config),
        cwd=one.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while len(list(one.folder.glob("results/own/work/**/seeds-*/*-*.npz"))) < 2:
        assert run.poll() is None
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert not (one.folder / "results/own/losses.parquet").exists()
    one.run("--unlock", *config)
