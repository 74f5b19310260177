"""What a verification found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["holds", "fails", "not checked"]


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    check : what was checked, in a word or two.
    outcome : whether it holds, or could not be checked.
    said : what was found, or why it was not checked.
    """

    check: str
    outcome: Outcome
    said: str

    def line(self) -> str:
        """Say it in a line."""
        return f"{self.outcome:<11}  {self.check}: {self.said}"


def holds_or_fails(check: str, wrong: Iterable[str], fine: str) -> Finding:
    """Say that a check holds, or what is wrong."""
    listed = list(wrong)
    return Finding(check, "fails", some(listed)) if listed else Finding(check, "holds", fine)


def some(names: list[str], most: int = 5) -> str:
    """List some names, and how many there are besides."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def as_json(folder: str, findings: list[Finding]) -> dict[str, Any]:
    """Give the findings for programs."""
    return {
        "folder": folder,
        "holds": all(one.outcome != "fails" for one in findings),
        "checks": [vars(one) for one in findings],
    }


def conclude(found: dict[str, Any]) -> str:
    """Say in a sentence what it comes to."""
    outcomes = [one["outcome"] for one in found["checks"]]
    checks = f"{len(outcomes)} check{'s' * (len(outcomes) != 1)}"
    if not found["holds"]:
        return f"{found['folder']}: NOT what was made; {outcomes.count('fails')} of {checks} fail."
    left = outcomes.count("not checked")
    rest = f", but for {left} that could not be checked here; see above" if left else ""
    return f"{found['folder']}: all holds ({checks}){rest}."
