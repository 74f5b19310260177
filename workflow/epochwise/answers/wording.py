"""Numbers as people write them."""

from math import isfinite


def count(number: float) -> str:
    """Write a whole number with thousands set apart: 2,024."""
    return f"{number:,.0f}"


def percent(fraction: float) -> str:
    """Write a fraction in per cent with one decimal: 16.7 %."""
    return f"{100 * fraction:,.1f} %" if isfinite(fraction) else "from zero"


def loss(value: float) -> str:
    """Write a loss with five significant digits: 2,620.0."""
    return f"{value:,.5g}"


def whole_percent(fraction: float) -> str:
    """Write a fraction that people choose in per cent: 95 %."""
    return f"{100 * fraction:g} %"
