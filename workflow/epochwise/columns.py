"""What a table says of itself, so that no reader has to guess from the names of its columns.

Every column has a ``role``: `KEY` (dataset, swept hyperparameters, backend), `COUNT` (which
run, how far) or `MEASURED`, and what was measured has its ``metric`` and its ``partition``.
A table has the ``task`` of its data. All of it is JSON under the name ``epochwise`` in the
metadata of an Arrow schema, which a Parquet file keeps.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa  # the names alone are needed before any job

NAME = b"epochwise"
KEY, COUNT, MEASURED = "key", "count", "measured"
COUNTS = ("fold", "seed", "epoch", "iteration", "samples", "rows_per_batch")


def facts_of(described: "pa.Field | pa.Schema") -> dict[str, Any]:
    """Read what a column or a table says of itself; {} where it says nothing."""
    found: dict[str, Any] = json.loads((described.metadata or {}).get(NAME, b"{}"))
    return found


def saying(facts: Mapping[str, Any]) -> dict[bytes, bytes]:
    """Give the metadata of a column or a table that says so much of itself."""
    return {NAME: json.dumps(facts, sort_keys=True).encode()}


def role_of(field: "pa.Field") -> str:
    """Give a column's role; one that says nothing is a key, unless its name is a count's."""
    return str(facts_of(field).get("role") or (COUNT if field.name in COUNTS else KEY))


def measured(partition: str, metric: str, target: str | None = None) -> "pa.Field":
    """Describe the column of a metric on a partition, such as `validation_loss`.

    Parameters
    ----------
    target : the one that it is of, where there are several.
    """
    import pyarrow as pa

    facts = {"role": MEASURED, "partition": partition, "metric": metric}
    facts |= {"target": target} if target else {}
    return pa.field(f"{partition}_{metric}", pa.float64(), metadata=saying(facts))


def described(table: "pa.Table", facts: Mapping[str, Any]) -> "pa.Table":
    """Have a table say its columns' roles and facts of its own."""
    import pyarrow as pa

    fields = [
        field.with_metadata(saying(facts_of(field) | {"role": role_of(field)}))
        for field in table.schema
    ]
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields, metadata=saying(facts)))
