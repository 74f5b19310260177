"""What a job checks of its inputs and writes down of its outputs."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from epochwise.errors import DataError, DataWarning
from epochwise.records.record import Shelf, is_whole, read
from epochwise.records.recording import asked, folder_of, recorded
from records.running import job

ROOT = "results/mine"
WORK = f"{ROOT}/work/d"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("1,2")
    Path("plugin.py").write_text("a = 1")


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def load(text="raw", **params):
    told = job("load", {"file": "data.csv"}, {"table": f"{WORK}/raw.txt"}, f"{WORK}/made.json")
    told.params = {"code": "c"} | params
    with recorded(told):
        Path(f"{WORK}/raw.txt").write_text(text)
    return told


def train(start, before, rate=0.1, during=lambda: None):
    names = {"losses": f"{WORK}/{start}-{start + 5}.txt", "times": f"{WORK}/{start}.timings.json"}
    inputs = {"table": f"{WORK}/raw.txt", "plugin": "plugin.py"} | before
    told = job("train", inputs, names, f"{WORK}/{start}-{start + 5}.made.json", rate=rate)
    with recorded(told) as read_by:
        during()
        for file in names.values():
            Path(file).write_text(f"losses from {start}")
    return read_by


def test_a_record_tells_what_was_made_from_what():
    load(besides={"plugins": "anywhere"})
    found = read(f"{WORK}/made.json")
    assert found.rule == "load"
    assert found.asked == asked({"code": "c"}) == asked({"code": "c", "besides": 5})
    assert found.asked != asked({"code": "d"})
    assert found.sources == {"data.csv": sha("1,2")}
    assert found.inputs == {}
    assert found.outputs == {"work/d/raw.txt": (sha("raw"), 3)}
    train(0, {})
    second = read(f"{WORK}/0-5.made.json")
    assert second.inputs == {"work/d/raw.txt": sha("raw")}
    assert second.outputs["work/d/0.timings.json"] == ("", 0)  # times differ from run to run
    assert is_whole(f"{WORK}/0-5.made.json")


def test_the_same_job_leaves_the_same_record_and_any_change_of_it_is_seen():
    load()
    first = Path(f"{WORK}/made.json").read_bytes()
    load()
    assert Path(f"{WORK}/made.json").read_bytes() == first
    for place in range(0, len(first), 7):
        changed = bytearray(first)
        changed[place] ^= 1
        Path(f"{WORK}/made.json").write_bytes(changed)
        assert not is_whole(f"{WORK}/made.json"), place


@pytest.mark.parametrize("damage", ["other", "", "rav"])
def test_an_input_that_is_not_what_its_maker_wrote_is_set_aside_and_told(damage):
    load()
    file = Path(f"{WORK}/raw.txt")
    file.write_text(damage)
    with pytest.raises(
        DataError, match=r"raw\.txt: is not what the workflow wrote there.*set aside as"
    ):
        train(0, {})
    assert not file.exists()
    assert file.with_name("raw.txt.damaged").read_text() == damage
    load()
    train(0, {})


def test_a_folder_in_the_place_of_an_input_is_set_aside(tmp_path):
    load()
    file = Path(f"{WORK}/raw.txt")
    file.unlink()
    file.mkdir()
    with pytest.raises(DataError, match="is not what the workflow wrote there"):
        train(0, {})
    assert file.with_name("raw.txt.damaged").is_dir()
    os.remove("plugin.py")
    os.mkdir("plugin.py")
    load()
    with pytest.raises(IsADirectoryError):  # nobody but its owner moves a file from elsewhere
        train(0, {})
    assert Path("plugin.py").is_dir()


def test_an_input_without_a_record_is_not_trusted_and_one_from_elsewhere_needs_none():
    load()
    os.remove(f"{WORK}/made.json")
    with pytest.raises(DataError, match="is not what the workflow wrote there"):
        train(0, {})


def test_a_segment_goes_on_from_nothing_that_was_made_otherwise():
    load()
    train(0, {})
    before = {"state": f"{WORK}/0-5.txt"}
    train(5, before)
    with pytest.raises(
        DataError, match="was made before the study or its code changed; nothing goes on"
    ):
        train(5, before, rate=0.2)
    Path("plugin.py").write_text("a = 2")
    with pytest.raises(
        DataError, match=r"was made before plugin\.py changed; nothing goes on from it"
    ):
        train(5, before)
    assert Path(before["state"]).is_file()


def test_going_on_from_another_kind_of_processor_is_told(monkeypatch):
    load()
    train(0, {})
    other = {"blas": ["openblas 1 Other, 1 thread"], "cpu": "SSE"}
    monkeypatch.setattr("epochwise.records.recording.arithmetic", lambda: other)
    with pytest.warns(
        DataWarning, match=r"another kind of processor \(.*; here openblas 1 Other, 1"
    ):
        train(5, {"state": f"{WORK}/0-5.txt"})


def test_what_changed_while_it_was_read_is_told_and_nothing_is_recorded():
    load()

    def edit():
        Path("plugin.py").write_text("a = 2")

    with pytest.raises(DataError, match=r"plugin\.py: changed while it was read"):
        train(0, {}, during=edit)
    assert not Path(f"{WORK}/0-5.made.json").exists()
    with pytest.raises(DataError, match="changed while it was read"):
        train(0, {}, during=lambda: os.remove("plugin.py"))


def test_what_was_only_touched_has_not_changed():
    load()
    train(0, {}, during=lambda: os.utime("plugin.py", (1, 1)))
    assert is_whole(f"{WORK}/0-5.made.json")


def test_what_a_job_follows_from_is_its_parameters_its_inputs_and_the_processor(monkeypatch):
    load()
    identities = [train(0, {}, rate).identity() for rate in (0.1, 0.1, 0.2)]
    Path("plugin.py").write_text("a = 2")
    identities.append(train(0, {}).identity())
    monkeypatch.setattr(
        "epochwise.records.recording.arithmetic", lambda: {"blas": ["other, 1 thread"]}
    )
    identities.append(train(0, {}).identity())
    assert identities[0] == identities[1]
    assert len(set(identities)) == 4


@pytest.mark.parametrize(
    ("made", "study", "folder"),
    [
        ("results/a/records/x.json", "a", "results/a"),
        ("results/results/work/d/made.json", "results", "results/results"),
        ("my/results/work/work/work/made.json", "work", "my/results/work"),
        ("results/index.made.json", "", "results"),
    ],
)
def test_paths_start_from_the_folder_of_the_study(made, study, folder):
    assert folder_of(made, study) == Path(folder)


def test_the_record_of_a_file_is_found_wherever_it_lies():
    load()
    told = job("draw", {}, {"png": f"{ROOT}/figures/a.png"}, f"{ROOT}/records/figures/a.json")
    with recorded(told):
        Path(f"{ROOT}/figures/a.png").write_text("a")
    shelf = Shelf()
    assert shelf.record_of(f"{ROOT}/figures/a.png").record.rule == "draw"
    assert shelf.record_of(f"{ROOT}/figures/a.png").digest == sha("a")
    assert shelf.record_of(f"{WORK}/raw.txt").record.rule == "load"
    assert shelf.record_of(f"{ROOT}/figures/b.png") is None
    Path(f"{WORK}/made.json").write_text(json.dumps({"outputs": {}}))
    assert Shelf().record_of(f"{WORK}/raw.txt") is None
