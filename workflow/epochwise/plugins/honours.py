"""What a backend has said that it honours: nothing that a study asks is dropped in silence."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from epochwise.errors import PluginError
from epochwise.plugins.registry import Registered


def require_honoured(
    backend: Registered,
    values: Mapping[str, Any],
    defaults: Mapping[str, Any],
    choices: Mapping[str, Sequence[Any]] = MappingProxyType({}),
) -> None:
    """Refuse a study's hyperparameters that a backend has not said it honours.

    Parameters
    ----------
    backend : what its plugin registered, with ``honours``: for each hyperparameter (and
        ``task``) the values that it can do, or ``...`` for any.
    values : what is asked, as it stands in the study; what has no effect left out.
    defaults : what a hyperparameter of the definition is where no study says otherwise. Every
        backend is taken to do that. Any other must be one of the backend's own.
    choices : of the definition's hyperparameters that have a few values, these: ``...`` stands for
        any of them, and a value besides must be listed by the backend.

    Raises
    ------
    PluginError
        Names the key, its value, and what the backend can do.
    """
    honours, own = backend.honours, backend.hyperparameters
    for key, value in values.items():
        if key in own:
            continue
        if key not in defaults and key != "task":
            raise PluginError(
                f"backend {backend.name!r} has no hyperparameter {key!r}; leave it or the backend out."
            )
        able = honours.get(key, [defaults[key]] if key in defaults else ...)
        able = choices.get(key, able) if able is ... else able
        if able is ... or value in (named := [able] if isinstance(able, str) else list(able)):
            continue
        if key not in honours:
            raise PluginError(
                f"backend {backend.name!r} has not said that it honours {key}, which is {value!r} "
                f"here; leave it at {defaults[key]!r}, or have {backend.source} register the "
                f"backend with honours={{{key!r}: ...}} once it does what {key} asks."
            )
        raise PluginError(
            f"backend {backend.name!r} has no {key} {value!r}; it has: "
            f"{', '.join(map(str, named))}. Choose one of these, or another backend."
        )
