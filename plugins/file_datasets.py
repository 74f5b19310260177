"""A user's own CSV, TSV, Excel or Parquet file."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from epochwise.api import DataError, Dataset, DataWarning, hookimpl, in_quotes, told_by, unknown

if TYPE_CHECKING:  # what reads tables is imported where one is read
    import pandas as pd

    from epochwise.api import Column, Written

MISSING = ("error", "drop_rows", "impute")
Names = str | list[str]
Roles = Mapping[str, list[str]]


@hookimpl
def register_datasets(register: Callable[..., None]) -> None:
    """Announce the source."""
    register("file", load_file)


def load_file(
    file: str,
    target: Names,
    features: Names | None = None,
    drop: Names | None = None,
    categorical: Names | None = None,
    dates: Names | dict[str, str] | None = None,
    partition: str | None = None,
    missing: str = "error",
    missing_words: Names | None = None,
    separator: str | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    units: Names | None = None,
    sheet: str | None = None,
) -> Dataset:
    """Read a file.

    Parameters
    ----------
    file : path of a `.csv`, `.tsv`, `.xlsx` or `.parquet` file, UTF-8, its first line the
        names of the columns.
    target : one or several columns to predict.
    features : columns to predict from; by default all others.
    drop : columns to leave out.
    categorical : features to one-hot encode; columns of text always are.
    dates : columns of dates, which become days since 1970-01-01; or a mapping from each to its
        format, as `strptime` has it.
    partition : a column of the words train, validation and test.
    missing : "error"; "drop_rows", leave out rows with a missing value; or
        "impute", by the training rows' mean, for categories their most frequent
        value (missing targets are an error still).
    missing_words : what means a missing value besides the empty cell, and in a column of numbers
        besides the usual words.
    separator : the character between columns, by default a comma (a tab in `.tsv`).
    decimal, thousands, units : how numbers are written.
    sheet : the sheet of an Excel file that has several.

    Raises
    ------
    DataError
        The file, the column or row, and what to do; a sentence for each column that has a mistake.
    """
    if missing not in MISSING:
        raise DataError(f"{file}: missing: {unknown('rule', str(missing), MISSING)}")
    given = {"target": target, "features": features, "drop": drop, "partition": partition}
    roles = {role: as_list(names) for role, names in given.items()}
    listed = as_list(categorical)
    from epochwise.api import read_frame

    written = read_convention(file, decimal, thousands, as_list(units), as_list(missing_words))
    frame = read_frame(Path(file), separator, written.decimal, sheet, texts=listed)
    chosen = check_roles(file, roles, listed, list(frame.columns))
    forms = dict(dates) if isinstance(dates, dict) else dict.fromkeys(as_list(dates))
    check_dates(file, list(forms), roles, chosen)
    used = [*chosen, *roles["target"], *roles["partition"]]
    ways = dict.fromkeys(chosen, "look") | dict.fromkeys(listed + roles["partition"], "categories")
    ways |= dict.fromkeys(roles["target"], "keep" if file.lower().endswith(".parquet") else "guess")
    columns = {name: interpret(frame[name], written, ways[name], forms) for name in used}
    tell(file, columns, chosen)
    return dataset(file, columns, chosen, roles, missing)


def read_convention(
    file: str, decimal: str, thousands: str | None, units: list[str], words: list[str]
) -> "Written":
    """Say how numbers are written, or what is wrong with what the study says of it."""
    from epochwise.api import Written

    try:
        return Written(decimal or ".", thousands, tuple(units), tuple(words))
    except DataError as error:
        raise DataError(f"{file}: {error}") from None


def check_roles(file: str, roles: Roles, categorical: list[str], there: list[str]) -> list[str]:
    """Give the features; refuse columns that the file does not have, or that are given two roles."""
    if not roles["target"]:
        raise DataError(f"{file}: target: is empty; name one or several columns to predict.")
    taken: dict[str, str] = {}
    for role, names in roles.items():
        for name in names:
            if name not in there:
                raise DataError(f"{file}: {role}: {unknown('column', name, there)}")
            if name in taken:
                raise DataError(
                    f"{file}: {in_quotes(name)} stands under {taken[name]} and under {role}; choose one."
                )
            taken[name] = role
    features = roles["features"] or [name for name in there if name not in taken]
    if not features:
        raise DataError(f"{file}: no feature columns are left beside the target.")
    for name in categorical:
        if name not in features:
            raise DataError(f"{file}: categorical: {unknown('feature', name, features)}")
    return features


def check_dates(file: str, dates: list[str], roles: Roles, features: list[str]) -> None:
    """Refuse dates that are no columns in use."""
    used = [*features, *roles["target"]]
    for name in dates:
        if name not in used:
            raise DataError(f"{file}: dates: {unknown('column in use', name, used)}")


def interpret(
    values: "pd.Series[object]", written: "Written", way: str, forms: Mapping[str, str | None]
) -> "Column":
    """Make numbers or texts of a column.

    Parameters
    ----------
    way : "look" tells what a feature is, "categories" takes texts whatever they look like; a target may
        be quantities or classes, which is settled later: "guess" makes numbers of it where it can, "keep"
        leaves it as a file with types has it.
    forms : the format of each column of dates, or None.
    """
    from epochwise.api import Column, categories, days, look

    if values.name in forms:
        return days(values, written, forms[str(values.name)])
    if way == "categories":
        return categories(values, written)
    found = look(values, written)
    has_type = values.dtype.kind in "biuf"
    if way == "look" or (found.kind in ("date", "large") and not has_type):
        return found
    if (has_type or way == "keep") and not written.missing_words:
        return Column("text", values)
    return found if found.kind == "number" else categories(values, written)


def tell(file: str, columns: "Mapping[str, Column]", features: list[str]) -> None:
    """Refuse the columns that cannot be used, each with a sentence; warn of what may be meant."""
    from epochwise.api import is_like_an_id

    problems = {name: column.problem for name, column in columns.items() if column.problem}
    if problems:
        raise DataError(
            *(f"{file}: column {in_quotes(name)} {said}." for name, said in problems.items())
        )
    for name, column in columns.items():
        notes = list(column.notes)
        if name in features and column.kind == "number" and is_like_an_id(column.values):
            notes.append(
                "has another whole number in every row and is called like an id, which teaches nothing; "
                "put it under drop unless it measures something"
            )
        for note in notes:
            warnings.warn(f"{file}: column {in_quotes(name)} {note}", DataWarning, stacklevel=2)


def dataset(
    file: str, columns: "Mapping[str, Column]", features: list[str], roles: Roles, missing: str
) -> Dataset:
    """Put the columns into a table."""
    import pandas as pd
    import pyarrow as pa

    frame = pd.DataFrame({name: column.values for name, column in columns.items()})
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    except pa.ArrowException as error:
        raise DataError(
            f"{file}: has a column of values of several kinds ({told_by(error)}); write all in one way."
        ) from None
    texts = [name for name in features if columns[name].kind == "text"]
    part = next(iter(roles["partition"]), None)
    return Dataset(table, features, roles["target"], None, texts, part, missing)


def as_list(names: Names | None) -> list[str]:
    """Let one name stand for a list of one; a column 2020 may be given as a number."""
    if names is None:
        return []
    return [str(name) for name in names] if isinstance(names, list) else [str(names)]
