"""Putting data into a page so that it stays data."""

import base64
import json
from importlib.resources import files
from typing import Any

from markupsafe import Markup
from numpy.typing import NDArray

# what could end the script element, start a comment in it, or end a line of it
UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def as_json(value: Any) -> Markup:
    """Write JSON that is safe inside a script element, whatever the strings hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(UNSAFE))  # noqa: S704  # every character that HTML knows is escaped


def as_base64(values: NDArray[Any], kind: str) -> str:
    """Write numbers as base64 of their little-endian bytes; `kind` is "u4", "f4" or "f8"."""
    return base64.b64encode(values.astype(f"<{kind}").tobytes()).decode("ascii")


def read(name: str) -> Markup:
    """Read a file of this package that goes into pages as it stands."""
    text = files("epochwise.page").joinpath(name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704  # our own file
