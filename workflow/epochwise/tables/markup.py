"""Writing a typeset table as LaTeX (with booktabs) and as Markdown."""

from collections.abc import Callable, Mapping
from pathlib import Path

from epochwise.tables.results import Tables
from epochwise.tables.typeset import MADE, Typeset
from epochwise.tables.written import DASH, MINUS

LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        **{char: f"\\{char}" for char in "{}$&#%_"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "±": r"$\pm$",
        "≥": r"$\geq$",
        "²": r"\textsuperscript{2}",
        DASH: "--",
        MINUS: "$-$",
        "[": "{[}",  # after the end of a row it would begin an option
    }
)
MARKDOWN = str.maketrans({char: f"\\{char}" for char in "\\`*_|<>[]#"})


def as_latex(table: Typeset) -> str:
    """Write a table in its environment, with caption and label."""
    heads = [_latex(heading) for heading, _ in table.columns]
    lines = [" & ".join(map(_latex, row)) for row in table.rows]
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{_latex(table.caption)}}}",
            rf"  \label{{tab:{table.name}}}",
            rf"  \begin{{tabular}}{{{''.join('r' if number else 'l' for _, number in table.columns)}}}",
            r"    \toprule",
            rf"    {' & '.join(heads)} \\",
            r"    \midrule",
            *(rf"    {line} \\" for line in lines),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def as_markdown(table: Typeset) -> str:
    """Write a caption, and a table of pipes."""
    heads = [_markdown(heading) for heading, _ in table.columns]
    rules = ["---:" if number else "---" for _, number in table.columns]
    rows = [heads, rules, *([_markdown(cell) for cell in row] for row in table.rows)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"Table: {_markdown(table.caption)}", "", *lines, ""])


WRITERS: Mapping[str, Callable[[Typeset], str]] = {"tex": as_latex, "md": as_markdown}


def write_all(tables: Tables) -> None:
    """Write every table in every form; see `epochwise.tables.catalogue.typeset_files`."""
    folder = tables.folder / "tables"
    folder.mkdir(exist_ok=True)
    for name, make in MADE.items():
        table = make(tables)
        for kind, write in WRITERS.items():
            Path(folder / f"{name}.{kind}").write_text(write(table), encoding="utf-8")


def _latex(text: str) -> str:
    return " ".join(text.split()).translate(LATEX)


def _markdown(text: str) -> str:
    return " ".join(text.split()).translate(MARKDOWN)
