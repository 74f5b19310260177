"""Numbers as people write them: read by a convention, never guessed at."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochwise.data.written_numbers import Written
from epochwise.errors import DataError

pytestmark = pytest.mark.versions

EUROPE = Written(decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("text", "written", "number"),
    [
        ("1.5", Written(), 1.5),
        ("-.5", Written(), -0.5),
        ("5.", Written(), 5.0),
        ("+3", Written(), 3),
        ("1e5", Written(), 1e5),
        ("−0.13", Written(), -0.13),  # noqa: RUF001  # the minus of Unicode
        ("-0,13", Written(decimal=","), -0.13),
        ("1,037", Written(thousands=","), 1037),
        ("1,23,456.5", Written(thousands=","), 123456.5),  # India's groups
        ("1.037.000", EUROPE, 1037000),
        ("1.037,25", EUROPE, 1037.25),
        ("1 037", Written(thousands=" "), 1037),
        ("1\u202f037\u00a0500", Written(thousands=" "), 1037500),
        ("1\u2019037", Written(thousands="'"), 1037),
        ("1_000", Written(thousands="_"), 1000),
        ("9007199254740993", Written(), 9007199254740993),
        ("-Infinity", Written(), -math.inf),
        *(
            (text, Written(), None)
            for text in ("", "-", ".", "1,5", "1_000", "0x1F", "1 000", "1.2.3")
        ),
        *((text, Written(thousands=","), None) for text in ("1,03", "1,0000", ",037", "1,037,1")),
        ("1.03", EUROPE, None),
        ("1.5", Written(decimal=","), None),
    ],
)
def test_a_number_is_read_as_it_is_written_or_not_at_all(text, written, number):
    assert Written.number(written, text) == number


@given(st.floats(allow_nan=False))
def test_what_python_writes_is_read_to_the_last_bit(number):
    assert Written().number(repr(number)) == number
    assert Written(decimal=",").number(repr(number).replace(".", ",")) == number


@given(st.integers(), st.sampled_from([",", "_", ".", " ", "'"]))
def test_groups_of_three_are_read_exactly(number, thousands):
    text = f"{number:,}".replace(",", thousands)
    decimal = "," if thousands == "." else "."
    assert Written(decimal=decimal, thousands=thousands).number(text) == number


def test_a_unit_is_taken_from_before_or_after_a_number():
    written = Written(units=("€", "km"))
    cases = {"€5": "5", "-€ 5": "-5", "5 €": "5", "7km": "7", "7": "7", "7 m": "7 m"}
    assert {text: written.without_unit(text)[0] for text in cases} == cases


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"decimal": ";"}, "decimal: ';' is not allowed"),
        ({"thousands": "x"}, "thousands: 'x' is not allowed; it is one of"),
        ({"thousands": "."}, "decimal and thousands are both '.'.*set decimal: \",\""),
        ({"thousands": ",", "decimal": ","}, r"both ','.*set decimal: \"\.\""),
    ],
)
def test_a_convention_that_tells_nothing_is_refused(options, sentence):
    with pytest.raises(DataError, match=sentence):
        Written(**options)
