"""The files of a job that several cells share: what goes in comes out."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from epochwise import parquet
from epochwise.columns import facts_of, saying
from epochwise.errors import PluginError
from epochwise.training import states
from epochwise.training.segment import Segment
from epochwise.training.shared_files import (
    fold_facts,
    join_cells,
    join_tables,
    rows_of,
    split_cells,
)

pytestmark = pytest.mark.versions

CELLS = ({"alpha": 0.0}, {"hidden_layer_sizes": [3], "alpha": 0.1}, {"solver": "sgd"})


@pytest.mark.parametrize("cells", [1, 2, 11])
def test_states_are_read_back(cells):
    each = [{"weights": np.full(2, one), "state.a.b": np.array(one)} for one in range(cells)]
    back = split_cells(join_cells(each), cells)
    assert [list(one) for one in back] == [["weights", "state.a.b"]] * cells
    assert [int(one["state.a.b"]) for one in back] == list(range(cells))
    assert (join_cells(each) is each[0]) == (cells == 1)


def test_rows_are_read_back_of_a_cell_that_has_none_too():
    tables = [pa.table({"epoch": pa.array(range(rows), pa.int64())}) for rows in (2, 0, 3)]
    told = [saying({"task": "binary", "fold": {"rows": n}}) for n in (1, 2, 3)]
    each = [one.replace_schema_metadata(said) for one, said in zip(tables, told, strict=True)]
    whole = join_tables(each)
    assert [rows_of(whole, cell).to_pydict() for cell in range(3)] == [
        t.to_pydict() for t in tables
    ]
    facts = facts_of(whole.schema)
    assert [fold_facts(facts, cell) for cell in range(3)] == [{"rows": n} for n in (1, 2, 3)]
    assert join_tables(each[:1]) is each[0]
    assert rows_of(each[0], None) is each[0]
    assert fold_facts(facts_of(each[0].schema), None) == {"rows": 1}


@pytest.mark.parametrize("backend", ["numpy", "sklearn"])
def test_cells_of_one_job_get_what_jobs_of_their_own_would_give_them(job, backend):
    """Two segments, so that the second goes on from a state that is shared."""
    segments = Segment([3, 4], 0, 4, "every_epoch"), Segment([3, 4], 4, 6, "every_epoch")
    alone: list[list[dict]] = []
    for one in CELLS:
        state, made = None, []
        for segment in segments:
            files = job(segment, state, backend=backend, cells=[one])
            state = files["state"]
            kept = parquet.read(files["losses"]), states.load(state)
            made.append(kept)
        alone.append(made)
    state = None
    for number, segment in enumerate(segments):
        files = job(segment, state, backend=backend, cells=CELLS)
        state = files["state"]
        table, parts = parquet.read(files["losses"]), split_cells(states.load(state), len(CELLS))
        times = json.loads(Path(files["timings"]).read_text(encoding="utf-8"))["cells"]
        assert [one["epochs_trained"] for one in times] == [2 * (segment.end - segment.start)] * 3
        for cell, made in enumerate(alone):
            losses, left = made[number]
            assert rows_of(table, cell).equals(losses)
            assert parts[cell].keys() == left.keys()
            assert all(parts[cell][key].tobytes() == left[key].tobytes() for key in left)
            assert fold_facts(facts_of(table.schema), cell) == facts_of(losses.schema)["fold"]


@pytest.mark.parametrize(
    ("failure", "kind", "told"),
    [
        ("PluginError('it is broken')", PluginError, r"^made numpy: it is broken$"),
        ("ZeroDivisionError('by zero')", ZeroDivisionError, r"^by zero"),
    ],
)
def test_a_failure_says_in_which_cell_it_was(job, tmp_path, failure, kind, told):
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "broken_backend.py").write_text(
        "from epochwise.api import PluginError, hookimpl\n\n"
        f"def make(problem, state):\n    raise {failure}\n\n"
        "@hookimpl\ndef register_backends(register):\n"
        "    register('broken', make, honours={'task': ...})\n"
    )
    with pytest.raises(kind, match=told) as error:
        job(Segment([3], 0, 2, "never"), plugins=folder, backend="broken", cells=CELLS)
    if kind is ZeroDivisionError:
        assert error.value.__notes__ == ["Raised while training made numpy."]
    with pytest.raises(kind) as error:
        job(Segment([3], 0, 2, "never"), plugins=folder, backend="broken")
    assert "made numpy" not in str(error.value)
    assert not hasattr(error.value, "__notes__")
