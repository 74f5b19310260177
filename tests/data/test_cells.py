"""The cells of a column: each text once, its rows, and the number it may be."""

import numpy as np
import pandas as pd
import pytest

from epochwise.data.cells import Cells
from epochwise.data.written_numbers import Written

pytestmark = pytest.mark.versions


def cells(*values, **written):
    return Cells(
        pd.Series(list(values), name="a", index=range(10, 10 + len(values))), Written(**written)
    )


def test_each_text_stands_once_with_its_rows_and_gaps_with_none():
    one = cells("red", None, " blue", "red ", "", "gone", missing_words=("gone",))
    assert one.texts == ["red", "blue"]
    assert one.codes.tolist() == [0, -1, 1, 0, -1, -1]
    assert one.rows.tolist() == [2, 1]
    assert [one.row_of(place) for place in (0, 1)] == [1, 3]
    assert one.quote(1) == "'blue' in row 3"
    empty = cells(None, "")
    assert (empty.texts, empty.codes.tolist(), empty.rows.tolist()) == ([], [-1, -1], [])


def test_numbers_and_their_texts_in_one_column_are_the_same_cells():
    one = cells(1.0, "1", 1, 2.5, True, -3.0, float("inf"))
    assert one.texts == ["1", "2.5", "True", "-3", "inf"]
    assert one.codes.tolist() == [0, 0, 0, 1, 2, 3, 4]


def test_floats_beyond_the_whole_numbers_that_they_tell_apart_stay_floats():
    one = cells("a", 2.0**53, 2.0**53 - 1, -(2.0**53), 1 - 2.0**53)
    assert one.texts[1:3] == ["9007199254740992.0", "9007199254740991"]
    assert one.texts[3:] == ["-9007199254740992.0", "-9007199254740991"]


def test_a_text_is_a_number_with_its_unit_or_none():
    one = cells("5 km", "7", "far", "1e3km", units=("km",))
    assert one.numbers == [(5, "km"), (7, ""), (None, ""), (1000.0, "km")]
    assert one.are_numbers.tolist() == [True, True, False, True]


def test_the_usual_words_are_told_in_any_case():
    assert cells("NaN", "x", "n/A", "-").usual_gaps.tolist() == [True, False, True, True]


def test_values_of_the_texts_are_spread_over_their_rows_and_a_gap_gets_its_own():
    one = cells("b", None, "a", "b")
    spread = one.spread([0.5, 1.5], np.nan, "float64")
    assert (spread.name, spread.index.tolist()) == ("a", [10, 11, 12, 13])
    np.testing.assert_array_equal(spread, [0.5, np.nan, 1.5, 0.5])
    assert one.spread(["B", "A"], None, "string").tolist() == ["B", pd.NA, "A", "B"]
