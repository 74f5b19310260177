"""Numbers as people write them."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

LARGEST = 1e15  # a larger number is written with its power of ten


def count(number: float) -> str:
    """Write a whole number with thousands set apart: 2,024."""
    return f"{number:,.0f}"


def percent(fraction: float) -> str:
    """Write a fraction in per cent with one decimal: 16.7 %."""
    return f"{100 * fraction:,.1f} %" if isfinite(fraction) else "from zero"


def loss(value: float, digits: int = 5) -> str:
    """Write a loss with so many significant digits: 2,620, 1,776,900,000, 0.00012346."""
    short = float(f"{value:.{digits - 1}e}")
    return f"{short:,.0f}" if 10 ** (digits - 1) <= abs(short) < LARGEST else f"{value:,.{digits}g}"


def fall_of(what: str, shares: Mapping[str, Any]) -> str:
    """Say what shares of a loss that may be negative are shares of; see `more_loss`."""
    if shares["since"] is None:
        return f"the range of {what}"
    return f"how far {what} fell after epoch {count(shares['since'])}"


def more_loss(named: Mapping[str, Any]) -> str:
    """Say what shares of a loss are shares of: `2 %` … `more validation loss`.

    Parameters
    ----------
    named : what the loss is; see `epochwise.tables.reading.LossTable.named`.
    """
    if named.get("shares"):
        return f"of {fall_of('the validation loss', named['shares'])}"
    return (
        f"more validation error ({named['loss']})" if named.get("score") else "more validation loss"
    )


def whole_percent(fraction: float) -> str:
    """Write a fraction that people choose in per cent: 95 %."""
    return f"{100 * fraction:g} %"
