"""What a column of a stranger's file holds, and what is said where that cannot be told."""

import numpy as np
import pandas as pd
import pytest

from epochwise.data.date_columns import days
from epochwise.data.looking import categories, is_like_an_id, look
from epochwise.data.written_numbers import Written

pytestmark = pytest.mark.versions


def column(*values, name="a"):
    return pd.Series(list(values), name=name)


def test_the_usual_words_are_gaps_among_numbers_and_texts_among_texts():
    for word in ("NA", "nan", "N/A", "null", "-", "?", "#N/A"):
        found = look(column("1.5", word, None, "2"), Written())
        assert found.kind == "number"
        np.testing.assert_array_equal(found.values, [1.5, np.nan, np.nan, 2])
    found = look(column("NA", "ZA", None, "ZA"), Written())
    assert found.values.tolist()[:2] == ["NA", "ZA"]
    assert found.values.isna().tolist() == [False, False, True, False]
    assert found.notes == [
        "has 'NA' in 1 row, read as a category; list it under missing_words if it means a missing value"
    ]


def test_words_that_the_study_lists_are_gaps_everywhere():
    written = Written(missing_words=("unknown", "-999"))
    assert look(column("red", "unknown", "blue"), written).values.isna().tolist() == [
        False,
        True,
        False,
    ]
    assert look(column("1", "unknown", "2"), written).values.isna().tolist() == [False, True, False]
    assert look(column(1.5, -999.0, 2.5), written).values.isna().tolist() == [False, True, False]
    assert look(column(1, -999, 2), written).values.isna().tolist() == [False, True, False]


def test_blanks_around_a_cell_say_nothing():
    assert look(column(" 1.5", "2 ", "  "), Written()).values.tolist()[:2] == [1.5, 2.0]
    assert set(look(column("red", "red ", " red"), Written()).values) == {"red"}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            ["1,000", "2,000", "3,000"],
            "has '1,000' in row 1, which looks like a number with a decimal sign or with thousands "
            'separators; set thousands: "," if it is 1000 or set decimal: "," if it is 1.0, or list the '
            "column under categorical",
        ),
        (
            ["999", "850", "1,037.50", "700"],
            "has '1,037.50' in row 3, which looks like a number with thousands separators; set thousands:",
        ),
        (
            ["1", "2", "n/k"],
            "has the text 'n/k' in row 3 among numbers; correct it, list it under missing",
        ),
        (
            ["2020-01-03", "NA", "2020-02-29"],
            "has dates, such as '2020-01-03' in row 1; list it under dates",
        ),
        (
            ["9007199254740993", "1"],
            "has the whole number 9007199254740993 in row 1; beyond 9007199254740992",
        ),
        (
            [9007199254740993, 1],
            "has the whole number 9007199254740993 in row 1; beyond 9007199254740992",
        ),
        ([2**64 + 1, 1], "has the whole number 18446744073709551617 in row 1"),
        (
            [[1, 2], [3]],
            "has values of the type list, which are neither numbers nor texts; put it under drop",
        ),
        ([pd.Timedelta(1), pd.Timedelta(2)], "has durations, which"),
    ],
)
def test_what_cannot_be_told_is_said_with_what_to_do(values, problem):
    found = look(column(*values), Written())
    assert found.problem.startswith(problem), found.problem
    assert found.keys or "correct" in found.problem


def test_rows_are_counted_with_gaps_and_columns_may_be_empty():
    gaps = pd.Series([1, None, 2**53 + 1], dtype="Int64", name="a")
    assert "has the whole number 9007199254740993 in row 3" in look(gaps, Written()).problem
    empty = pd.Series([pd.NaT, pd.NaT], name="a")
    assert look(empty, Written()).problem.startswith("has dates; list it under dates")
    assert look(column(None, None), Written()).values.isna().all()


def test_large_numbers_that_floats_do_tell_apart_are_numbers():
    assert look(column(2**60, 1), Written()).kind == "number"
    assert look(column("1e300", "1"), Written()).values.tolist() == [1e300, 1.0]


def test_one_column_has_one_unit():
    written = Written(units=("€", "$"))
    assert look(column("€5", "€ 7"), written).values.tolist() == [5.0, 7.0]
    said = look(column("€5", "$7"), written).problem
    assert said == "has '€5' in row 1 and '$7' in row 2; write one unit in all of its rows, or none"
    said = look(column("€5", "€7", "€9", "red"), written).problem
    assert said.startswith("has the text 'red' in row 4 among numbers; correct it")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1970-01-01", "1970-01-11"], [0, 10]),
        (["1970-01-01 12:00", "1970-01-02 06:00"], [0.5, 1.25]),
        (["11.01.1970", "1.2.1970"], [10, 31]),
        (["11/01/1970", "31/01/1970"], [10, 30]),
        (["01/11/1970", "01/31/1970"], [10, 30]),
        (["11 Jan 1970", "NA"], [10, np.nan]),
        (["January 11, 1970", ""], [10, np.nan]),
    ],
)
def test_dates_become_days_since_1970(texts, expected):
    found = days(column(*texts), Written())
    np.testing.assert_array_equal(found.values, expected)
    assert look(column(*texts), Written()).kind == "date"


def test_datetimes_and_chosen_formats_become_days():
    assert days(column(*pd.date_range("1970-01-05", periods=2)), Written()).values.tolist() == [
        4,
        5,
    ]
    assert days(column("05/01/70"), Written(), "%d/%m/%y").values.tolist() == [4]


@pytest.mark.parametrize(
    ("texts", "form", "problem"),
    [
        (
            ["03/04/2020", "05/06/2020"],
            None,
            "'03/04/2020' in row 1, which may be written '%d/%m/%Y' or '%m/",
        ),
        (["2020-01-03", "soon"], None, "'soon' in row 2, which is no date like the others"),
        (["2020-13-03"], "%Y-%m-%d", "'2020-13-03' in row 1, which is no date written '%Y-%m-%d'"),
        (
            ["03.04.20", "05.06.20"],
            None,
            "which may be written '%d.%m.%y'; set dates: {a: \"%d.%m.%y\"}",
        ),
    ],
)
def test_dates_that_may_be_others_are_refused(texts, form, problem):
    assert problem in days(column(*texts), Written(), form).problem


def test_a_category_may_look_like_anything():
    found = categories(column("007", "1,000", "2020-01-01"), Written())
    assert (found.kind, found.problem) == ("text", "")


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("id", [3.0, 1.0, 2.0], True),
        ("customer_id", [3.0, 1.0, 2.0], True),
        ("CustomerID", [3.0, 1.0, 2.0], True),
        ("Row", [1.0, 2.0, 3.0], True),
        ("Unnamed: 0", [0.0, 1.0, 2.0], True),
        ("id", [3.0, 1.0, 1.0], False),
        ("id", [0.5, 1.5, 2.5], False),
        ("humid", [1.0, 2.0, 3.0], False),
        ("x", [1.0, 2.0, 3.0], False),
    ],
)
def test_ids_are_told_by_their_name_and_their_values(name, values, expected):
    assert is_like_an_id(column(*values, name=name)) == expected


@pytest.mark.parametrize(
    ("values", "example"),
    [
        ([20200131, 19991231], "20200131"),
        ([20200131.0, None, 19991231.0], "20200131"),
        ([20200131, 20200132], ""),
        ([20200131, 18991231], ""),
        ([20200131.5, 20200130.0], ""),
        ([20200131], ""),
    ],
)
def test_whole_numbers_that_may_be_dates_are_numbers_with_a_note(values, example):
    found = look(column(*values), Written())
    notes = [
        f"has whole numbers that may be dates, such as {example}; list it under dates if they are"
    ]
    assert (found.kind, list(found.notes)) == ("number", notes if example else [])
