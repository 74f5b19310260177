"""Studies that go on until they are sure enough, from study file to answer."""

import json
import shutil

import pytest

STUDY = """
datasets: {moons: {rows: 300}}
network: {hidden_layer_sizes: [6]}
training: {epochs: 30, learning_rate_init: 0.05, batch_size: 16}
partitions: {n_repeats: auto}
answer: {max_units: 12, resamples: 200, sure_within: 0.01}
figures: {loss_curves: {}}
"""


def results(folder):
    skipped = ("timings", "manifest")
    files = [f for f in folder.rglob("*") if f.is_file() and not any(s in f.name for s in skipped)]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.mark.long
def test_rounds_follow_from_the_results_alone_and_end_at_the_goal_or_the_limit(clone, tmp_path):
    clone.study("auto", STUDY)
    easy = STUDY.replace("sure_within: 0.01", "sure_within: 0.1, interval: 0.5")
    clone.study("easy", easy.replace("partitions: {n_repeats: auto}", "seeds: auto"))
    other = clone.copy(tmp_path / "other")
    said = clone.run("--config", "studies=auto,easy")
    other.run("--cores", "1", "--config", "studies=easy,auto")
    folder = clone.folder / "results"
    for study in ("auto", "easy"):
        assert results(folder / study) == results(other.folder / "results" / study)
    shutil.rmtree(clone.folder / ".snakemake")
    assert clone.jobs("--config", "studies=auto,easy") == {}
    judged = {
        study: [
            json.loads(file.read_text())["enough"]
            for file in sorted(folder.glob(f"{study}/work/rounds/*[0-9].json"))
        ]
        for study in ("auto", "easy")
    }
    units = {
        study: json.loads((folder / study / "answer.json").read_text())["answers"][0]["best_epoch"][
            "sampling_units"
        ]
        for study in judged
    }
    assert judged == {"auto": [False, False], "easy": [False, True]}
    assert units == {"auto": 12, "easy": 10}
    assert "12 cuts of this data set" in said
    again = clone.run("--config", "studies=auto,easy")
    assert "Nothing to be done" in again
    assert "12 cuts of this data set" in again
