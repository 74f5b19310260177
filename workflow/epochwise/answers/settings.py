"""Every threshold that an answer depends on, in one place."""

from dataclasses import dataclass
from typing import Any, Self

from epochwise.study.schema import defaults


@dataclass(frozen=True)
class AnswerSettings:
    """The thresholds of the answers; a study changes them under the key `answer:`.

    What each means, its default and what is allowed stand in the schema of the studies. All of
    them are fractions or counts, none is in the unit of the loss, so that a change of that unit
    changes no epoch. `looks` is how often a study may judge whether it is sure enough.
    """

    interval: float
    resamples: int
    resampling_seed: int
    tolerance: float
    standard_errors: float
    rise: float
    improvement: float
    tail: float
    smoothing: float
    acceptable_regret: float
    sure_within: float
    max_units: int
    looks: int = 1

    @property
    def confidence(self) -> float:
        """The confidence to compute with, so that what is stated at `interval` holds.

        A study that goes on until it is sure enough looks several times, and might be sure by
        chance at one of them; each look has its share of what may be wrong (Bonferroni).
        """
        return 1 - (1 - self.interval) / self.looks

    @classmethod
    def of(cls, **changed: Any) -> Self:
        """Fill in the defaults of a study."""
        return cls(**defaults("answer") | changed)
