"""The table of faults in docs/reliability.md."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.lab import Fault
from harness.outcomes import Outcome

DOCS = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- the harness writes from here -->", "<!-- to here -->"
LINE = re.compile(r"^\| `(\w+)` \| (.*)$", re.MULTILINE)


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


def write_docs(rows: Iterable[Row], faults: Iterable[Fault], docs: Path = DOCS) -> None:
    """Write the table into the document; the lines of faults that were not tried stay as they are."""
    text = docs.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    kept, after = rest.split(END)
    new = table(rows, faults, dict(LINE.findall(kept)))
    docs.write_text(f"{before}{BEGIN}\n\n{new}\n{END}{after}", encoding="utf-8")


def table(rows: Iterable[Row], faults: Iterable[Fault], kept: Mapping[str, str]) -> str:
    """Make the table: a line for each fault.

    Parameters
    ----------
    kept : by the names of faults, the rest of the lines of those that were not tried.
    """
    by_fault: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        by_fault[row.fault][row.outcome.word] += 1
    lines = ["| fault | what is done | points tried | outcome |", "|---|---|---|---|"]
    for fault in faults:
        found = by_fault[fault.name]
        words = "; ".join(f"{times} {word}" for word, times in found.most_common())
        new = f"{fault.does} | {found.total()} | {words} |"
        lines.append(f"| `{fault.name}` | {new if found else kept.get(fault.name, new)}")
    return "\n".join(lines) + "\n"
