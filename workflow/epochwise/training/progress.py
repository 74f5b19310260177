"""Progress while training: a line that updates on a terminal, plain lines in a log file.

Whatever happens to either, training goes on.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import numpy as np

from epochwise.arrays import Array
from epochwise.training.metrics import Column
from epochwise.training.segment import Segment
from epochwise.training.terminal import SharedLine, duration

TERMINAL_SECONDS, LOG_SECONDS = 0.2, 5.0


class Progress:
    """Watches one training job.

    Parameters
    ----------
    label, short : what is being trained, in full and in a few words.
    segment : which seeds and epochs.
    columns : what is measured.
    log : an open text file.
    shared : a file by which all jobs of a run share one line of the terminal.
    terminal : written to only if it is one.
    """

    def __init__(
        self,
        label: str,
        short: str,
        segment: Segment,
        columns: Sequence[Column],
        log: TextIO,
        shared: Path,
        terminal: TextIO | None = sys.stderr,
    ) -> None:
        self.label, self.short, self.segment, self.log = label, short, segment, log
        self.shown = [index for index, one in enumerate(columns) if one.metric == "loss"]
        self.names = [columns[index].partition for index in self.shown]
        self.terminal = _shared_line(shared, terminal)
        self.began, self.epoch = time.monotonic(), segment.start
        self.next_line = {"terminal": self.began + 1.0, "log": self.began}

    def __call__(self, epoch: int, losses: Array) -> None:
        """Tell of an epoch; `losses` is (seeds, columns), NaN for diverged runs."""
        self.epoch = epoch
        now, last = time.monotonic(), epoch == self.segment.end
        if self.terminal and now >= self.next_line["terminal"]:
            self.next_line["terminal"] = now + TERMINAL_SECONDS
            self._draw(self.terminal, epoch, losses, now)
        if last or now >= self.next_line["log"]:
            self.next_line["log"] = now + LOG_SECONDS
            with suppress(Exception):
                self.log.write(self.line(epoch, losses, now) + "\n")
                self.log.flush()

    def close(self) -> None:
        """Take this job off the terminal."""
        with suppress(Exception):
            if self.terminal:
                self.terminal.leave(self._trained())

    def _draw(self, terminal: SharedLine, epoch: int, losses: Array, now: float) -> None:
        """Draw the line; a terminal that fails is left alone from then on."""
        try:
            of = self._trained(self.segment.end)
            terminal.say(self.line(epoch, losses, now), self.brief(epoch, now), self._trained(), of)
        except Exception:
            self.terminal = None

    def brief(self, epoch: int, now: float) -> str:
        """Write what fits beside other jobs: epoch and time left."""
        _, left = self._pace(epoch, now)
        return f"{self.short} {epoch:,}/{self.segment.end:,} {duration(left)} left"

    def line(self, epoch: int, losses: Array, now: float) -> str:
        """Write the line: epoch, time left, losses (the mean over seeds), epochs/s."""
        alive = losses[np.isfinite(losses).all(axis=1)]
        means = alive.mean(axis=0) if len(alive) else np.full(losses.shape[1], np.nan)
        parts = [f"{n} {means[i]:.6g}" for n, i in zip(self.names, self.shown, strict=True)]
        speed, left = self._pace(epoch, now)
        return (
            f"{self.label}  epoch {epoch:,}/{self.segment.end:,}  {duration(left)} left  "
            f"{'  '.join(parts)}  {speed:,.0f} epochs/s"
        )

    def _trained(self, epoch: int | None = None) -> int:
        """Give the epochs that all networks together were trained, so far or up to an epoch."""
        at = self.epoch if epoch is None else epoch
        return (at - self.segment.start) * len(self.segment.seeds)

    def _pace(self, epoch: int, now: float) -> tuple[float, float]:
        """Give epochs per second and the seconds left."""
        speed = (epoch - self.segment.start) / max(now - self.began, 1e-9)
        return speed, (self.segment.end - epoch) / speed if speed else 0.0


def _shared_line(path: Path, terminal: TextIO | None) -> SharedLine | None:
    """Give the terminal's line; None where there is no terminal, or the file cannot be had."""
    with suppress(Exception):
        if terminal and terminal.isatty():
            return SharedLine(path, terminal)
    return None
