"""The table of faults in docs/reliability.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.lab import Fault
from harness.outcomes import Outcome

DOCS = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- the harness writes from here -->", "<!-- to here -->"


@dataclass(frozen=True)
class Row:
    """A point that was tried.

    Parameters
    ----------
    fault : the name of its fault.
    point : what was done.
    """

    fault: str
    point: str
    outcome: Outcome


def write_docs(rows: Iterable[Row], faults: Iterable[Fault]) -> None:
    """Write the table into the document; what stands around it stays."""
    text = DOCS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    DOCS.write_text(f"{before}{BEGIN}\n\n{table(rows, faults)}\n{END}{after}", encoding="utf-8")


def table(rows: Iterable[Row], faults: Iterable[Fault]) -> str:
    """Make the table: a row for each fault."""
    by_fault: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_fault[row.fault][row.outcome.word] += 1
    lines = ["| fault | what is done | points tried | outcome |", "|---|---|---|---|"]
    for fault in faults:
        found = by_fault[fault.name]
        words = "; ".join(f"{times} {word}" for word, times in found.most_common())
        lines.append(f"| `{fault.name}` | {fault.does} | {found.total()} | {words} |")
    return "\n".join(lines) + "\n"
