"""The study file's schema: checking against it, filling in its defaults, saying what it allows."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from epochwise.errors import StudyError, shorten, unknown
from epochwise.study import yaml_files

Rules = Mapping[str, Mapping[str, Any]]  # by key, each as JSON Schema writes it
NO_RULES: Rules = {}
AUTO = "auto"  # seeds or repeats: as many as it takes
FEWEST_UNITS = (
    5  # that say how sure an answer is; of fewer no method that was measured covers what it says
)
PATH = Path(__file__).with_name("study.schema.yaml")


@cache
def schema() -> dict[str, Any]:
    """Read the schema."""
    loaded: dict[str, Any] = yaml_files.read_own(PATH)
    return loaded


def _is_whole(checker: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _matches(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """Match a pattern to a text's very end: for Python, `$` matches before a last line break too."""
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


# in a study 5.0 is no whole number, as it is none in Python
_VALIDATOR = validators.extend(
    Draft202012Validator,
    {"pattern": _matches},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)


def _with_own(own: Rules) -> dict[str, Any]:
    """Give the schema with the hyperparameters that backends of the study have of their own."""
    if not own:
        return schema()
    extended = copy.deepcopy(schema())
    extended["properties"]["training"]["properties"] |= own
    return extended


def _by_path(error: ValidationError) -> list[str]:
    return list(map(str, error.absolute_path))


def check(study: Any, where: str, own: Rules = NO_RULES) -> None:
    """Raise a `StudyError` for what the schema does not allow.

    Parameters
    ----------
    study : what the study file holds.
    where : the file's name, for the message.
    own : rules of hyperparameters that backends of the study have of their own.
    """
    if found := problems(study, where, own):
        raise StudyError(*found)


def problems(study: Any, where: str, own: Rules = NO_RULES) -> list[str]:
    """List what the schema does not allow, a sentence each, in the order of the keys' names."""
    errors = sorted(_VALIDATOR(_with_own(own)).iter_errors(study), key=_by_path)
    found = [sentence for error in errors for sentence in _sentences(_innermost(error))]
    return [f"{where}: {sentence}" for sentence in dict.fromkeys(found)]


def value_problems(value: Any, rule: Mapping[str, Any], key: str) -> list[str]:
    """List what is wrong with one value by its rule of the schema, as `problems` does."""
    errors = sorted(_VALIDATOR(dict(rule)).iter_errors(value), key=_by_path)
    return [f"{key}: {_show(value)} is not allowed; {_hint(rule)}" for _ in errors[:1]]


def fill_defaults(
    value: Mapping[str, Any], part: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give a copy of (a part of) a study with every default of the schema filled in.

    The keys are in the schema's order, so that the order in the file means nothing; others follow.
    """
    rules = (part or schema())["properties"]
    filled: dict[str, Any] = {}
    for key, rule in rules.items():
        if key not in value and "default" not in rule:
            continue
        filled[key] = copy.deepcopy(value[key] if key in value else rule["default"])
        if rule.get("type") == "object" and "properties" in rule:
            filled[key] = fill_defaults(filled[key], rule)
        filled[key] = typed(filled[key], rule)
    return filled | {key: copy.deepcopy(value[key]) for key in value if key not in rules}


def typed(value: Any, rule: Mapping[str, Any]) -> Any:
    """Give a number the type that its rule declares: `alpha: 0` and `alpha: 0.0` are one."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if rule.get("type") == "number" and number else value


def fill_curves(study: Mapping[str, Any]) -> dict[str, Any]:
    """Give a copy of a study of curves with the defaults of all that it has a use for filled in."""
    whole = schema()
    used = {
        key: rule
        for key, rule in whole["properties"].items()
        if key not in whole["then"]["properties"]
    }
    filled = fill_defaults(study, {"properties": used})
    each = used["curves"]["additionalProperties"]
    filled["curves"] = {name: fill_defaults(one, each) for name, one in filled["curves"].items()}
    return filled


def defaults(section: str) -> dict[str, Any]:
    """Give the default of every key of a section that has one."""
    return fill_defaults({}, schema()["properties"][section])


def choices() -> dict[str, list[Any]]:
    """List the values of every hyperparameter that has a few."""
    return {key: rule["enum"] for key, rule in hyperparameters().items() if "enum" in rule}


def not_ours(asked: Iterable[tuple[str, Any]]) -> bool:
    """Tell whether a study speaks of hyperparameters, or values of them, that only a backend may know.

    Parameters
    ----------
    asked : pairs of a key and a value or, in a sweep, a list of values.
    """
    known, few = hyperparameters(), choices()
    return any(
        key not in known or (key in few and one not in few[key])
        for key, value in asked
        for one in (value if isinstance(value, list) else [value])
    )


def hyperparameters() -> dict[str, dict[str, Any]]:
    """Give the rule of every key of `network` and `training`."""
    sections = schema()["properties"]
    return {**sections["network"]["properties"], **sections["training"]["properties"]}


def _innermost(error: ValidationError) -> ValidationError:
    """Descend from a choice that fails to what is wrong inside the one form that fits."""
    branches: dict[Any, list[ValidationError]] = {}
    for one in error.context or ():
        branches.setdefault(one.schema_path[0], []).append(one)
    fitting = [every for every in branches.values() if not any(map(_is_other_form, every))]
    if len(fitting) != 1:
        return error
    inner = min(fitting[0], key=_by_path)
    inside = inner.instance is not error.instance or inner.validator == "uniqueItems"
    return _innermost(inner) if inside else error


def _is_other_form(error: ValidationError) -> bool:
    """Tell whether a choice is for values of another type than the whole value has."""
    return not error.path and error.validator in ("type", "const", "enum")


def _sentences(error: ValidationError) -> list[str]:
    """Give a sentence for every unknown key, one for anything else."""
    key = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = error.schema.get("properties", {})
        kind = f"key in {key}" if key else "key"
        return [unknown(kind, str(name), allowed) for name in error.instance if name not in allowed]
    return [_sentence(error, key)]


def _sentence(error: ValidationError, key: str) -> str:
    if error.validator == "not":
        return f"{key}: has no place beside curves, which are trained already; leave it out."
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        rules = error.schema.get("properties") or schema()["properties"]
        where = f"{key}: " if key else ""
        return f"{where}the key {missing!r} is missing; {_hint(rules[missing])}"
    if error.validator == "uniqueItems":
        return f"{key}: {_show(error.instance)} has a value twice; list each once."
    if error.validator == "pattern":
        return f"{key}: {_show(error.instance)} cannot be a name; {_NAMES}"
    return f"{key or 'the file'}: {_show(error.instance)} is not allowed; {_hint(error.schema)}"


def _show(value: Any) -> str:
    """Spell a value as YAML does, on one short line."""
    plain = {None: "an empty value", True: "true", False: "false"}
    return shorten(plain[value] if value is None or isinstance(value, bool) else repr(value))


_NAMES = "use letters, digits, _ and -, beginning with a letter, 64 at most."


def _hint(rule: Any) -> str:
    if not isinstance(rule, Mapping):
        return "see config/README.md."
    about = f" ({rule['description'].strip().rstrip('.')})" if "description" in rule else ""
    return f"it must be {allowed(rule)}{about}."


def allowed(rule: Mapping[str, Any]) -> str:
    """Say in words what a rule of the schema allows: "a whole number of at least 1"."""
    if "$ref" in rule:
        return allowed(schema()["$defs"][rule["$ref"].split("/")[-1]])
    if "const" in rule:
        return _word(rule["const"])
    if "enum" in rule:
        return "one of " + ", ".join(_word(value) for value in rule["enum"])
    if "oneOf" in rule:
        return " or ".join(allowed(choice) for choice in rule["oneOf"])
    if "pattern" in rule:
        return "a name (" + _NAMES.rstrip(".") + ")"
    kind = rule.get("type", "anything")
    kinds: list[str] = kind if isinstance(kind, list) else [kind]
    words = " or ".join(_KINDS.get(one, one) for one in kinds)
    if "items" in rule:
        return f"{words}, each {allowed(rule['items'])}"
    bounds = [f"{word} {rule[key]}" for key, word in _BOUNDS.items() if key in rule]
    return f"{words} {' and '.join(bounds)}".strip()


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "a mapping",
    "boolean": "true or false",
    "null": "empty",
}
_BOUNDS = {
    "minimum": "of at least",
    "exclusiveMinimum": "above",
    "maximum": "of at most",
    "exclusiveMaximum": "below",
    "minItems": "of length at least",
    "minProperties": "of length at least",
}
