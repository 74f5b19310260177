"""Dates: recognised in a column of text, and made numbers where a study says so."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Array

if TYPE_CHECKING:
    import pandas as pd

TIMES = ("", " %H:%M", " %H:%M:%S")
ORDERS = (  # year first; the day first where dots are; either first where strokes are
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y"),
    *("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"),
)
TWO_DIGITS = ("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%y-%m-%d", "%d-%m-%y", "%d-%b-%y", "%d %b %y")
FORMATS = ("ISO8601", *(order + time for order in ORDERS for time in TIMES))
LIKE_A_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}(-[0-9]{2}([T ].*)?)?|[0-9]{1,4}([./-])[0-9]{1,2}\3[0-9]{1,4}( .*)?"
    r"|[0-9]{1,2}[ -][A-Za-z]{3,9}[ -][0-9]{2,4}( .*)?|[A-Za-z]{3,9} [0-9]{1,2},? [0-9]{4}( .*)?"
)
TRIED = 50  # texts that a format must fit before it is tried on all


def are_dates(texts: Sequence[str]) -> bool:
    """Tell whether texts, each once, are dates: at least half of the first ones."""
    first = texts[:TRIED]
    likely = [text for text in first if LIKE_A_DATE.fullmatch(text)]
    if not likely or 2 * len(likely) < len(first):
        return False
    return any(bool(_read(likely, one).notna().all()) for one in (*FORMATS, *TWO_DIGITS))


def formats_of(texts: Sequence[str], among: Sequence[str] = FORMATS) -> list[str]:
    """List the formats that all texts have, each that gives other days than those before it."""
    found: dict[bytes, str] = {}
    for one in among:
        if _read(texts[:TRIED], one).notna().all() and (every := _read(texts, one)).notna().all():
            found.setdefault(every.to_numpy().tobytes(), one)
    return list(found.values())


def days(texts: Sequence[Any], form: str) -> Array:
    """Give dates as days since 1970-01-01 (UTC), (texts,); NaN for a text of another format."""
    return since_1970(_read(texts, form))


def since_1970(dates: Any) -> Array:
    """Give datetimes as days since 1970-01-01, a time of day as a fraction; NaN where missing."""
    import pandas as pd

    utc = pd.DatetimeIndex(pd.to_datetime(dates, utc=True)).tz_localize(None)
    return np.asarray((utc - pd.Timestamp(0)) / pd.Timedelta(days=1), float)


def _read(texts: Sequence[Any], form: str) -> "pd.DatetimeIndex":
    import pandas as pd

    try:
        return pd.DatetimeIndex(
            pd.to_datetime(list(texts), format=form, errors="coerce", utc=True).tz_localize(None)
        )
    except (ValueError, TypeError, OverflowError):  # what is no format at all
        return pd.DatetimeIndex([pd.NaT] * len(texts))
