"""Hyperparameters where no study gives them: for tests, benchmarks and the conformance kit."""

from typing import Any

from epochwise.study.schema import defaults
from epochwise.training.contract import Hyperparameters

BATCH_SIZE = 200  # rows, where "auto" has no rows to count


def hyperparameters(**changed: Any) -> Hyperparameters:
    """Give a study's defaults, but for what is changed; see `Hyperparameters.of` for the errors."""
    usual = defaults("network") | defaults("training") | {"batch_size": BATCH_SIZE}
    del usual["epochs"], usual["shuffle"]  # which are the host's
    return Hyperparameters.of(usual | changed)
