"""Writing a figure so that the same figure gives the same bytes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochwise.figures.style import in_force

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# what would differ from run to run, or from machine to machine
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
}
SUFFIXES = tuple(METADATA)


def save(figure: "Figure", paths: Iterable[str | Path], words: Callable[[str], str] = str) -> None:
    """Write a figure as PNG (300 dpi), SVG and PDF (text as text), as the paths' names say.

    Parameters
    ----------
    words : puts the figure's texts in the words for what it shows.
    """
    with in_force():
        _reword(figure, words)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # laid out once: it takes longer than the drawing
        for path in map(Path, paths):
            kind = path.suffix.removeprefix(".")
            path.parent.mkdir(parents=True, exist_ok=True)
            title = {"Title": str(figure.get_label())} if figure.get_label() else {}
            figure.savefig(path, format=kind, metadata={**METADATA[kind], **title})


def _reword(figure: "Figure", words: Callable[[str], str]) -> None:
    from matplotlib.text import Text

    figure.set_label(words(str(figure.get_label())))
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if (said := words(text.get_text())) != text.get_text():
            text.set_text(said)
