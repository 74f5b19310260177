"""What several tests need."""

import importlib
import os
import warnings
from types import ModuleType

import pytest


def require(module: str) -> ModuleType:
    """Import a module that is not in the base install, or skip the test with a sentence.

    With EPOCHWISE_REQUIRE_ALL=1 its absence is a failure, so that no
    comparison is ever left out unnoticed where everything is installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # frameworks use what others have deprecated
            return importlib.import_module(module)
    except ImportError as error:
        sentence = f"{module} is not installed, so nothing is compared with it: {error}"
        if os.environ.get("EPOCHWISE_REQUIRE_ALL") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
