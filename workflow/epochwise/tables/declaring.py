"""How a table of the answers is declared: its columns, what they are, and what makes its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SPREADS = ("mean", "std", "q25", "median", "q75")
INT, FLOAT, TEXT, YES = "Int64", "float64", "string", "boolean"


@dataclass(frozen=True)
class Columns:
    """Columns that are explained together.

    Parameters
    ----------
    types : the columns and their types, as pandas names them.
    about : what they are, in Markdown; `*name*` is a threshold of the study's `answer:`.
    spread : whether each comes five times, with the endings of `SPREADS`.
    """

    types: Mapping[str, str]
    about: str
    spread: bool = False

    def expanded(self) -> dict[str, str]:
        """Give the columns as they stand in the table."""
        if not self.spread:
            return dict(self.types)
        return {f"{name}_{each}": kind for name, kind in self.types.items() for each in SPREADS}


@dataclass(frozen=True)
class Table:
    """A table of the answers: rows for every dataset, point and backend.

    Parameters
    ----------
    name : of its files.
    heading : what the page writes above it.
    rows : the function that gives its rows for one `epochwise.answers.case.Case`, as
        "package.module:name"; of a table that `compares`, it gives a list of them for the
        `epochwise.answers.contender.Contender`s of a dataset.
    groups : its columns, besides those that name the dataset, point and backend.
    """

    name: str
    heading: str
    rows: str
    groups: Sequence[Columns]
    compares: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """The types of its columns."""
        return {name: kind for group in self.groups for name, kind in group.expanded().items()}

    def as_markdown(self) -> str:
        """Write the table of its columns that docs/answers.md has."""
        rows = [(", ".join(f"`{name}`" for name in g.types), g.about) for g in self.groups]
        return "\n".join(
            ["| column | what it is |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]
        )
