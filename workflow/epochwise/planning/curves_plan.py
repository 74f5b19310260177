"""What is made for a study of curves: nothing is trained, loss histories are read."""

from collections.abc import Iterator
from functools import cached_property
from os.path import isdir
from pathlib import Path
from typing import Any

from epochwise.planning.blocks import Block
from epochwise.planning.plan import Plan
from epochwise.plugins.registry import names
from epochwise.study.study import CurvesStudy


class CurvesPlan(Plan):
    """The plan of a study of curves; parameters are those of `Plan`."""

    study: CurvesStudy

    @cached_property
    def blocks(self) -> list[Block]:
        """None: nothing is trained."""
        return []

    @property
    def has_csv(self) -> bool:
        """Whether the loss table is written as CSV too: always; how large it will be is not known."""
        return True

    def _before_losses(self) -> Iterator[tuple[str, dict[str, str]]]:
        yield "read_curves", {}

    def sources(self) -> list[str]:
        """List the files that the loss table is made of."""
        return self.curve_files()

    def facts_files(self) -> list[str]:
        """None: what is known of the data stands in the loss table."""
        return []

    def curves(self) -> dict[str, Any]:
        """Give by name what `epochwise.curves.gathering.gather` reads: files with labels, and options."""
        return {
            name: (
                [(one.path, dict(one.labels)) for one in files],
                dict(self.study.resolved["curves"][name]),
            )
            for name, files in self.study.run_files.items()
        }

    def curve_files(self) -> list[str]:
        """List all that is read, of folders every file in them."""
        paths = [one.path for files in self.study.run_files.values() for one in files]
        return [file for path in dict.fromkeys(paths) for file in _files_in(path)]

    def reader_plugins(self, plugins: Path) -> list[str]:
        """Name the plugins that may read: the readers named, or all where one is guessed."""
        named = [options.get("reader") for options in self.study.resolved["curves"].values()]
        if None in named:
            return names(plugins, "curves")
        known = self.registered["curves"]
        return sorted({known[name].plugin for name in named if name in known})


def _files_in(path: str) -> list[str]:
    if not isdir(path):
        return [path]
    return [str(file) for file in sorted(Path(path).rglob("*")) if file.is_file()]
