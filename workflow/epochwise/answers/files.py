"""The answers of one study, from its loss table to the files that it leaves behind."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from epochwise.answers import answer, tables
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.settings import AnswerSettings
from epochwise.data.datasets import Facts
from epochwise.parquet import write
from epochwise.plugins.registry import Registered
from epochwise.tables.reading import LossTable
from epochwise.tables.summary import summarise


def make(
    losses: str | Path,
    facts: Sequence[Facts],
    study: Mapping[str, Any],
    criteria: Mapping[str, Registered],
    folder: Path,
) -> None:
    """Write `summary.csv`, every table of the answers as CSV and Parquet, and `answer.json`.

    Parameters
    ----------
    losses : the loss table (Parquet).
    facts : what is known of each dataset.
    study : ``name``, and the study's ``answer`` and ``stopping``.
    criteria : what plugins registered for early stopping, by name.
    folder : where to write.
    """
    settings = AnswerSettings(**study["answer"])
    registry = {name: one.resolve() for name, one in criteria.items()}
    table = LossTable(losses)
    summarise(table).to_csv(folder / "summary.csv", index=False)
    computed = tables.compute(
        table,
        settings,
        parse_criteria(study["stopping"], registry),
        all_rows=table.facts.get("all_rows") or {one.name: one.rows for one in facts},
    )
    for name, rows in computed.items():
        rows.to_csv(folder / f"{name}.csv", index=False)
        plain = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
        write(plain, folder / f"{name}.parquet")
    about = {"losses": table.named, "histories": table.histories}
    found = answer.compute(computed, settings, study=study["name"], **about)
    text = json.dumps(found, indent=2, allow_nan=False) + "\n"
    (folder / "answer.json").write_text(text, encoding="utf-8")
