"""Progress while training: a line that updates on a terminal, plain lines in a log file."""

import sys
import time
from typing import TextIO

import numpy as np

from epochwise.contract import Array
from epochwise.host import Segment

TERMINAL_SECONDS, LOG_SECONDS = 0.2, 5.0


class Progress:
    """Watches one training job.

    Parameters
    ----------
    label : what is being trained.
    segment : which seeds and epochs.
    columns : names of the losses.
    log : an open text file.
    terminal : written to only if it is one.
    """

    def __init__(
        self,
        label: str,
        segment: Segment,
        columns: list[str],
        log: TextIO,
        terminal: TextIO = sys.stderr,
    ) -> None:
        self.label, self.segment, self.log = label, segment, log
        self.shown = [index for index, name in enumerate(columns) if name.endswith("_loss")]
        self.names = [columns[index].removesuffix("_loss") for index in self.shown]
        self.terminal = terminal if terminal.isatty() else None
        self.began = time.monotonic()
        self.next_line = {"terminal": self.began + 1.0, "log": self.began}

    def __call__(self, epoch: int, losses: Array) -> None:
        """Tell of an epoch; `losses` is (seeds, columns), NaN for diverged runs."""
        now, last = time.monotonic(), epoch == self.segment.end
        if self.terminal and now >= self.next_line["terminal"]:
            self.terminal.write(f"\r\x1b[2K{self.line(epoch, losses, now)}")
            self.terminal.flush()
            self.next_line["terminal"] = now + TERMINAL_SECONDS
        if last or now >= self.next_line["log"]:
            self.log.write(self.line(epoch, losses, now) + "\n")
            self.log.flush()
            self.next_line["log"] = now + LOG_SECONDS
        if last and self.terminal:
            self.terminal.write("\r\x1b[2K")

    def line(self, epoch: int, losses: Array, now: float) -> str:
        """Write the line: epoch, losses (the mean over seeds), epochs/s, time left."""
        alive = losses[np.isfinite(losses).all(axis=1)]
        means = alive.mean(axis=0) if len(alive) else np.full(losses.shape[1], np.nan)
        parts = [f"{n} {means[i]:.6g}" for n, i in zip(self.names, self.shown, strict=True)]
        speed = (epoch - self.segment.start) / max(now - self.began, 1e-9)
        left = (self.segment.end - epoch) / speed if speed else 0.0
        return (
            f"{self.label}  epoch {epoch:,}/{self.segment.end:,}  {'  '.join(parts)}  "
            f"{speed:,.0f} epochs/s  {left:.0f} s left"
        )
