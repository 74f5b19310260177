"""Numbers as people write them: read by the convention that a study gives, or recognised.

What is not written by the convention is never guessed at; `recognise` says what it looks like, so
that a sentence can name the key that would read it.
"""

import re
from dataclasses import dataclass
from functools import cache

from epochwise.errors import DataError, in_quotes

EXACT = 2**53  # beyond it float64 has no room for every whole number
DECIMALS = (".", ",")
THOUSANDS = (",", ".", "'", " ", "_")
ALIKE: dict[str | None, str] = {
    "'": "'\u2019",
    " ": " \u00a0\u2009\u202f",
}  # what else is written for them
USUAL_WORDS = (  # in a column of numbers they mean a missing value, whatever their case
    *("na", "n/a", "n.a.", "nan", "null", "none", "#n/a", "<na>"),
    *("-", "\u2013", "\u2014", "?", "."),
)
INFINITE = re.compile(r"[-+]?inf(?:inity)?", re.IGNORECASE)  # numbers, to be refused as such
MINUS = "-\u2212"


@dataclass(frozen=True)
class Written:
    """How numbers and missing values are written in a file.

    Parameters
    ----------
    decimal : "." or ",".
    thousands : what stands between groups of digits, or None.
    units : what may stand before or after a number and is left out: "€", "%", "km".
    missing_words : texts and numbers that mean a missing value, whatever the column holds.
    """

    decimal: str = "."
    thousands: str | None = None
    units: tuple[str, ...] = ()
    missing_words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.decimal not in DECIMALS:
            raise DataError(f'decimal: {in_quotes(self.decimal)} is not allowed; it is "." or ",".')
        if self.thousands is not None and self.thousands not in THOUSANDS:
            allowed = ", ".join(f'"{one}"' for one in THOUSANDS)
            raise DataError(
                f"thousands: {in_quotes(self.thousands)} is not allowed; it is one of {allowed}."
            )
        if self.decimal == self.thousands:
            other = "," if self.decimal == "." else "."
            raise DataError(
                f"decimal and thousands are both {in_quotes(self.decimal)}, so that no number could be told; "
                f'set decimal: "{other}".'
            )

    def number(self, text: str) -> float | int | None:
        """Read a number without its unit; a whole one exactly. None for what is none."""
        match = _pattern(self.decimal, self.thousands).fullmatch(text)
        if match is None:
            return float(text) if INFINITE.fullmatch(text) else None
        sign = "-" if match["sign"] in ("-", "\u2212") else ""
        whole = re.sub(r"[^0-9]", "", match["whole"])
        if match["fraction"] is None and not match["exponent"]:
            return int(sign + whole)
        return float(f"{sign}{whole}.{match['fraction'] or ''}{match['exponent']}")

    def without_unit(self, text: str) -> tuple[str, str]:
        """Take the unit that a study names from a number: ("1.50", "€")."""
        for unit in self.units:
            sign = text[:1] if text[:1] in (*MINUS, "+") else ""
            rest = text.removeprefix(sign)
            if rest.startswith(unit):
                return sign + rest.removeprefix(unit).strip(), unit
            if text.endswith(unit):
                return text.removesuffix(unit).strip(), unit
        return text, ""


@cache
def _pattern(decimal: str, thousands: str | None) -> re.Pattern[str]:
    """Make the pattern of a number; groups are of three digits, India's of two and three."""
    between = f"[{re.escape(ALIKE.get(thousands, thousands))}]" if thousands else ""
    grouped = (
        rf"[1-9][0-9]{{0,2}}(?:{between}[0-9]{{2,3}})*{between}[0-9]{{3}}|" if thousands else ""
    )
    return re.compile(
        rf"(?P<sign>[{MINUS}+]?)(?=[0-9{re.escape(decimal)}])(?P<whole>{grouped}[0-9]+|(?=.[0-9]))"
        rf"(?:{re.escape(decimal)}(?P<fraction>[0-9]*))?(?P<exponent>(?:[eE][-+]?[0-9]+)?)"
    )
