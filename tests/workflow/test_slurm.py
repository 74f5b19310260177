"""The workflow on a cluster: the SLURM profile, run on a real SLURM of one node."""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml

from conftest import Clone
from epochwise.training.checkpoints import epoch_of
from helpers import ROOT, lack
from local_slurm import LocalSlurm, require_slurm

from .test_all_studies import shorten
from .test_workflow import contents

GUIDE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
PROFILE = ["--workflow-profile", "slurm"]
# this SLURM keeps no accounts, and its jobs are short
HASTE = ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1"]
SMALL = """
datasets: {moons: {rows: 300}}
network: {hidden_layer_sizes: [6]}
training: {epochs: 30, learning_rate_init: 0.05, batch_size: 16}
seeds: auto
sweep: {alpha: [0.001, 0.01]}
answer: {max_units: 10, resamples: 200}
jobs: {epochs_per_job: 15}
figures: {}
"""  # two rounds of two segments, of points that share their jobs
SLOW = """
datasets: [diabetes]
training: {epochs: 300, device: cuda}
backends: [slow]
figures: {}
"""


def test_the_profile_has_all_of_the_one_whose_place_it_takes():
    first, slurm = (
        yaml.safe_load((ROOT / "profiles" / name / "profile.yaml").read_text(encoding="utf-8"))
        for name in ("default", "slurm")
    )
    assert first.items() <= slurm.items()


def guide_says(studies: str) -> list[str]:
    """Give the longer of the guide's two commands, for other studies and the partition that is here."""
    *_, line = re.findall(r"^\.venv/bin/snakemake (.*)$", GUIDE, re.MULTILINE)
    own = {"studies=seeds": f"studies={studies}", "slurm_partition=short": "slurm_partition=local"}
    words = line.split()
    assert own.keys() <= set(words)
    return [own.get(word, word) for word in words]


@pytest.fixture(scope="module")
def slurm():
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        lack("Snakemake cannot use SLURM here; try: pip install 'epochwise[slurm]'")
    require_slurm()
    folder = Path(tempfile.mkdtemp(prefix="slurm"))
    try:
        started = LocalSlurm(folder)
        yield started
        started.stop()
    finally:
        shutil.rmtree(folder)


class OnCluster(Clone):
    """A copy of the workflow whose jobs use its own copy of the library, and keep checkpoints often."""

    pause = 0.0  # seconds that the backend `slow` waits in every epoch

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.edit("workflow/epochwise/training/checkpoints.py", "SECONDS = 10.0", "SECONDS = 0.5")
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        plain = re.search(r"```python\n(.*?)```", readme, re.DOTALL)[1]
        slow = plain.replace('register("plain"', 'register("slow"')
        slow = slow.replace('"device": ["cpu"]', '"device": ["cpu", "cuda"]')
        epoch = "def run_epoch(self, batches):\n"
        wait = '        time.sleep(float(os.environ["PAUSE"]))\n'
        slow = "import os, time\n" + slow.replace(epoch, epoch + wait)
        (folder / "plugins/slow_backend.py").write_text(slow, encoding="utf-8")
        (folder / "slow.yaml").write_text(SLOW, encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start a run; what it prints goes into a file."""
        own = {"PYTHONPATH": str(self.folder / "workflow"), "PAUSE": str(self.pause)}
        with (self.folder / "said.txt").open("w") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "snakemake", *arguments],
                cwd=self.folder,
                env=os.environ | own | {"OMP_NUM_THREADS": "1"},
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    def finish(self, run: subprocess.Popen, status: int = 0) -> None:
        try:
            assert run.wait(timeout=300) == status, self.said()
        finally:
            run.kill()
            run.wait()

    def make(self, *arguments: str) -> dict[str, str]:
        """Run to the end; give the digests of the results."""
        self.finish(self.start(*arguments))
        return results(self.folder)

    def checkpoint(self, beyond: int = 0) -> int:
        """Wait until a job has kept a checkpoint; give its epoch."""
        deadline = time.monotonic() + 180
        while True:
            for path in self.folder.glob("results/slow/work/**/*.checkpoint.npz"):
                if (epoch := epoch_of(path) or 0) > beyond:
                    return epoch
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def went_on(self) -> int:
        """Give the epoch at which the last job began."""
        (times,) = self.folder.glob("results/slow/work/**/0-300.timings.json")
        return 300 - json.loads(times.read_text(encoding="utf-8"))["epochs_trained"]


def results(folder: Path) -> dict[str, str]:
    """Hash every result but times and manifests."""
    every = contents(folder / "results")
    return {name: digest for name, digest in every.items() if "manifest" not in name}


@pytest.mark.slurm
def test_a_cluster_makes_the_same_bytes(slurm, tmp_path):
    here, there = OnCluster(tmp_path / "here"), OnCluster(tmp_path / "there")
    for clone in (here, there):
        clone.study("small", SMALL)
        shorten(clone.folder / "config/studies/diabetes.yaml")
    before = len(slurm.completed())
    made = there.make(*HASTE, *guide_says("small,diabetes"))
    assert made == here.make("--cores", "2", "--config", "studies=small,diabetes")
    assert len(slurm.completed()) - before == there.said().count(": Train ") >= 6


@pytest.fixture(scope="module")
def expected(slurm, tmp_path_factory):
    """The results of the slow study, made without a cluster and without waiting."""
    clone = OnCluster(tmp_path_factory.mktemp("expected") / "clone")
    return clone.make("--cores", "2", "--resources", "gpu=1", "--config", "studies=slow.yaml")


@pytest.fixture
def slow(slurm, tmp_path):
    clone = OnCluster(tmp_path / "clone")
    clone.pause = 0.1
    return clone


COMMAND = [*PROFILE, *HASTE, "--config", "studies=slow.yaml"]


@pytest.mark.slurm
def test_a_job_that_is_cancelled_or_queued_again_goes_on_where_it_was(slurm, slow, expected):
    run = slow.start(*COMMAND)
    first = slow.checkpoint()
    slurm.run("scancel", *slurm.jobs())
    second = slow.checkpoint(beyond=first)  # another job's, without being told
    (job,) = slurm.jobs()
    told = slurm.run("scontrol", "show", "job", job)
    assert re.search(r"TimeLimit=02:00:00 ", told)  # twice as long at the second attempt
    assert "TresPerJob=gres:gpu:1" in told
    slurm.queue_again(job)
    slow.finish(run)
    assert slow.went_on() >= second
    assert results(slow.folder) == expected


@pytest.mark.slurm
def test_a_node_that_is_drained_ends_its_job_and_goes_on_when_it_is_resumed(slurm, slow, expected):
    slow.edit("slow.yaml", "figures", "jobs: {epochs_per_job: 150}\nfigures")
    run = slow.start(*COMMAND)
    slow.checkpoint()
    slurm.drain_node()
    try:
        slurm.waiting()
        assert list(slow.folder.glob("results/slow/work/**/0-150.npz"))
    finally:
        slurm.resume_node()
    slow.finish(run)
    (times,) = slow.folder.glob("results/slow/work/**/0-150.timings.json")
    assert json.loads(times.read_text(encoding="utf-8"))["epochs_trained"] == 150  # in one go
    made = results(slow.folder)
    tables = [
        f"slow/{name}" for name in ("losses.parquet", "losses.csv", "summary.csv", "answer.json")
    ]
    assert [made[name] for name in tables] == [expected[name] for name in tables]


@pytest.mark.slurm
def test_a_job_beyond_its_time_goes_on_where_it_was(slurm, slow, expected):
    slow.pause = 0.32  # too long for a minute, and what SLURM allows beyond it; not for two
    run = slow.start(*COMMAND, "--set-resources", "train:runtime=1")
    slow.finish(run)
    assert any("JobState=TIMEOUT" in line for line in slurm.completed())
    assert slow.went_on() > 60
    assert results(slow.folder) == expected


@pytest.mark.slurm
def test_ctrl_c_cancels_what_is_in_the_queue_and_the_same_command_goes_on(slurm, slow, expected):
    run = slow.start(*COMMAND)
    first = slow.checkpoint()
    run.send_signal(signal.SIGINT)
    slow.finish(run, status=1)
    assert "Stopped. What is finished is kept; the same command goes on." in slow.said()
    assert "A job failed" not in slow.said()
    assert not slurm.jobs("pending,running")
    slow.finish(slow.start(*COMMAND))
    assert slow.went_on() >= first
    assert results(slow.folder) == expected
