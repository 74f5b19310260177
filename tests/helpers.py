"""What several tests share."""

import importlib
import importlib.util
import os
import warnings
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = ROOT / "plugins"


def require(module: str) -> None:
    """Skip a test whose module is not installed; with EPOCHWISE_REQUIRE_ALL=1 it fails instead."""
    package = module.split(".")[0]
    if importlib.util.find_spec(package) is not None:
        return
    lack(f"{package} is not installed; try: pip install 'epochwise[{package}]'")


def lack(sentence: str) -> None:
    """Skip for want of something; where everything is to be there, fail."""
    if os.environ.get("EPOCHWISE_REQUIRE_ALL") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


def load(module: str) -> ModuleType:
    """Import a module that is not in the base install, if it is there."""
    require(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # frameworks use what others have deprecated
        return importlib.import_module(module)
