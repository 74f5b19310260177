"""What training scripts like nanoGPT print: `step 2000: train loss 3.6120, val loss 3.6233`."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from epochwise.api import CurvesError, Logged, hookimpl, infinite_where_not_finite, read_text

LINE = re.compile(
    r"\b(step|iter(?:ation)?|epoch)\s*[:=]?\s*(\d+)\b.*?\btrain(?:ing)?[ _]loss\s*[:=]?\s*(\S+?),?\s.*?"
    r"\bval(?:id|idation)?[ _]loss\s*[:=]?\s*([^\s,;]+)",
    re.IGNORECASE,
)


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("log", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell the file by a line of it."""
    return 0.6 if LINE.search(head.decode("utf-8", "replace")) else 0.0


def read(path: Path) -> Logged:
    """Read the lines that have a step or an epoch, a train loss and a validation loss."""
    found = [
        (number, match.groups())
        for number, line in enumerate(read_text(path).splitlines(), 1)
        if (match := LINE.search(line))
    ]
    if not found:
        raise CurvesError(
            f"{path}: has no line such as 'step 2000: train loss 3.6120, val loss 3.6233'."
        )
    lines = [number for number, _ in found]
    word = found[0][1][0].lower()
    columns = {
        "epoch": numbers(path, lines, [groups[1] for _, groups in found]),
        "train_loss": numbers(path, lines, [groups[2] for _, groups in found]),
        "validation_loss": numbers(path, lines, [groups[3] for _, groups in found]),
        "line": np.array(lines, np.float64),
    }
    unit = "epoch" if word == "epoch" else "step" if word == "step" else "iteration"
    taken = {"epoch": word, "train_loss": "train loss", "validation_loss": "val loss"}
    return Logged(columns, unit, None if unit == "epoch" else 1, taken)


def numbers(path: Path, lines: list[int], texts: list[str]) -> "np.ndarray":
    """Make numbers of texts, (rows,); one that is none is named with its line."""
    for line, text in zip(lines, texts, strict=True):
        if not re.fullmatch(
            r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|[-+]?inf", text, re.IGNORECASE
        ):
            raise CurvesError(f"{path}: line {line}: {text!r} is no number.")
    values = np.array([float(text) for text in texts])
    return infinite_where_not_finite(values, np.ones(len(values), np.bool_))
