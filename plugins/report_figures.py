"""The figures that come with the project.

Nothing here imports matplotlib: which figures a study gets is decided before it is trained.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from epochwise import hookimpl
from epochwise.study import Study

YSCALE = {"yscale": ("log", "linear")}


@hookimpl
def register_figures(register: Callable[..., None]) -> None:
    """Announce the figures."""
    register("loss_curves", drawing("loss_curves"), options=YSCALE, tables=["losses.parquet"])


def drawing(name: str) -> Callable[..., Any]:
    """Give the function that draws a figure; its module is imported when it is called."""

    def draw(tables: Any, options: Any) -> Any:
        return import_module(f"epochwise.figures.{name}").draw(tables, options)

    return draw


def always(study: Study) -> bool:
    """Every study has what this needs."""
    return True
