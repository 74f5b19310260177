"""The points of a study: the combinations of hyperparameters that its sweep asks for."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from epochwise.errors import StudyError, shorten, unknown
from epochwise.study import schema
from epochwise.study.job_sizes import count_weights

HOSTS_OWN = ("epochs", "shuffle")  # the keys of `training` that no backend sees
MOST_POINTS = 100_000
FOLDER = re.compile(r"[\w .,=+~-]+")  # what a point's name may hold
MOST_WEIGHTS = 2**27  # 1 GB in float64, and several times that with the moments of the solver
LONGEST_NAME = 200  # characters of a point's name; file systems allow 255


@dataclass(frozen=True)
class Point:
    """One combination of the swept hyperparameters.

    Parameters
    ----------
    name : its place in the results' paths, such as ``batch_size=16,alpha=0.0``.
    swept : the swept keys with this point's values, as they stand in the loss table.
    values : every key of `network` and `training`.
    """

    name: str
    swept: Mapping[str, Any]
    values: Mapping[str, Any]

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """All that a backend is told: what the host does itself is left out."""
        return {key: value for key, value in self.values.items() if key not in HOSTS_OWN}


def _sweep_values(sweep: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List the sweep's points as (name, values that differ); a grid's points are named later."""
    if "points" in sweep:
        return list(sweep["points"].items())
    return [("", dict(zip(sweep, one, strict=True))) for one in product(*sweep.values())]


def _count(sweep: Mapping[str, Any]) -> int:
    """Count the points of a sweep without listing them."""
    return len(sweep["points"]) if "points" in sweep else prod(map(len, sweep.values()))


def points(resolved: Mapping[str, Any]) -> list[Point]:
    """List the points of a study whose defaults are filled in; without a sweep there is one."""
    base = {**resolved["network"], **resolved["training"]}
    rules = schema.hyperparameters()
    choices = _sweep_values(resolved["sweep"])
    keys = dict.fromkeys(key for _, values in choices for key in values)
    found = []
    for name, values in choices:
        full = base | {k: schema.typed(v, rules.get(k, {})) for k, v in values.items()}
        swept = {key: cell(full[key]) for key in keys}
        columns = {"point": name, **swept} if name else swept
        found.append(Point(name or _join(swept), columns, full))
    return found


def named_point(swept: Mapping[str, Any]) -> Point:
    """Make a point of which nothing is known but what is swept."""
    return Point(_join(swept), swept, {})


def batch_sizes(resolved: Mapping[str, Any]) -> list[tuple[str, int | str]]:
    """List every batch size that a study asks for, each with the key that it stands under."""
    sweep, base = resolved["sweep"], ("training.batch_size", resolved["training"]["batch_size"])
    if "points" not in sweep:
        swept = [("sweep.batch_size", size) for size in sweep.get("batch_size", [])]
        return swept or [base]
    return [
        (f"sweep.points.{name}.batch_size", one["batch_size"]) if "batch_size" in one else base
        for name, one in sweep["points"].items()
    ]


def cell(value: Any) -> Any:
    """Write a hyperparameter as one cell of a table: [64, 32] is "64x32", [64] is 64."""
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else "x".join(map(str, value)) or "none"


def _join(swept: Mapping[str, Any]) -> str:
    """Name a point of a grid by its values; a name too long for a file ends in its digest."""
    name = ",".join(f"{key}={value}" for key, value in swept.items()) or "default"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def check(resolved: Mapping[str, Any], where: str, own: schema.Rules = schema.NO_RULES) -> None:
    """Refuse a sweep over unknown keys, values that the schema forbids, and points that repeat."""
    if "points" in resolved["sweep"] and len(resolved["sweep"]) > 1:
        other = next(key for key in resolved["sweep"] if key != "points")
        raise StudyError(
            f"{where}: sweep: {other!r} stands beside points; give each point its {other}, or make "
            "a grid without points."
        )
    if (count := _count(resolved["sweep"])) > MOST_POINTS:
        raise StudyError(
            f"{where}: sweep: makes {count:,} points, of which there may be {MOST_POINTS:,}; leave out values."
        )
    for name, values in _sweep_values(resolved["sweep"]):
        _check_values(values, f"{where}: sweep{f' {name!r}' if name else ''}", own)
    every = points(resolved)
    _check_weights(every, where)
    _check_effects(every, resolved, where)
    seen: dict[str, str] = {}
    for point in every:
        if not FOLDER.fullmatch(point.name):
            raise StudyError(
                f"{where}: sweep: {shorten(repr(point.name))} is to name a folder; give values of letters, "
                "digits, spaces and . , = + ~ - _, or name the points: sweep: {points: {a: {...}}}."
            )
        same = repr(sorted(point.values.items()))
        if same in seen:
            raise StudyError(
                f"{where}: sweep: {seen[same]!r} and {point.name!r} are the same point; remove one."
            )
        seen[same] = point.name


def _check_weights(every: Sequence[Point], where: str) -> None:
    """Refuse a network that no memory holds; what is between data and network is not known yet."""
    for point in every:
        layers = point.values["hidden_layer_sizes"]
        if (weights := count_weights(layers)) > MOST_WEIGHTS:
            at = "sweep.hidden_layer_sizes" if len(every) > 1 else "network.hidden_layer_sizes"
            raise StudyError(
                f"{where}: {at}: {shorten(repr(layers))} makes {weights:,} weights between hidden layers, of "
                f"which there may be {MOST_WEIGHTS:,}; use fewer units."
            )


def _check_values(values: Mapping[str, Any], where: str, own: schema.Rules) -> None:
    """Check the values of one point against the schema."""
    properties = schema.schema()["properties"]
    parts = ("network", "training")
    sections = {key: part for part in parts for key in properties[part]["properties"]}
    sections |= dict.fromkeys(own, "training")
    changed: dict[str, Any] = {"datasets": ["any"], "network": {}, "training": {}}
    for key, value in values.items():
        if key not in sections:
            raise StudyError(f"{where}: {unknown('key', str(key), sections)}")
        changed[sections[key]][key] = value
    schema.check(changed, where, own)


def effective(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the hyperparameters that have no effect beside the others, as momentum beside adam."""
    return {key: value for key, value in values.items() if not _missing(key, values)}


def _missing(key: str, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Say which other keys would have to have which values for a key to have an effect."""
    needs = schema.hyperparameters().get(key, {}).get("appliesTo", {})
    return {other: able for other, able in needs.items() if values[other] not in able}


def _check_effects(every: Sequence[Point], resolved: Mapping[str, Any], where: str) -> None:
    """Refuse what has no effect: a swept value at its point, any other where no point has a use for it."""
    usual = schema.defaults("network") | schema.defaults("training")
    for point in every:
        for key in [key for key in point.swept if key in usual]:
            if point.values[key] != usual[key]:
                _require_effect(key, point.values, f"{where}: sweep {point.name!r}: {key}")
    for key, value in resolved["training"].items():
        if key in usual and value != usual[key] and key not in every[0].swept:
            first = next((p for p in every if not _missing(key, p.values)), every[0])
            _require_effect(key, first.values, f"{where}: training.{key}")


def _require_effect(key: str, values: Mapping[str, Any], what: str) -> None:
    if needs := _missing(key, values):
        has = " and ".join(f"{other} {values[other]!r}" for other in needs)
        wants = " and ".join(f"{other}: {' or '.join(able)}" for other, able in needs.items())
        raise StudyError(
            f"{what}: {values[key]!r} has no effect with {has}; set {wants}, or leave {key} out."
        )
