"""Numbers that are not written as a study says: what they look like, and which keys would read them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from epochwise.data.written_numbers import ALIKE, DECIMALS, MINUS, THOUSANDS, Written
from epochwise.errors import in_quotes

CURRENCIES = r"[$€£¥₹₽₩₪₺]|US\$|R\$|A\$|C\$|EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|Rs\.?|kr\.?|zł|Fr\.?"
UNITS = (
    r"%|‰|°|°C|°F|[kcm]?m|[kcm]?m²|m³|[km]?g|[cm]?l|L|h|min|s|ms|[kM]?W|kWh|[km]?V|m?A|[kMG]?Hz|[kMG]B|km/h"
    r"|k|K|M|bn|Mio\.?|Mrd\.?|Tsd\.?"
)
LIKE_A_NUMBER = re.compile(
    rf"(?P<sign>[{MINUS}+]?)\s*(?P<before>{CURRENCIES})?\s*(?P<number>[{MINUS}+]?[0-9.,][0-9.,'\u2019_\s]*"
    r"(?<=[0-9])(?:[eE][-+]?[0-9]+)?)\s*(?P<after>[^\W\d_]+\S*|[^\w\s.,;:/()\\-]\S{0,4})?"
)
KNOWN = re.compile(rf"{CURRENCIES}|{UNITS}")
SIGNS = product(DECIMALS, (None, *THOUSANDS))
CONVENTIONS = [Written(decimal, between) for decimal, between in SIGNS if decimal != between]
Way = tuple[dict[str, Any], float | int]  # keys, and what they make of the example
MOST_OF_ONE_UNIT = 20  # so many different numbers before one unknown word are measured, not named


@dataclass(frozen=True)
class Lookalike:
    """What texts look like that are no numbers as the study has them written.

    Parameters
    ----------
    what : "a number with a decimal comma".
    example : one of the texts that shows it.
    ways : the keys that would read it, and as what: usually one way, two where it could be either.
    instead : what to do where no key would.
    """

    what: str
    example: str
    ways: list[Way]
    instead: str = ""

    def advice(self) -> str:
        """Say which keys to set."""
        if not self.ways:
            return self.instead
        told = [
            (", ".join(f"{key}: {_yaml(v)}" for key, v in keys.items()), n) for keys, n in self.ways
        ]
        if len(told) == 1:
            return f"set {told[0][0]}"
        return " or ".join(f"set {keys} if it is {number}" for keys, number in told)


def _yaml(value: object) -> str:
    return f'["{value[0]}"]' if isinstance(value, list) else f'"{value}"'


def recognise(texts: Sequence[str], written: Written) -> Lookalike | None:
    """Tell what at least half of some different texts look like, if it is numbers.

    Parameters
    ----------
    texts : those of a column, each once, without those that mean a missing value.
    written : the convention that does not read all of them.
    """
    if odd := _odd(texts):
        return odd
    found = [match for text in texts if (match := LIKE_A_NUMBER.fullmatch(text))]
    units = {match["before"] or match["after"] or "" for match in found}
    if not found or 2 * len(found) < len(texts) or not _are_units(units - {""}, len(found)):
        return None
    if len(units) > 1:
        names = " and ".join(
            f"the unit {in_quotes(one)}" if one else "none" for one in sorted(units)[::-1]
        )
        what = f"a number with a unit; the column has {names}"
        return Lookalike(what, found[0][0], [], "write one unit in all of its rows, or none")
    [unit] = units
    numbers = {f"{match['sign']}{match['number']}".strip(): match[0] for match in found}
    strange = [one for one in numbers if written.number(one) is None]
    if not strange and unit in ("", *written.units):
        return None  # what is wrong with the column is something else
    first = next(iter(strange or numbers))
    if ways := _ways(list(numbers), first, written, unit):
        return Lookalike(_what(ways), numbers[first], ways)
    if all(any(one.number(text) is not None for one in CONVENTIONS) for text in numbers):
        what = "a number, but not written as others of the column"
        return Lookalike(what, numbers[first], [], "write all of them in one way")
    return None


ODD = {
    r"0[xX][0-9a-fA-F]+": ("a hexadecimal number", "write it as a decimal number"),
    r"\([^\d()]{0,3}[0-9][0-9.,' ]*[^\d()]{0,3}\)": (
        "a negative number in parentheses",
        "write it with a minus sign",
    ),
}


def _odd(texts: Sequence[str]) -> Lookalike | None:
    """Recognise numbers that no key reads."""
    numbers = [text for text in texts if LIKE_A_NUMBER.fullmatch(text)]
    for pattern, (what, instead) in ODD.items():
        odd = [text for text in texts if re.fullmatch(pattern, text)]
        if odd and 2 * len({*odd, *numbers}) >= len(texts):  # 0x1F looks like a number with a unit
            return Lookalike(what, odd[0], [], instead)
    return None


def _are_units(names: set[str], different: int) -> bool:
    """Tell units from words: those that are known, or one word behind many different numbers."""
    known = all(KNOWN.fullmatch(name) for name in names)
    return known or (len(names) == 1 and different > MOST_OF_ONE_UNIT)


def _ways(numbers: Sequence[str], first: str, written: Written, unit: str) -> list[Way]:
    """List the conventions by which all are numbers, as the keys that would have to change."""
    text = "".join(numbers)
    units = {"units": [unit]} if unit and unit not in written.units else {}
    found = []
    for one in CONVENTIONS:
        used = _has_use(one.decimal, one.thousands, text, written)
        if used and all(one.number(number) is not None for number in numbers):
            marks = {"decimal": one.decimal, "thousands": one.thousands}
            keys = {
                key: mark for key, mark in marks.items() if mark != getattr(written, key)
            } | units
            found.append((keys, one.number(first) or 0))
    return found


def _has_use(decimal: str, thousands: str | None, text: str, written: Written) -> bool:
    """Leave out signs that neither occur nor are what the study says."""
    occurs = any(one in text for one in ALIKE.get(thousands, thousands or ""))
    implied = (
        decimal == written.decimal or thousands == "."
    )  # between thousands, it marks no decimals
    return (occurs or thousands == written.thousands) and (implied or decimal in text)


def _what(ways: Sequence[Way]) -> str:
    if len(ways) > 1:
        return "a number with a decimal sign or with thousands separators"
    keys, marks = ways[0][0], {",": "a decimal comma", ".": "a decimal point"}
    parts = ["thousands separators"] if "thousands" in keys else []
    parts += [marks[keys["decimal"]]] if "decimal" in keys and not parts else []
    parts += [f"the unit {in_quotes(keys['units'][0])}"] if "units" in keys else []
    return f"a number with {' and '.join(parts)}"
