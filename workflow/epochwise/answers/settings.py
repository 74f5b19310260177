"""Every threshold that an answer depends on, in one place."""

from dataclasses import dataclass
from typing import Any, Self

from epochwise.study.schema import defaults


@dataclass(frozen=True)
class AnswerSettings:
    """The thresholds of the answers; a study changes them under the key `answer:`.

    What each means, its default and what is allowed stand in the schema of the studies. All of
    them are fractions or counts, none is in the unit of the loss, so that a change of that unit
    changes no epoch.
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

    @classmethod
    def of(cls, **changed: Any) -> Self:
        """Fill in the defaults of a study."""
        return cls(**defaults("answer") | changed)
