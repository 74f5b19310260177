"""Whatever stands in a file, a reader gives a history that holds together, or a sentence; never a traceback."""

import json
import sqlite3
from contextlib import closing

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curves.files import READERS
from curves.test_json_files import ENTRIES, state
from curves.test_stores import ROWS, SCHEMA
from curves.test_tables_of_tools import FASTAI, KERAS, LIGHTNING, NANOGPT, WANDB, YOLO
from epochwise.curves import readers
from epochwise.curves.histories import MEASURED, History
from epochwise.errors import problems_of


def database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", ROWS)
        connection.commit()
        return connection.serialize()


FILES = {
    "metrics.csv": [KERAS, FASTAI, LIGHTNING, WANDB, YOLO, "epoch;train_loss\n1;2\n"],
    "loss.tsv": ["step\tloss\n0\t0.5\n1\t0.25\n"],
    "rows.jsonl": ['{"epoch": 1, "train_loss": 0.5}\n{"epoch": 2, "val_loss": 0.25}\n'],
    "history.json": [
        json.dumps({"loss": [3, 2], "val_loss": [2, 1]}),
        json.dumps({"valid_0": {"l2": [2, 1]}}),
    ],
    "trainer_state.json": [json.dumps(state(*ENTRIES))],
    "train.log": [NANOGPT],
}
CASES = [(name, text.encode()) for name, texts in FILES.items() for text in texts]
CASES += [("mlflow.db", database())]
PIECES = [
    b"",
    b"\n",
    b",",
    b"0",
    b"-1",
    b"nan",
    b"inf",
    b"1e999",
    b"\xff",
    b"\0",
    b'"',
    b"{",
    b"[",
    b"]",
    b"null",
    b"9" * 30,
]


def holds_together(history: History) -> None:
    assert history.runs
    for run in history.runs:
        assert (np.diff(run.epochs) > 0).all()
        assert run.epochs[0] >= 0
        assert set(run.columns) <= set(MEASURED)
        assert all(
            one.dtype == np.float64 and one.shape == run.epochs.shape
            for one in run.columns.values()
        )


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_gets_a_sentence(tmp_path, data):
    name, content = data.draw(st.sampled_from(CASES))
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 12)))
        content = content[:start] + data.draw(st.sampled_from(PIECES)) + content[end:]
    path = tmp_path / name
    path.write_bytes(content)
    reader = data.draw(st.sampled_from([None, *sorted(set(READERS) - {"tensorboard"})]))
    options = data.draw(
        st.sampled_from(
            [{}, {"restarts": "replace"}, {"restarts": "continue"}, {"restarts": "new_run"}]
        )
    )
    for sentence in problems_of(
        lambda: holds_together(readers.read(path, reader, readers=READERS, **options))
    ):
        assert str(path) in sentence
        assert "cannot read it" not in sentence  # no reader stumbles
