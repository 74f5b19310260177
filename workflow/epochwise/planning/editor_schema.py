"""The schema of studies with what the backends of a folder know besides, for editors that complete."""

import copy
from pathlib import Path
from typing import Any

from epochwise.planning.refusals import own_rules
from epochwise.plugins.registry import names
from epochwise.study.schema import schema


def editor_schema(plugins: Path) -> dict[str, Any]:
    """Give the schema of studies, extended by what backends have of their own.

    What several backends declare may be as any of them has it.

    Raises
    ------
    PluginError
        A plugin that is broken, or that declares what cannot be; see `own_rules`.
    """
    extended = copy.deepcopy(schema())
    keys = extended["properties"]["training"]["properties"]
    for backend in names(plugins, "backends"):
        for name, rule in own_rules([backend], plugins).items():
            told = {"description": f"Of backend {backend}.", **rule}
            keys[name] = {"anyOf": [keys[name], told]} if name in keys else told
    return extended
