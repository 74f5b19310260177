"""Looking at a column: numbers, dates, or texts; and why it cannot be told, or what would mend it."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Array
from epochwise.data import dates
from epochwise.data.cells import Cells, Column
from epochwise.data.date_columns import are_datetimes
from epochwise.data.lookalikes import recognise
from epochwise.data.text_frames import CODES
from epochwise.data.written_numbers import EXACT, Written
from epochwise.errors import counted, in_quotes

if TYPE_CHECKING:
    import pandas as pd

FEW_ROWS = 20  # so many texts may all differ by chance
MOST_CATEGORIES = 100  # a column of more different texts is a name or a comment
LIKE_AN_ID = re.compile(
    r"(?:.*[^a-z])?(?:id|ids|uuid|index|idx|row|rownum|nr|no|number|key)|unnamed: [0-9]+",
    re.IGNORECASE,
)
CAMEL_ID = re.compile(r".*[a-z](?:Id|ID|Nr|No)")
FIRST_DAY, LAST_DAY = 19000101, 21001231  # numbers between them may be dates
OR_A_CATEGORY = "or list the column under categorical"


def look(values: "pd.Series[Any]", written: Written) -> Column:
    """Tell what a column of a file holds.

    Parameters
    ----------
    values : (rows,) as `frames.read_frame` gives them.
    written : how numbers and missing values are written.
    """
    import pandas as pd

    if are_datetimes(values):
        first = [f", such as {in_quotes(str(one))}" for one in values.dropna().head(1)]
        return _dates(values, "".join(first))
    if pd.api.types.is_numeric_dtype(values):
        return _plain_numbers(values, written)
    strange = _collections(values)
    if strange:
        return Column(
            "unclear",
            values,
            f"has {strange}, which are neither numbers nor texts; put it under drop",
            {"drop": [values.name]},
        )
    return _texts(Cells(values, written))


def categories(values: "pd.Series[Any]", written: Written) -> Column:
    """Take a column as categories, whatever it looks like."""
    cells = Cells(values, written)
    notes = [
        f"has {in_quotes(cells.texts[place])} in {counted(cells.rows[place], 'row')}, read as a category; list it under "
        "missing_words if it means a missing value"
        for place in np.flatnonzero(cells.usual_gaps)
    ]
    return Column("text", cells.spread(cells.texts, None, "string"), notes=notes)


def is_like_an_id(values: "pd.Series[Any]") -> bool:
    """Tell a column of numbers that names its rows: called so, and another whole number in each."""
    name = str(values.name)
    called = LIKE_AN_ID.fullmatch(name) or CAMEL_ID.fullmatch(name)
    return bool(called and len(values) > 1 and values.is_unique and (values % 1 == 0).all())


def _collections(values: "pd.Series[Any]") -> str:
    """Name the kind of what can be no cell: lists, mappings, bytes, durations; "" if all can be."""
    import pandas as pd

    if pd.api.types.infer_dtype(values, skipna=True) in ("timedelta", "timedelta64", "period"):
        return "durations"
    odd = (list, tuple, dict, set, bytes, np.ndarray)
    cells = values.dropna() if values.dtype == object else ()
    found = next((one for one in cells if isinstance(one, odd)), None)
    return "" if found is None else f"values of the type {type(found).__name__}"


def _dates(values: "pd.Series[Any]", example: str) -> Column:
    return Column(
        "date",
        values,
        f"has dates{example}; list it under dates (it becomes days since 1970-01-01), or under drop",
        {"dates": [values.name]},
    )


def _plain_numbers(values: "pd.Series[Any]", written: Written) -> Column:
    """Take numbers as they are; a missing word may be one, as -999."""
    import pandas as pd

    numbers = values.astype("float64")
    if pd.api.types.is_integer_dtype(values) and (numbers.abs() >= EXACT).any():
        for row, number in enumerate(values, start=1):
            if not pd.isna(number) and int(float(number)) != number:
                return _too_large(values, int(number), row)
    gaps = [one for word in written.missing_words if (one := written.number(word)) is not None]
    code = values.attrs.get(CODES, {}).get(values.name) or _date_like(numbers.dropna())
    return Column(
        "number",
        numbers.mask(numbers.isin(gaps)) if gaps else numbers,
        notes=[code] if code else (),
    )


def _date_like(numbers: "pd.Series[Any]") -> str:
    """Say that whole numbers such as 20200131 may be dates; "" where one of them is none."""
    if len(numbers) < 2 or not numbers.between(FIRST_DAY, LAST_DAY).all() or (numbers % 1).any():
        return ""
    texts = [str(number) for number in numbers.astype("int64").unique()]
    if not dates.formats_of(texts, ["%Y%m%d"]):
        return ""
    return (
        f"has whole numbers that may be dates, such as {texts[0]}; list it under dates if they are"
    )


def _too_large(values: "pd.Series[Any]", number: int, row: int) -> Column:
    return Column(
        "large",
        values,
        f"has the whole number {number} in row {row}; beyond {EXACT} the numbers that networks compute "
        "with (float64) cannot be told from their neighbours; put the column under drop if it is an id, "
        "or under categorical if it is a category",
        {"drop": [values.name]},
    )


def _texts(cells: Cells) -> Column:
    """Tell numbers, dates and categories among texts by what most of them are."""
    strange = ~cells.are_numbers & ~cells.usual_gaps
    if cells.are_numbers.any() and not strange.any():
        return _numbers(cells)
    kept = [text for text, gap in zip(cells.texts, cells.usual_gaps, strict=True) if not gap]
    if alike := recognise(kept, cells.written):
        place = cells.texts.index(alike.example)
        said = f"has {cells.quote(place)}, which looks like {alike.what}; {alike.advice()}, {OR_A_CATEGORY}"
        return Column("unclear", cells.values, said, alike.ways[0][0] if alike.ways else {})
    if dates.are_dates(kept):
        return _dates(cells.values, f", such as {cells.quote(int(np.argmax(strange)))}")
    if cells.rows[strange].sum() < cells.rows[cells.are_numbers].sum():
        return _a_text_among_numbers(cells, strange)
    if len(cells.texts) > (FEW_ROWS if _all_differ(cells) else MOST_CATEGORIES):
        return _too_many(cells)
    return categories(cells.values, cells.written)


def _numbers(cells: Cells) -> Column:
    """Give numbers, if all have one unit or none has any, and all can be told apart."""
    units = {unit: place for place, (n, unit) in enumerate(cells.numbers) if n is not None}
    if len(units) > 1:
        one, other = (cells.quote(place) for place in list(units.values())[:2])
        said = f"has {one} and {other}; write one unit in all of its rows, or none"
        return Column("unclear", cells.values, said)
    for place, (number, _) in enumerate(cells.numbers):
        if isinstance(number, int) and abs(number) > EXACT and _rounded(number) != number:
            return _too_large(cells.values, number, cells.row_of(place))
    floats = [np.nan if number is None else _rounded(number) for number, _ in cells.numbers]
    return Column("number", cells.spread(floats, np.nan, "float64"))


def _rounded(number: float) -> float:
    """Give the nearest float; what is beyond all floats is infinite, and refused as that."""
    return float(str(number))


def _a_text_among_numbers(cells: Cells, strange: Array) -> Column:
    words = [text for text, odd in zip(cells.texts, strange, strict=True) if odd]
    said = (
        f"has the text {cells.quote(int(np.argmax(strange)))} among numbers; correct it, list it under "
        f"missing_words if it means a missing value, {OR_A_CATEGORY}"
    )
    return Column("unclear", cells.values, said, {"missing_words": words})


def _all_differ(cells: Cells) -> bool:
    return len(cells.texts) == len(cells.codes)


def _too_many(cells: Cells) -> Column:
    many = ", another in every row" if _all_differ(cells) else f", more than {MOST_CATEGORIES}"
    said = (
        f"has {len(cells.texts)} different texts{many}, such as {cells.quote(0)}; put it under drop, or "
        "under categorical if it is a category"
    )
    return Column("unclear", cells.values, said, {"drop": [cells.values.name]})
