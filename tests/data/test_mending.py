"""Which option is set for a column that a study could not use as it is, and for what reason."""

import pandas as pd
import pytest

from epochwise.data.date_columns import days
from epochwise.data.looking import look
from epochwise.data.mending import Guess, listed, mend
from epochwise.data.written_numbers import Written

pytestmark = pytest.mark.versions


def guess(**options):
    return Guess({"file": "a.csv", "target": "y", **options})


def column(*values, name="a"):
    return look(pd.Series(list(values), name=name), Written())


def mended(*values, name="a", found=None):
    """Mend one column; what was set, besides file and target, and whether anything was."""
    found = found or guess()
    done = mend(name, column(*values, name=name), found)
    return {key: found.options[key] for key in found.options if key not in ("file", "target")}, done


def test_what_has_no_problem_is_left_alone():
    assert mended(1.5, 2.5) == ({}, False)


def test_a_column_is_put_under_an_option_with_its_reason():
    found = guess()
    found.put("drop", "a", "why")
    found.put("drop", "b", "why not")
    found.options["dates"] = {"c": "%Y"}
    found.put("dates", "d", "days")
    assert found.options["drop"] == ["a", "b"]
    assert found.options["dates"] == {"c": "%Y", "d": None}
    assert found.reasons == {("drop", "a"): "why", ("drop", "b"): "why not", ("dates", "d"): "days"}
    assert [found.is_placed(name) for name in "abcde"] == [True, True, True, True, False]
    found.put("categorical", "e", "few")
    assert found.is_placed("e")


def test_how_numbers_are_written_is_what_the_options_say():
    assert guess().written == Written()
    said = {"decimal": ",", "thousands": ".", "units": ["€"], "missing_words": ["k.A."]}
    assert guess(**said).written == Written(",", ".", ("€",), ("k.A.",))


# ---- units and words ----


def test_units_are_listed_once_with_the_first_column_that_has_them():
    found = guess()
    assert mended(None, "5 €", "7 €", found=found) == ({"units": ["€"]}, True)
    assert mended("5 km", "7 km", name="b", found=found) == ({"units": ["€", "km"]}, True)
    mended("9 €", name="c", found=found)
    assert found.options["units"] == ["€", "km"]
    assert found.reasons["units"] == "as in 5 € of column 'a'"


NUMBERS = [str(number / 4) for number in range(20)]


@pytest.mark.parametrize(
    ("words", "are_gaps"),
    [
        (["unknown"], True),
        (["unknown", "none given", "lost"], True),
        (["unknown", "none given", "lost", "sick"], False),
        (["#DIV/0!"], True),
        (["#REF1!"], True),
        (["3+"], False),
        (["unknown", "3+"], False),
        *((["unknown", word], False) for word in ("Total", "grand total:", "SUM", "Summe", "mean")),
        (["totally lost"], True),
    ],
)
def test_a_few_words_among_numbers_are_gaps_unless_they_are_counts_or_totals(words, are_gaps):
    options, done = mended(*NUMBERS, *words)
    assert options.get("missing_words") == (words if are_gaps else None)
    assert done == are_gaps  # there are too many different texts for categories


def test_words_of_several_columns_are_listed_once():
    found = guess()
    mended(*NUMBERS, "lost", found=found)
    mended(*NUMBERS, "sick", "lost", name="b", found=found)
    assert found.options["missing_words"] == ["lost", "sick"]
    assert found.reasons["missing_words"] == "among the numbers of column 'b'"


def test_words_in_the_target_are_gaps_too():
    assert mended(*NUMBERS, "lost", name="y") == ({"missing_words": ["lost"]}, True)


# ---- categories, and what is left out ----


@pytest.mark.parametrize(("numbers", "placed"), [(19, True), (20, False)])
def test_up_to_twenty_texts_are_categories(numbers, placed):
    found = guess()
    options, done = mended(None, "3+", *NUMBERS[:numbers], "3+", found=found)
    assert (options, done) == (({"categorical": ["a"]}, True) if placed else ({}, False))
    if placed:
        assert found.reasons["categorical", "a"] == "20 different texts, such as 3+"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([f"name {i}" for i in range(30)], "30 different texts, another in every row"),
        ([f"name {i % 110}" for i in range(200)], "110 different texts"),
        ([2**60 + 1, 5], "whole numbers too large to be told apart"),
    ],
)
def test_names_and_ids_are_left_out_but_never_the_target(values, reason):
    found = guess()
    assert mended(*values, found=found) == ({"drop": ["a"]}, True)
    assert found.reasons["drop", "a"] == reason
    assert mended(*values, name="y") == ({}, False)


def test_a_target_is_not_made_categories():
    assert mended("3+", *NUMBERS[:9], name="y") == ({}, False)


# ---- dates ----


def read_dates(found, *texts):
    """Mend a column that is listed under dates."""
    given = found.options["dates"]["a"] if isinstance(found.options["dates"], dict) else None
    return mend("a", days(pd.Series(texts, name="a"), Written(), given), found)


def test_dates_are_listed_and_get_a_format_where_there_may_be_two():
    found = guess()
    assert mended("03/04/2020", "05/06/2020", found=found) == ({"dates": ["a"]}, True)
    found.put("dates", "b", "days since 1970-01-01")
    assert read_dates(found, "03/04/2020", "05/06/2020")
    assert found.options["dates"] == {"a": "%d/%m/%Y", "b": None}
    assert found.reasons["dates", "a"] == "days since 1970-01-01; is this the format?"
    assert not read_dates(found, "03/04/2020", "05/06/2020")  # nothing is wrong any more


@pytest.mark.parametrize("others", [["b"], []])
def test_dates_that_are_not_all_dates_are_left_out(others):
    found = guess(dates=["a", *others])
    assert read_dates(found, "2020-01-03", "soon")
    assert found.options.get("dates") == (dict.fromkeys(others) or None)
    assert found.options["drop"] == ["a"]
    assert found.reasons["drop", "a"] == "dates that are not all written in one way"


def test_names_are_listed_with_their_numbers_and_not_all_of_many():
    assert listed(["a", "b"]) == "a, b"
    assert listed({"a": 3, "b": 1}) == "a (3), b (1)"
    assert listed("abcde") == "a, b, c, d, e"
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"
    assert listed("abc", 1) == "a and 2 more"


@pytest.mark.parametrize("given", ["total", ["total"]])
def test_one_target_may_be_given_as_a_name(given):
    assert Guess({"target": given}).targets == ["total"]
