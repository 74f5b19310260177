"""What several tests share."""

import importlib.util
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = ROOT / "plugins"


def require(module: str) -> None:
    """Skip a test whose module is not installed; with EPOCHWISE_REQUIRE_ALL=1 it fails instead."""
    if importlib.util.find_spec(module) is not None:
        return
    sentence = f"{module} is not installed; try: pip install 'epochwise[{module}]'"
    if os.environ.get("EPOCHWISE_REQUIRE_ALL") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)
