"""One look for every figure: colours, line styles, sizes, axes, titles.

The colours are those of Okabe and Ito ("Color universal design", 2008), which people with
any of the common colour visions tell apart; line styles and markers tell the same in grey.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MILLIMETRE = 1 / 25.4  # inches
WIDTHS = {"column": 85.0, "page": 175.0}  # mm
POINTS = 72  # in an inch
TITLE, NOTE, LEGEND_ROW = 8.5, 6.5, 11.0  # points
UNBROKEN = "\N{NO-BREAK SPACE}%"  # no line begins with a percent sign
LEGEND_LETTER, LEGEND_HANDLE = 3.7, 24.0  # points: the mean letter; an entry's line and gap
LEGEND_SPACE = 10.0  # points between columns

BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PURPLE, BLACK, GREY = "#E69F00", "#56B4E9", "#CC79A7", "#000000", "#767676"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.6)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (9, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2, 2)),
)
MARKERS = "os^Dv<>P"
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PARTITION_STYLE: dict[str, dict[str, Any]] = {
    "train": {"color": BLUE, "linestyle": DASHES[1]},
    "validation": {"color": VERMILLION, "linestyle": DASHES[0]},
    "test": {"color": GREEN, "linestyle": DASHES[2]},
}

STYLE: Any = {  # matplotlib's own type for this is a list of every parameter
    "font.family": "sans-serif",
    # the first comes with matplotlib: the same everywhere; the others are for a viewer's SVG
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 7.5,
    "axes.titlesize": 7.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#444444",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": "cycler('color', ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00'])",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "lines.linewidth": 1.3,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "figure.constrained_layout.use": True,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "savefig.dpi": 300,
    "svg.fonttype": "none",
    "svg.hashsalt": "epochwise",
    "pdf.fonttype": 42,
}

Draw = Callable[..., "Figure"]


def styled(draw: Draw) -> Draw:
    """Draw with the style of the project."""

    @wraps(draw)
    def in_style(*args: Any, **kwargs: Any) -> "Figure":
        with in_force():
            return draw(*args, **kwargs)

    return in_style


@contextmanager
def in_force() -> Iterator[None]:
    """Put the style in force, and nothing of the user's own matplotlibrc."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def new_figure(options: Mapping[str, Any], height: float) -> "Figure":
    """Make an empty figure; `finish` adds the height that its words need.

    Parameters
    ----------
    options : `width` is "column" (85 mm) or "page" (175 mm).
    height : of the axes with their labels, in mm.
    """
    from matplotlib.figure import Figure

    width = WIDTHS[options["width"]]
    return Figure(figsize=(width * MILLIMETRE, height * MILLIMETRE))


def is_narrow(options: Mapping[str, Any]) -> bool:
    """Tell whether the figure is for one column."""
    return bool(options["width"] == "column")


def finish(
    figure: "Figure",
    options: Mapping[str, Any],
    finding: str,
    notes: Iterable[str] = (),
    legend: bool = True,
) -> "Figure":
    """Put title and legend above the axes and notes below, and make room for them.

    Parameters
    ----------
    finding : the title, unless the study gives one, or `false` for none.
    notes : sentences on how it was drawn; empty ones are left out, each is said once.
    legend : whether to have one, of what the axes have labelled.
    """
    width, axes_height = figure.get_size_inches() * POINTS
    figure.set_label(str(options.get("title") or finding))  # `save` writes it into the files
    shown = "" if options.get("title") is False else figure.get_label()
    title = _wrap(str(shown), width, TITLE)
    note = _wrap(" ".join(dict.fromkeys(filter(None, notes))), width, NOTE)
    handles = legend_handles(figure) if legend else {}
    columns = legend_columns(list(handles), width)
    above = _height(title, TITLE) + -(-len(handles) // columns) * LEGEND_ROW + 4
    below = _height(note, NOTE) + 3
    total = axes_height + above + below
    figure.set_size_inches(width / POINTS, total / POINTS)
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(h_pad=0.02, w_pad=0.03, rect=(0, below / total, 1, axes_height / total))  # type: ignore[call-arg]  # constrained layout, by STYLE
    words: dict[str, Any] = {"ha": "left", "in_layout": False}
    top = 1 - 3 / total
    figure.text(4 / width, top, title, va="top", fontsize=TITLE, fontweight="bold", **words)
    figure.text(4 / width, 2 / total, note, va="bottom", fontsize=NOTE, color="#333333", **words)
    if handles:
        place = (0.0, top - _height(title, TITLE) / total)
        _add_legend(figure, handles, place, columns)
    return figure


def only_words(options: Mapping[str, Any], finding: str, notes: Iterable[str] = ()) -> "Figure":
    """Make a figure that has nothing to draw, and says so, whatever its title."""
    said = [] if options.get("title") is None else [f"{finding}."]
    return finish(new_figure(options, 1), options, finding, [*said, *notes], legend=False)


def legend_handles(figure: "Figure") -> dict[str, Any]:
    """Collect what the axes have labelled, each label once."""
    found: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return found


def legend_columns(labels: Sequence[str], width: float) -> int:
    """Return how many columns fit a width in points: as few as need as few rows as can be."""
    for rows in range(1, len(labels) + 1):
        columns = -(-len(labels) // rows)
        widest = [max(map(len, column)) for column in np.array_split(labels, columns)]
        entries = sum(LEGEND_LETTER * letters + LEGEND_HANDLE for letters in widest)
        if entries + (columns - 1) * LEGEND_SPACE <= width:
            return columns
    return 1


def _add_legend(
    figure: "Figure", handles: Mapping[str, Any], place: tuple[float, float], columns: int
) -> None:
    legend = figure.legend(
        list(handles.values()),
        list(handles),
        loc="upper left",
        bbox_to_anchor=place,
        ncols=columns,
        borderaxespad=0,
        borderpad=0.3,
        columnspacing=1.4,
    )
    legend.set_in_layout(False)


def _wrap(text: str, width: float, size: float) -> str:
    """Break a text into lines that fit a width in points."""
    characters = int(width / (0.62 * size))  # the mean letter of DejaVu Sans, bold
    whole = text.replace(" %", UNBROKEN)
    lines = textwrap.wrap(whole, characters, break_on_hyphens=False)
    return "\n".join(lines).replace(UNBROKEN, " %")


def _height(text: str, size: float) -> float:
    """Return the height of a wrapped text in points."""
    return 1.28 * size * (text.count("\n") + 1) if text else 0.0


def count(number: float) -> str:
    """Write a whole number with thousands set apart."""
    return f"{number:,.0f}"


def short(number: float) -> str:
    """Write a loss with four significant digits: 2,620, 0.01234, 1.2e-07."""
    if number == 0 or 1e-4 <= abs(number) < 1e7:
        digits = 4 - len(f"{abs(number):.0f}") if abs(number) >= 1 else 4
        return f"{number:,.{max(digits, 0)}f}" if abs(number) >= 1 else f"{number:.4g}"
    return f"{number:.2e}"


def set_loss_scale(axes: "Axes", yscale: str, values: Iterable[Floats]) -> str:
    """Set a loss axis; give a note where it cannot be a plain logarithmic one.

    Parameters
    ----------
    yscale : "log" or "linear".
    values : what is drawn.
    """
    from matplotlib.ticker import FuncFormatter

    finite = [one[np.isfinite(one)] for one in values]
    flat = np.concatenate(finite) if finite else np.empty(0)
    positive = flat[flat > 0]
    if yscale == "linear" or not len(positive) or (flat < 0).any():
        return ""  # of losses that may be negative, no ratio means anything
    if len(positive) < len(flat):
        least = float(positive.min())
        axes.set_yscale("symlog", linthresh=least, linscale=0.4)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: log_label(value)))
        return f"The loss axis is linear below {short(least)}, because some losses are zero."
    axes.set_yscale("log")
    low, high = float(positive.min()), float(positive.max())
    margin = (high / low) ** 0.04 if high / low > 1 + 1e-9 else 1.1
    axes.set_ylim(low / margin, high * margin)
    label_log_axis(axes)
    return ""


def label_log_axis(axes: "Axes", which: str = "y") -> None:
    """Label a logarithmic axis with plain numbers where it spans few decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    axis = axes.yaxis if which == "y" else axes.xaxis
    low, high = axes.get_ylim() if which == "y" else axes.get_xlim()
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: log_label(value)))
    if high / low < 8:
        axis.set_major_locator(MaxNLocator(6 if which == "y" else 4, steps=[1, 2, 5, 10]))
    elif high / low < 300:
        axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))


def set_log_x(axes: "Axes") -> None:
    """Make the x axis logarithmic, labelled in one way: 1, 10, 100 or, where it is long, 10²."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    def label(value: float, _: Any) -> str:
        return log_label(value, plain_to=1e4 if axes.get_xlim()[1] < 1e4 else 0)

    axes.set_xscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(label))


def plain_numbers(axes: "Axes") -> None:
    """Label the y axis with thousands set apart."""
    from matplotlib.ticker import FuncFormatter

    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))


def log_label(value: float, plain_to: float = 1e6) -> str:
    """Write a tick: 2,000, 0.05, 10⁻⁷."""
    if value == 0 or 1e-4 < abs(value) < plain_to:
        return f"{value:,.6g}"
    power = round(np.log10(abs(value)))
    if not np.isclose(abs(value), 10.0**power, rtol=1e-6, atol=0):
        return f"{value:.3g}"
    return ("-" if value < 0 else "") + "10" + str(power).translate(SUPERSCRIPT)


def set_epoch_axis(
    axes: "Axes", last: int, label: str = "Epoch (passes over training rows)"
) -> None:
    """Set the axis of the epochs, from the untrained network on, whole numbers only."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(-0.015 * max(last, 1), 1.015 * max(last, 1))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel(label)
