"""The plotting library inside the page: plotly.js, as the package `plotly` ships it."""

import ast
import base64
import gzip
import re
from dataclasses import dataclass
from importlib.resources import files

STYLED = re.compile(
    r"""createElement\("style"\);[^;]{,200};?\w+\.textContent=('(?:[^'\\]|\\.)*')"""
)


@dataclass(frozen=True)
class Library:
    """A script, its version, its licence, and itself compressed.

    Parameters
    ----------
    styles : the texts of the style elements that it makes; what it puts into one afterwards, rule
        by rule, is not among them.
    packed : base64 of the gzipped text; 1.9 MB instead of 4.8 MB in every page. Browsers
        have `DecompressionStream` since 2023; an older one shows the static figures.
    """

    text: str
    version: str
    licence: str
    styles: tuple[str, ...]
    packed: str


def plotly() -> Library:
    """Read plotly.js."""
    text = files("plotly").joinpath("package_data/plotly.min.js").read_text(encoding="utf-8")
    text = text.replace("\r\n", "\n")  # a browser would read it so, and the digest must fit
    found = re.search(r"plotly\.js v([\w.-]+)", text[:300])
    packed = gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)
    return Library(
        text,
        found[1] if found else "of unknown version",
        "MIT licence, copyright Plotly, Inc.",
        ("", *map(ast.literal_eval, STYLED.findall(text))),
        base64.b64encode(packed).decode("ascii"),
    )
