"""A column of dates, made numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.data import dates
from epochwise.data.cells import Cells, Column
from epochwise.data.text_frames import quoted
from epochwise.data.written_numbers import Written
from epochwise.errors import in_quotes

if TYPE_CHECKING:
    import pandas as pd


def days(values: "pd.Series[Any]", written: Written, form: str | None = None) -> Column:
    """Make numbers of dates: days since 1970-01-01.

    Parameters
    ----------
    form : as `strptime` has it; by default the one that all dates have.
    """
    if are_datetimes(values):
        return Column("number", _spread_days(values))
    cells = Cells(values, written)
    places = np.flatnonzero(~cells.usual_gaps)
    kept = [cells.texts[place] for place in places]
    forms = [form] if form else dates.formats_of(kept)
    if len(forms) != 1:
        forms = forms or dates.formats_of(kept, dates.TWO_DIGITS)
        keys = {"dates": {values.name: forms[0]}} if forms else {}
        return Column("unclear", values, _no_format(cells, places.tolist(), forms), keys)
    each = dates.days(cells.texts, forms[0])
    bad = np.isnan(each) & ~cells.usual_gaps
    if bad.any():
        place = cells.quote(int(np.argmax(bad)))
        return Column(
            "unclear", values, f"dates: has {place}, which is no date written {in_quotes(form)}"
        )
    return Column("number", cells.spread(each, np.nan, "float64"))


def _spread_days(values: "pd.Series[Any]") -> "pd.Series[Any]":
    import pandas as pd

    return pd.Series(dates.since_1970(values), index=values.index, name=values.name)


def _no_format(cells: Cells, places: Sequence[int], forms: Sequence[str]) -> str:
    """Say that the dates at some places have no format that is sure, or some of two digits."""
    ways = [f"dates: {{{cells.values.name}: {quoted(form)}}}" for form in forms]
    if ways:
        several = " or ".join(map(repr, forms))
        return f"dates: has {cells.quote(places[0])}, which may be written {several}; set {' or '.join(ways)}"
    odd = (place for place in places if not dates.formats_of([cells.texts[place]]))
    return (
        f"dates: has {cells.quote(next(odd, places[0]))}, which is no date like the others; write it as "
        "year-month-day, or put the column under drop"
    )


def are_datetimes(values: "pd.Series[Any]") -> bool:
    """Tell a column whose file knows that it is one of dates."""
    import pandas as pd

    kinds = ("date", "datetime", "datetime64")
    return pd.api.types.infer_dtype(values, skipna=True) in kinds
