"""Every threshold that an answer depends on, in one place."""

from dataclasses import dataclass, fields

from epochwise.errors import StudyError


@dataclass(frozen=True)
class AnswerSettings:
    """The thresholds of the answers; a study changes them under the key `answer:`.

    All of them are fractions or counts, none is in the unit of the loss, so
    that a change of that unit changes no epoch.

    Parameters
    ----------
    plateau_level
        Level of the two-sided paired test behind the plateau of the best epoch.
    interval
        Coverage of the bootstrap interval of the best epoch.
    resamples
        Number of bootstrap resamples.
    resampling_seed
        Seed of the bootstrap; each configuration draws from an address of its own.
    tolerance
        Losses within this fraction of the least count as equally good (phases).
    standard_errors
        Differences within so many standard errors count as no difference (phases).
    rise
        The validation loss must rise by this fraction to be called overfitting.
    improvement
        Still improving: the loss falls by this fraction over the tail of training.
    tail
        The tail: this last fraction of the epochs.
    smoothing
        Window of the running median, as a fraction of the epochs (five at least).
    acceptable_regret
        The early stopping that is recommended loses no more than this fraction.

    Raises
    ------
    StudyError
        When a threshold is outside its range.
    """

    plateau_level: float = 0.05
    interval: float = 0.95
    resamples: int = 2000
    resampling_seed: int = 0
    tolerance: float = 0.01
    standard_errors: float = 1.0
    rise: float = 0.05
    improvement: float = 0.01
    tail: float = 0.1
    smoothing: float = 0.01
    acceptable_regret: float = 0.01

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            allowed = int if field.type is int else (int, float)
            number = isinstance(value, allowed) and not isinstance(value, bool)
            whole = "whole number" if field.type is int else "number"
            self._require(field.name, number, f"a {whole}")
            self._require(field.name, 0 <= value < float("inf"), f"a {whole} from 0")
        for name in ("plateau_level", "interval", "tail"):
            self._require(name, 0 < getattr(self, name) < 1, "between 0 and 1, both excluded")
        self._require("resamples", self.resamples >= 1, "1 or more")

    def _require(self, name: str, holds: bool, allowed: str) -> None:
        if not holds:
            value = getattr(self, name)
            raise StudyError(f"answer: {name} is {value!r}; it must be {allowed}.")
