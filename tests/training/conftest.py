"""What the tests of training share: a job in this process, on thirty rows of its own."""

import io

import numpy as np
import pyarrow as pa
import pytest

from epochwise.data.datasets import Dataset
from epochwise.data.loading import settle
from epochwise.data.standardise import standardise
from epochwise.study.schema import defaults
from epochwise.training import states, training_job
from helpers import PLUGINS

ROWS, TRAIN = 30, 20


def values(**changed):
    """A point's hyperparameters, as they stand in a study."""
    usual = defaults("network") | defaults("training") | {"hidden_layer_sizes": [3]}
    del usual["epochs"], usual["shuffle"]
    return usual | {"batch_size": 8} | changed


@pytest.fixture
def job(tmp_path):
    """Run a job on thirty rows; give the file that it wrote of each kind."""
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=ROWS) for name in ("a", "b", "y")}
    table, facts = settle("made", Dataset(pa.table(columns), ["a", "b"], ["y"]), None)
    parts = {"train": np.arange(TRAIN), "validation": np.arange(TRAIN, ROWS)}
    arrays, scaler = standardise(table, facts, parts, {"features": True, "target": True})
    states.save(tmp_path / "arrays.npz", arrays)
    scaler.save(tmp_path / "scaler.json")

    def run(
        segment,
        state=None,
        plugins=PLUGINS,
        backend="numpy",
        asked=(),
        made_from="",
        log=None,
        epoch_timeout=None,
        cells=({},),
        **changed,
    ):
        name = f"{segment.start}-{segment.end}"
        kinds = {"losses": ".parquet", "state": ".npz", "timings": ".json"}
        outputs = {kind: str(tmp_path / f"{name}-{kind}{end}") for kind, end in kinds.items()}
        files = str(tmp_path / "arrays.npz"), str(tmp_path / "scaler.json")
        training_job.run(
            [
                training_job.Cell(*files, values(**changed | one), segment, "made numpy", "made")
                for one in cells
            ],
            state,
            plugins,
            backend,
            1,
            {"dataset": "made", "where": "made.yaml", "asked": asked},
            made_from,
            epoch_timeout,
            log or io.StringIO(),
            tmp_path / "line",
            outputs,
        )
        return outputs

    return run
