"""Setting an option for each column that a study could not use as it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from epochwise.data.cells import Column
from epochwise.data.tasks import MOST_CLASSES
from epochwise.data.written_numbers import Written
from epochwise.errors import in_quotes

if TYPE_CHECKING:
    import pandas as pd

MOST_WORDS = 3  # so many different texts among numbers may mean that a value is missing
TOTALS = re.compile(r"(?:grand |sub)?total\W*|sum\W*|summe|gesamt|average|mean", re.IGNORECASE)


@dataclass
class Guess:
    """What was guessed of a file.

    Parameters
    ----------
    options : of the dataset, as a study has them.
    reasons : why, by option, or by option and column.
    columns : what the columns in use hold.
    """

    options: dict[str, Any]
    reasons: dict[Any, str] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)

    def put(self, option: str, column: str, reason: str) -> None:
        """Put a column under an option."""
        listed = self.options.setdefault(option, [])
        listed.update({column: None}) if isinstance(listed, dict) else listed.append(column)
        self.reasons[option, column] = reason

    @property
    def targets(self) -> list[str]:
        """The columns to predict."""
        given = self.options["target"]
        return given if isinstance(given, list) else [given]

    @property
    def written(self) -> Written:
        """How numbers are written."""
        given = {key: self.options.get(key) for key in ("decimal", "thousands")}
        lists = {key: tuple(self.options.get(key, ())) for key in ("units", "missing_words")}
        return Written(given["decimal"] or ".", given["thousands"], **lists)

    def is_placed(self, column: str) -> bool:
        """Tell whether a column has an option that says what it is."""
        return any(column in self.options.get(one, ()) for one in ("drop", "dates", "categorical"))


def mend(name: str, column: Column, found: Guess) -> bool:
    """Set an option for a column that has a problem; tell whether anything was set."""
    is_target = name in found.targets
    if not column.problem:
        return False
    if name in found.options.get("dates", ()):
        return _mend_dates(name, column, found)
    if "dates" in column.keys:
        found.put("dates", name, "days since 1970-01-01")
        return True
    if "units" in column.keys:
        units = found.options.setdefault("units", [])
        units += [unit for unit in column.keys["units"] if unit not in units]
        text = str(column.values.dropna().iloc[0]).strip()
        found.reasons.setdefault("units", f"as in {text} of column {in_quotes(name)}")
        return True
    words = list(column.keys.get("missing_words", ()))
    if words and len(words) <= MOST_WORDS and all(map(_may_be_a_gap, words)):
        listed = found.options.setdefault("missing_words", [])
        listed += [word for word in words if word not in listed]
        found.reasons["missing_words"] = f"among the numbers of column {in_quotes(name)}"
        return True
    return False if is_target else _set_aside(name, column, found)


def _may_be_a_gap(word: str) -> bool:
    """Tell words, and a spreadsheet's errors such as "#DIV/0!", from "3+" and from a row of totals."""
    has_digits = any(map(str.isdigit, word))
    return word.startswith("#") or not (has_digits or TOTALS.fullmatch(word))


def _mend_dates(name: str, column: Column, found: Guess) -> bool:
    """Give a format to dates that may be read in two ways; what is no date is left out."""
    dates = found.options.pop("dates")
    forms: dict[str, str | None] = dict(dates) if isinstance(dates, dict) else dict.fromkeys(dates)
    if chosen := column.keys.get("dates", {}).get(name):
        found.options["dates"] = forms | {name: chosen}
        found.reasons["dates", name] = f"{found.reasons['dates', name]}; is this the format?"
        return True
    del forms[name]
    found.options |= {"dates": forms} if forms else {}
    found.put("drop", name, "dates that are not all written in one way")
    return True


def _set_aside(name: str, column: Column, found: Guess) -> bool:
    """Make categories of a column of few texts, or leave out one of many; numbers are left to be mended."""
    texts = column.values.dropna().map(str)
    if "drop" in column.keys:
        found.put("drop", name, _why_dropped(column, texts))
        return True
    if texts.nunique() > MOST_CLASSES:
        return False
    found.put("categorical", name, f"{texts.nunique()} different texts, such as {texts.iloc[0]}")
    return True


def _why_dropped(column: Column, texts: "pd.Series[str]") -> str:
    if column.kind == "large":
        return "whole numbers too large to be told apart"
    every = ", another in every row" if texts.is_unique else ""
    return f"{texts.nunique()} different texts{every}"


def listed(names: Mapping[str, int] | Iterable[str], shown: int = 5) -> str:
    """List names, with their numbers if they have any; not more than a few."""
    told = [f"{n} ({names[n]})" for n in names] if isinstance(names, Mapping) else list(names)
    more = f" and {len(told) - shown} more" if len(told) > shown else ""
    return ", ".join(told[:shown]) + more
