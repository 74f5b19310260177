"""Numbers as people write them."""

import pytest

from epochwise.answers import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2620.04, "2,620"),
        (0.119618, "0.11962"),
        (1776912345.6, "1,776,900,000"),
        (99999.9, "100,000"),
        (12345.6, "12,346"),
        (0.0000123456, "1.2346e-05"),
        (7000.64, "7,000.6"),
        (9.99999e14, "1e+15"),
        (9.9999e14, "999,990,000,000,000"),
        (1e15, "1e+15"),
        (3.2e16, "3.2e+16"),
        (0.0, "0"),
    ],
)
def test_a_loss_has_five_significant_digits(value, text):
    assert wording.loss(value) == text


def test_or_as_many_as_are_asked_for():
    assert wording.loss(42151.3, 4) == "42,150"
    assert wording.loss(61.44, 3) == "61.4"
    assert wording.loss(4436.0, 3) == "4,440"
