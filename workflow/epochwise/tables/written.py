"""Writing values as a text has them: rounded, and with true minus signs and dashes."""

from math import floor, isfinite, log10
from typing import Any

from epochwise.tables.results import Row
from epochwise.tables.scores import LABELS

DASH, MINUS = "\u2013", "\u2212"


def best(row: Row) -> str:
    """Write the best epoch, or its lower bound."""
    at = count(row["best_epoch"])
    return f"≥ {at}" if at and row.get("censored") else at


def span(row: Row, name: str) -> str:
    """Write both ends of a range."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if low is None or high is None else f"{count(low)}{DASH}{count(high)}"


def measure(row: Row, column: str) -> str:
    """Write a value and its standard error, which says how many digits there are."""
    value, error = row[column], row[f"{column}_error"]
    if value is None or not error or not isfinite(error):
        return number(value)
    digits = max(1 - floor(log10(error)), 0)
    return signed(f"{value:,.{digits}f} ± {error:,.{digits}f}")


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with so many significant digits, no fewer than its whole ones."""
    if value is None:
        return ""
    if value == 0 or not 1e-4 <= abs(value) < 1e9:
        return signed(f"{value:.{digits}g}")
    return signed(f"{value:,.{max(digits - 1 - floor(log10(abs(value))), 0)}f}")


def signed(text: str) -> str:
    """Write minus as minus, not as a hyphen."""
    return text.replace("-", MINUS)


def count(value: Any) -> str:
    """Write a whole number."""
    return "" if value is None else f"{value:,}"


def label(metric: str) -> str:
    """Name a metric; `rmse_price` is `RMSE of price`."""
    if metric in LABELS:
        return LABELS[metric]
    kind, _, target = metric.partition("_")
    return f"{LABELS.get(kind, kind)} of {target}"
