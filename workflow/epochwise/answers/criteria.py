"""From the words of a study to the criteria that are replayed."""

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from epochwise.answers.default_criteria import DEFAULT
from epochwise.answers.stopping import Criterion
from epochwise.errors import PluginError, StudyError, in_quotes, unknown
from epochwise.plugins.containment import contained

Registry = Mapping[str, Callable[..., Criterion]]


def parse_criteria(specs: Iterable[object] | None, registry: Registry) -> list[Criterion]:
    """Make the criteria that a study lists under `stopping:`.

    Parameters
    ----------
    specs
        Mappings such as `{"criterion": "GL", "alpha": 5}`; `None` means the
        default list. A parameter may be such a mapping itself:
        `{"criterion": "moving_average", "window": 10, "of": {"criterion": "GL", "alpha": 5}}`.
    registry
        What makes each criterion, by name, from its parameters.

    Raises
    ------
    StudyError
        When a criterion or a parameter is unknown, missing, of the wrong
        type, or when two criteria are the same.
    PluginError
        When what is registered makes no criterion.
    """
    if specs is None:
        specs = DEFAULT
    if isinstance(specs, str | Mapping) or not isinstance(specs, Iterable):
        raise StudyError(
            f"stopping: {in_quotes(specs)} is no list of criteria; write [{{criterion: GL, alpha: 5}}, …]."
        )
    criteria = [_criterion(spec, registry) for spec in specs]
    labels = Counter(criterion.label for criterion in criteria)
    twice = [label for label, times in labels.items() if times > 1]
    if twice:
        raise StudyError(f"stopping: {', '.join(twice)} is listed more than once; list it once.")
    return criteria


def _criterion(spec: object, registry: Registry) -> Criterion:
    if not isinstance(spec, Mapping) or not isinstance(spec.get("criterion"), str):
        raise StudyError(
            f"stopping: {in_quotes(spec)} names no criterion; write it as {{criterion: GL, alpha: 5}}, "
            f"with one of: {', '.join(sorted(registry))}."
        )
    name = spec["criterion"]
    if name not in registry:
        raise StudyError(f"stopping: {unknown('criterion', name, registry)}")
    parameters = {key: value for key, value in spec.items() if key != "criterion"}
    _require_parameters(name, parameters, registry[name])
    nested = {
        key: _criterion(value, registry) if isinstance(value, Mapping) else value
        for key, value in parameters.items()
    }
    try:
        with contained(f"stopping criterion {name!r}", "making it"):
            criterion = registry[name](**nested)
    except (TypeError, ValueError) as error:
        raise StudyError(f"stopping: criterion {in_quotes(name)}: {error}.") from error
    if not isinstance(criterion, Criterion):
        raise PluginError(
            f"what is registered as the stopping criterion {in_quotes(name)} made a "
            f"{type(criterion).__name__}, which has no `label` or no `stops(train, validation)`; "
            "give it both."
        )
    return criterion


def _require_parameters(
    name: str, given: Mapping[Any, object], factory: Callable[..., Criterion]
) -> None:
    """Check the names of the parameters against the factory's own."""
    known = inspect.signature(factory).parameters
    if any(each.kind is each.VAR_KEYWORD for each in known.values()):
        return  # it takes whatever it is given, and says itself what it does not like
    for key in given:
        if key not in known:
            raise StudyError(
                f"stopping: criterion {in_quotes(name)}: {unknown('parameter', str(key), known)}"
            )
    missing = [
        key for key, each in known.items() if each.default is each.empty and key not in given
    ]
    if missing:
        raise StudyError(
            f"stopping: criterion {in_quotes(name)} lacks {', '.join(missing)}; give it, as in "
            f"{{criterion: {name}, {missing[0]}: …}}."
        )
