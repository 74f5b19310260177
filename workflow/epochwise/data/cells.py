"""The cells of one column: each different text once, and in which rows it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from epochwise.arrays import Array
from epochwise.data.written_numbers import EXACT, USUAL_WORDS, Written
from epochwise.errors import in_quotes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Column:
    """What a column holds.

    Parameters
    ----------
    kind : "number", "text", "date" (not yet a number), "large" (whole numbers beyond what
        floats tell apart), or "unclear".
    values : (rows,) floats or texts; missing values are NaN or None.
    problem : why it cannot be used as it is, and what to do; "" where it can.
    keys : options of the dataset that would mend it.
    notes : what its user should know, a sentence each.
    """

    kind: Literal["number", "text", "date", "large", "unclear"]
    values: "pd.Series[Any]"
    problem: str = ""
    keys: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()


class Cells:
    """The cells of one column.

    Parameters
    ----------
    values : (rows,) as the file has them; an empty cell is missing.
    written : how numbers and missing values are written.
    """

    def __init__(self, values: "pd.Series[Any]", written: Written) -> None:
        import pandas as pd

        self.written, self.values = written, values
        mixed = values.dtype == object
        codes, found = pd.factorize(values.map(_as_text, na_action="ignore") if mixed else values)
        self.codes, self.texts = self._without_gaps(codes, [_as_text(cell) for cell in found])

    def _without_gaps(self, codes: Array, found: list[str]) -> tuple[Array, list[str]]:
        """Give (rows,) the place of each row's text, -1 where it is missing, and the texts."""
        gaps = {"", *self.written.missing_words}
        texts = [text for text in dict.fromkeys(found) if text not in gaps]
        place = {text: number for number, text in enumerate(texts)}
        places = np.array([*(place.get(text, -1) for text in found), -1])
        return places[codes], texts

    @cached_property
    def rows(self) -> Array:
        """The number of rows of each text, (texts,)."""
        return np.bincount(self.codes[self.codes >= 0])

    @cached_property
    def numbers(self) -> list[tuple[float | int | None, str]]:
        """Each text as a number, None where it is none, and its unit."""
        bare = [self.written.without_unit(text) for text in self.texts]
        return [(self.written.number(text), unit) for text, unit in bare]

    @cached_property
    def are_numbers(self) -> Array:
        """Which texts are numbers, (texts,)."""
        return np.array([number is not None for number, _ in self.numbers], bool)

    @cached_property
    def usual_gaps(self) -> Array:
        """Which texts usually mean a missing value, (texts,)."""
        return np.array([text.lower() in USUAL_WORDS for text in self.texts], bool)

    def row_of(self, place: int) -> int:
        """Give the first row that has a text, counted from 1."""
        return int(np.argmax(self.codes == place)) + 1

    def quote(self, place: int) -> str:
        """Quote a text with its row."""
        return f"{in_quotes(self.texts[place])} in row {self.row_of(place)}"

    def spread(self, values: Sequence[Any] | Array, missing: Any, kind: str) -> "pd.Series[Any]":
        """Give (rows,) values from one for each text."""
        import pandas as pd

        each = np.array([*values, missing], object)
        spread = pd.Series(each[self.codes], index=self.values.index, name=self.values.name)
        return spread.astype(kind)


def _as_text(value: Any) -> str:
    """Write a cell as text without blanks around it; a whole number as one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        value = int(value)
    return str(value).strip()
