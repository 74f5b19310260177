"""The criteria of early stopping that a study replays, by their names: nothing here makes them."""

from collections.abc import Iterable, Mapping
from typing import Any

# The fourteen criteria that Prechelt compares, and the patience of the frameworks.
DEFAULT: tuple[dict[str, Any], ...] = (
    *({"criterion": "GL", "alpha": alpha} for alpha in (1, 2, 3, 5)),
    *({"criterion": "PQ", "alpha": alpha} for alpha in (0.5, 0.75, 1, 2, 3)),
    *({"criterion": "UP", "s": s} for s in (2, 3, 4, 6, 8)),
    *({"criterion": "patience", "patience": epochs} for epochs in (10, 20, 50, 100, 200)),
)


def names_of(specs: Iterable[Any] | None) -> list[str]:
    """Name the criteria that a study lists, those that others are made of too.

    Parameters
    ----------
    specs : what stands under `stopping:`; None for the default list.
    """
    found: dict[str, None] = {}
    for spec in DEFAULT if specs is None else specs:
        if isinstance(spec, Mapping):
            found |= dict.fromkeys([str(spec.get("criterion"))])
            found |= dict.fromkeys(names_of(list(spec.values())))
    return list(found)
