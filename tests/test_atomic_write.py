"""What training jobs leave is whole or not there."""

import os
import signal
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from epochwise import parquet
from epochwise.atomic_write import atomic_write
from epochwise.errors import DataError
from epochwise.training import states, training_job

pytestmark = pytest.mark.versions


def fails(*arguments, **options):
    raise OSError("no space left on device")


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_write(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path):
    path = tmp_path / "[a].txt"
    killed = subprocess.Popen([sys.executable, "-c", LEAVES, str(path)])
    assert killed.wait() == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    beginning = left.name.removesuffix(str(killed.pid))
    others = [f"{beginning}{os.getppid()}", f".[a].txt.another-machine-{killed.pid}", ".b.txt.1"]
    for name in others:
        (tmp_path / name).touch()
    with atomic_write(path) as beside:
        beside.write_text("whole")
    assert {file.name for file in tmp_path.iterdir()} == {path.name, *others}


LEAVES = """
import os, signal, sys
from epochwise.atomic_write import atomic_write
with atomic_write(sys.argv[1]) as beside:
    beside.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def save_state(path, number):
    states.save(path, {"weights": np.full(3, float(number))})


def save_table(path, number):
    parquet.write(pa.table({"a": [number]}), path)


def save_times(path, number):
    training_job._write_times(str(path), [{"training_seconds": number}])


WRITERS = {
    "state": (save_state, np.lib._npyio_impl.format, "write_array"),
    "losses": (save_table, pq.ParquetWriter, "write_table"),
    "timings": (save_times, training_job.json, "dumps"),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_failing_write_leaves_the_old_file(kind, tmp_path, monkeypatch):
    save, owner, step = WRITERS[kind]
    path = tmp_path / "0-10"
    save(path, 1)
    old = path.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(owner, step, fails)
        with pytest.raises(OSError, match="no space left"):
            save(path, 2)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]
    save(path, 2)
    assert path.read_bytes() != old


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_cut_state_is_told_in_a_sentence(tmp_path, share):
    path = tmp_path / "0-10.npz"
    states.save(path, {"weights": np.arange(500.0), "iteration": np.array(7)})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"0-10\.npz: not a file of arrays .*; delete it and run"):
        states.load(path)


def test_a_spoilt_state_is_told_in_a_sentence(tmp_path):
    path = tmp_path / "0-10.npz"
    states.save(path, {"weights": np.arange(500.0)})
    whole = bytearray(path.read_bytes())
    whole[2000] ^= 255
    path.write_bytes(whole)
    with pytest.raises(DataError, match="delete it and run again"):
        states.load(path)


def test_a_missing_state_is_told_in_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"0-10\.npz: there is no such file"):
        states.load(tmp_path / "0-10.npz")
