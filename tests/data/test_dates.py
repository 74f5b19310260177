"""Dates: told among texts, by which formats, and how many days after 1970 they are."""

import numpy as np
import pandas as pd
import pytest

from epochwise.data.dates import TRIED, are_dates, days, formats_of, since_1970

pytestmark = pytest.mark.versions


def january(number):
    return [f"2020-01-{day % 31 + 1:02} {day // 31:02}:00" for day in range(number)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2020-01-03", "soon"], True),
        (["2020-01-03", "soon", "later"], False),
        ([], False),
        (["soon"], False),
        (["2020-13-03"], False),  # it looks like one
        (["03.04.20"], True),
        (["3-Apr-20", "4-Apr-20"], True),
        (["2020-01-03", "03.04.2020"], False),  # no one format
    ],
)
def test_texts_are_dates_if_half_of_them_look_so_and_have_one_format(texts, expected):
    assert are_dates(texts) == expected


def test_the_first_fifty_are_enough_to_tell():
    assert are_dates([*january(TRIED), *map(str, range(100))])
    assert not are_dates([*map(str, range(26)), *january(100)])
    assert are_dates([*map(str, range(25)), *january(100)])


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2020-01-03", "2020-01-04"], ["ISO8601"]),
        (["03/04/2020"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["03/03/2020"], ["%d/%m/%Y"]),  # the same day either way
        (["03/04/2020", "13/04/2020"], ["%d/%m/%Y"]),
        (["03/04/2020", "soon"], []),
        ([*["03/04/2020"] * TRIED, "04/13/2020"], ["%m/%d/%Y"]),
        ([*["03/04/2020"] * TRIED, "soon"], []),
    ],
)
def test_a_format_is_one_that_all_texts_have_and_gives_other_days_than_those_before(texts, formats):
    assert formats_of(texts) == formats


def test_days_are_counted_from_1970_in_universal_time():
    texts = ["1970-01-02T12:00:00Z", "1970-01-02T12:00:00+06:00", "1969-12-31", "soon"]
    np.testing.assert_array_equal(days(texts, "ISO8601"), [1.5, 1.25, -1, np.nan])
    assert np.isnan(days(["1970-01-02"], "%q")).all()  # what is no format
    stamps = pd.Series([pd.Timestamp("1970-01-03", tz="America/New_York"), pd.NaT])
    np.testing.assert_array_equal(since_1970(stamps), [2 + 5 / 24, np.nan])
