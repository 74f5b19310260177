"""What jobs leave each other as JSON: read back as it was meant, or refused."""

import json
from dataclasses import MISSING, fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from epochwise.errors import DataError, shorten

T = TypeVar("T")


def read_object(path: str | Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    DataError
        The file is not there, or is damaged.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); run again to make it."
        ) from None
    except (ValueError, RecursionError):
        raise damaged(path, "no JSON") from None
    if not isinstance(found, dict):
        raise damaged(path, "no JSON object")
    return found


def read_as(kind: type[T], path: str | Path) -> T:
    """Read a JSON object into the dataclass that it was written from.

    Raises
    ------
    DataError
        As `read_object`; a field is missing, unknown or of another type.
    """
    found, hints = read_object(path), get_type_hints(kind)
    needed = [
        one.name
        for one in fields(kind)  # type: ignore[arg-type]  # a dataclass
        if one.default is MISSING and one.default_factory is MISSING
    ]
    for name in [*needed, *found]:
        if name not in hints or name not in found or not _fits(found[name], hints[name]):
            raise damaged(path, f"its {shorten(repr(name))} is not what it was")
    return kind(**found)


def damaged(path: str | Path, how: str) -> DataError:
    """Say that what a job left is not what it wrote."""
    return DataError(f"{path}: is damaged ({how}); delete it and run again.")


def _fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is of a type, as far as JSON has types."""
    kind, inner = get_origin(hint), get_args(hint)
    if kind is UnionType:
        return any(_fits(value, one) for one in inner)
    if kind is list:
        return isinstance(value, list) and all(_fits(one, inner[0]) for one in value)
    if kind is dict:
        return isinstance(value, dict) and all(_fits(one, inner[1]) for one in value.values())
    if hint in (int, float):
        return isinstance(value, (int, hint)) and not isinstance(value, bool)
    return isinstance(value, NoneType if hint is None else hint)
