"""The files of the answers hold what the tables and the answer say."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from answers.made import REGISTRY, arrow, loss_table
from epochwise.answers import answer, tables
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.files import make
from epochwise.answers.settings import AnswerSettings
from epochwise.data.datasets import Facts
from epochwise.parquet import write
from epochwise.plugins.registry import Registered
from epochwise.study.schema import defaults
from epochwise.tables.reading import LossTable
from epochwise.tables.summary import summarise


def test_every_table_and_the_answer_are_written(tmp_path):
    validation = np.array([[3.0, 2, 1, 2], [3, 1, 2, 2]])
    write(arrow(loss_table(validation), epochs=3, rows_per_batch=10), tmp_path / "losses.parquet")
    facts = [Facts("made", "regression", 150, [], [], [], None, "error", [], "")]
    settings = defaults("answer") | {"resamples": 50}
    specs = [{"criterion": "GL", "alpha": 5}]
    study = {"name": "mine", "answer": settings, "stopping": specs}
    registered = {
        "GL": Registered("GL", "epochwise.answers.prechelt:GeneralisationLoss", "a.py", {}, "a")
    }
    make(tmp_path / "losses.parquet", facts, study, registered, tmp_path)

    losses, chosen = LossTable(tmp_path / "losses.parquet"), AnswerSettings(**settings)
    criteria = parse_criteria(specs, REGISTRY)
    expected = tables.compute(losses, chosen, criteria, all_rows={"made": 150})
    assert expected["refit"]["all_rows"].tolist() == [150]
    for name, table in expected.items():
        read = pd.read_csv(tmp_path / f"{name}.csv")
        assert list(read.columns) == list(table.columns)
        assert len(read) == len(table)
        assert pq.read_schema(tmp_path / f"{name}.parquet").metadata is None
        again = pq.read_table(tmp_path / f"{name}.parquet").to_pydict()
        assert again == {key: [v if pd.notna(v) else None for v in table[key]] for key in table}
    read = pd.read_csv(tmp_path / "summary.csv")
    assert list(read.columns) == list(summarise(losses).columns)
    said = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    assert said["study"] == "mine"
    assert said["answers"][0]["loss"] == "mean squared error"
    assert said == json.loads(
        json.dumps(
            answer.compute(
                expected, chosen, study="mine", losses={"made": {"loss": "mean squared error"}}
            )
        )
    )
