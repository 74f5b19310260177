"""A dataset: a table of raw columns, and what they are for.

Nothing here imports what reads tables: studies are checked before any table is read.
"""

import inspect
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from epochwise.errors import DataError, PluginError, in_quotes, unknown
from epochwise.json_files import read_as
from epochwise.plugins.registry import Registered

if TYPE_CHECKING:
    import pyarrow as pa

EVERY_DATASETS = ("source", "task", "unit")  # options that are not the source's own


@dataclass(frozen=True)
class Dataset:
    """A table of rows and what its columns are for.

    Parameters
    ----------
    table : a row per sample; any columns beyond those named here are left out.
    features, target : names of columns.
    task : "regression", "classification", or None to infer it from the target.
    categorical : the features that are categories, to be one-hot encoded.
    partition : a column of the words train, validation and test, or None.
    missing : what to do with missing values: "error"; "drop_rows", leave out the rows
        that have one; or "impute" features by the training rows' mean, categories by
        their most frequent value there (missing targets are an error still).
    """

    table: "pa.Table"
    features: list[str]
    target: list[str]
    task: Literal["regression", "classification"] | None = None
    categorical: list[str] = field(default_factory=list)
    partition: str | None = None
    missing: str = "error"


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset once it is loaded; it lies beside the table as JSON.

    Parameters
    ----------
    task : "regression", "binary" or "multiclass".
    classes : the classes in order, as text; empty for regression.
    sha256 : digest of the table's columns and values.
    missing_values : their number in each column that has any; `missing` says what becomes of them.
    dropped_rows : how many rows are left out for them; `rows` are those that are left.
    """

    name: str
    task: str
    rows: int
    features: list[str]
    target: list[str]
    categorical: list[str]
    partition: str | None
    missing: str
    classes: list[str]
    sha256: str
    missing_values: dict[str, int] = field(default_factory=dict)
    dropped_rows: int = 0

    def save(self, path: str | Path) -> None:
        """Write the facts as JSON."""
        Path(path).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def read_facts(path: str | Path) -> Facts:
    """Read what `Facts.save` wrote."""
    return read_as(Facts, path)


def find_source(
    name: str, sources: Mapping[str, Registered], options: Mapping[str, Any]
) -> Registered:
    """Find a dataset's source, and check the options that the study gives against it.

    Parameters
    ----------
    sources : what plugins registered, by name.
    options : ``source``, perhaps ``task``, and what the source takes.

    Raises
    ------
    DataError
        An unknown source, an unknown option, or one that is missing.
    PluginError
        A source with an option that is every dataset's.
    """
    if options["source"] not in sources:
        raise DataError(
            f"dataset {in_quotes(name)}: {unknown('source', options['source'], sources)} A file of your own "
            "is given by file."
        )
    source = sources[options["source"]]
    known = inspect.signature(source.value).parameters
    if taken := [key for key in EVERY_DATASETS if key in known]:
        raise PluginError(
            f"{source.source}: the dataset {in_quotes(source.name)} has an option {in_quotes(taken[0])}, which every dataset "
            "has; give its own another name."
        )
    strange = [key for key in given_options(options) if key not in known]
    problems = [unknown("option", str(key), [*known, *EVERY_DATASETS[1:]]) for key in strange]
    needed = [key for key, one in known.items() if one.default is one.empty]
    problems += [f"the option {in_quotes(key)} is missing." for key in needed if key not in options]
    if problems:
        raise DataError(*(f"dataset {in_quotes(name)}: {problem}" for problem in problems))
    return source


def given_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the options that are not the source's own."""
    return {key: value for key, value in options.items() if key not in EVERY_DATASETS}
