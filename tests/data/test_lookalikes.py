"""Numbers that are not written as a study says: recognised, with the keys that would read them."""

import pytest

from epochwise.data.lookalikes import recognise
from epochwise.data.written_numbers import Written

pytestmark = pytest.mark.versions


@pytest.mark.parametrize(
    ("texts", "advice"),
    [
        (["1,037", "2,500"], 'set thousands: "," if it is 1037 or set decimal: "," if it is 1.037'),
        (["1,037", "2,5"], 'set decimal: ","'),
        (["1,037", "999", "1,000,000"], 'set thousands: ","'),
        (["€1,037.50", "€2.00"], 'set thousands: ",", units: ["€"]'),
        (["1.037,50 €", "2,00 €"], 'set decimal: ",", thousands: ".", units: ["€"]'),
        (["12 km", "15km"], 'set units: ["km"]'),
        (["5%", "7.5 %"], 'set units: ["%"]'),
        (["1_000", "2_000"], 'set thousands: "_"'),
        (["-0,13", "2,7"], 'set decimal: ","'),
        (["1\u202f037", "2 000"], 'set thousands: " "'),
        (["0x1F", "0x2A"], "write it as a decimal number"),
        (["(1,037)", "500", "600"], "write it with a minus sign"),
        (["1,037.50", "1.037,50"], "write all of them in one way"),
        (["1.5", "2.5", "3,5"], "write all of them in one way"),
        (["1.037.000", "2.000.000"], 'set decimal: ",", thousands: "."'),
        (["$5", "€5"], "write one unit in all of its rows, or none"),
        (["$5", "7"], "write one unit in all of its rows, or none"),
        ([f"{n} bedrooms" for n in range(21)], 'set units: ["bedrooms"]'),
    ],
)
def test_numbers_written_another_way_are_recognised(texts, advice):
    assert recognise(texts, Written()).advice() == advice


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["red", "blue"],
        ["Q1", "Q2", "Q3"],
        ["1st", "2nd", "3rd"],
        ["2WD", "4WD"],
        [f"{n} bedrooms" for n in range(20)],
        ["10-20", "20-30"],
        ["<5", ">10"],
        ["1.2.3", "1.2.4"],
        ["1.5", "1.2.3"],
        [f"{n} {what}" for n in range(21) for what in ("bedrooms", "baths")],
        ["12:30", "13:45"],
        ["1", "2", "n/k"],
        ["A12", "B13"],
    ],
)
def test_names_that_have_digits_are_no_numbers(texts):
    assert recognise(texts, Written()) is None


def test_what_is_told_is_of_the_first_that_is_strange():
    for texts in (["999", "1,037", "12,500"], ["€999", "€1,037", "€12,500"]):
        found = recognise(texts, Written())
        assert found.example == texts[1]
        assert 'thousands: ","' in found.advice()
        assert "if it is 1037 or" in found.advice()
        assert "if it is 1.037" in found.advice()


def test_what_the_study_says_already_is_not_said_again():
    assert (
        recognise(["1 037,5 €"], Written(decimal=",")).advice()
        == 'set thousands: " ", units: ["€"]'
    )
    assert recognise(["1.5", "2.5"], Written(decimal=",")).advice() == 'set decimal: "."'
    euros = Written(units=("€",))
    assert recognise(["1,5 €", "7,5 €"], euros).advice() == 'set decimal: ","'
    assert recognise(["5 €", "7 €", "red"], euros) is None  # what is wrong is another text
    found = recognise(["5,5", "7,25"], Written(thousands=","))  # no key takes a sign away
    assert found.advice() == "write all of them in one way"
    assert recognise(["1.037,5"], Written(thousands=",")).advice() == (
        'set decimal: ",", thousands: "."'
    )


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        (["1,037", "red"], "a number with a decimal sign or with thousands separators"),
        (["1,037", "red", "blue"], None),
        (["1,037.5"], "a number with thousands separators"),
        (["1,5"], "a number with a decimal comma"),
        (["1.037,5 €"], "a number with thousands separators and the unit '€'"),
        (["1,5 €"], "a number with a decimal comma and the unit '€'"),
        (["5 €", "7 €"], "a number with the unit '€'"),
        (["$5", "7 €"], "a number with a unit; the column has the unit '€' and the unit '$'"),
        (["5 km", "7"], "a number with a unit; the column has the unit 'km' and none"),
        (["5 bedrooms", "7 €"], None),  # no two units that are known
        (["0x1F", "5"], "a hexadecimal number"),
        (["0x1F", "5", "red"], "a hexadecimal number"),
        (["0x1F", "red"], "a hexadecimal number"),
        (["0x1F", "red", "blue"], None),
        (["(5.5)", "7", "red"], "a negative number in parentheses"),
        (["(5)", "red"], "a negative number in parentheses"),
        (["(5)", "red", "blue"], None),
    ],
)
def test_at_least_half_of_the_texts_have_to_look_alike(texts, what):
    found = recognise(texts, Written())
    assert (found and found.what) == what


def test_it_shows_one_of_the_texts_as_it_is_written():
    assert recognise(["red", "- 1,5 €"], Written()).example == "- 1,5 €"
    assert recognise(["5", "0x1F"], Written()).example == "0x1F"
    assert recognise(["7 €", "$5"], Written()).example == "7 €"
