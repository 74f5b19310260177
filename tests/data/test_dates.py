"""Dates: told among texts, by which formats, and how many days after 1970 they are."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from epochwise.data import date_columns
from epochwise.data.date_columns import are_datetimes
from epochwise.data.dates import TRIED, are_dates, days, formats_of, since_1970
from epochwise.data.written_numbers import Written

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


# ---- a column of them ----


def column(*values, form=None):
    series = pd.Series(list(values), index=range(5, 5 + len(values)), name="a")
    return date_columns.days(series, Written(missing_words=("never",)), form)


@pytest.mark.parametrize(
    "values",
    [
        ["1970-01-04", "NA", None, "never", "1970-01-03"],
        [date(1970, 1, 4), None, None, None, date(1970, 1, 3)],
        [pd.Timestamp("1970-01-04"), pd.NaT, None, None, pd.Timestamp("1970-01-03")],
    ],
)
def test_a_column_of_dates_is_days_and_gaps(values):
    found = column(*values)
    assert (found.kind, found.problem) == ("number", "")
    assert (found.values.name, found.values.index.tolist()) == ("a", [5, 6, 7, 8, 9])
    np.testing.assert_array_equal(found.values, [3, np.nan, np.nan, np.nan, 2])


def test_numbers_and_texts_are_no_datetimes_and_dates_beside_gaps_are():
    assert are_datetimes(pd.Series([date(1970, 1, 4), None]))
    assert not are_datetimes(pd.Series([20200103, 20200104]))
    assert not are_datetimes(pd.Series(["2020-01-03"]))
    assert not are_datetimes(pd.Series([pd.Timestamp("2020-01-03"), "soon"]))


def test_a_date_that_has_not_the_format_that_is_given_is_told_with_its_row():
    found = column("03.04.2020", "NA", "04.04.2020", "2020-01-03", form="%d.%m.%Y")
    assert found.kind == "unclear"
    assert found.problem == (
        "dates: has '2020-01-03' in row 4, which is no date written '%d.%m.%Y'"
    )


def test_dates_of_several_formats_are_told_with_what_would_settle_them():
    found = column("03/04/2020", "05/06/2020")
    assert found.keys == {"dates": {"a": "%d/%m/%Y"}}
    assert found.problem == (
        "dates: has '03/04/2020' in row 1, which may be written '%d/%m/%Y' or '%m/%d/%Y'; "
        'set dates: {a: "%d/%m/%Y"} or dates: {a: "%m/%d/%Y"}'
    )
    assert column("NA", "03/04/2020").problem.startswith(
        "dates: has '03/04/2020' in row 2, which may"
    )
    assert column("03.04.20", "05.06.20").keys == {"dates": {"a": "%d.%m.%y"}}


@pytest.mark.parametrize(
    ("values", "place"),
    [
        (["2020-01-03", "NA", "soon", "later"], "'soon' in row 3"),
        (
            ["NA", "2020-01-03", "03.04.2020"],
            "'2020-01-03' in row 2",
        ),  # each is a date, of its own kind
    ],
)
def test_what_is_no_date_like_the_others_is_told_with_its_row(values, place):
    found = column(*values)
    assert (found.kind, found.keys) == ("unclear", {})
    assert found.problem.startswith(f"dates: has {place}, which is no date like the others; write")
