"""Reading YAML safely, and stricter than YAML is: nothing is lost or taken for something else."""

import math
import re
from pathlib import Path
from typing import Any

import yaml

from epochwise.errors import StudyError

FLOAT, INT, TEXT = (f"tag:yaml.org,2002:{name}" for name in ("float", "int", "str"))
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+$")
LARGEST = 2**63 - 1  # what the tables' whole numbers hold


def read(path: Path) -> Any:
    """Read a YAML file.

    It holds plain data only. Unlike YAML 1.1 has it, 1e-4 is a number, no key may
    stand twice in one mapping, and numbers are finite.

    Raises
    ------
    StudyError
        The file, the line and what is wrong with it.
    """
    try:
        return _Loader(path.read_text(encoding="utf-8")).get_single_data()
    except UnicodeDecodeError:
        raise StudyError(f"{path}: is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror}).") from None
    except yaml.YAMLError as error:
        raise StudyError(f"{path}: {_sentence(error)}") from None
    except (ValueError, RecursionError) as error:  # a date that is none; a list that holds itself
        raise StudyError(f"{path}: has a value that cannot be read ({error}).") from None


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML ships no type hints
    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _Refused(f"the key {key.value!r} stands twice; remove one", key)
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def text(self, node: Any) -> str:
        value = str(self.construct_scalar(node))
        try:  # JSON writes an emoji as two halves, "\\ud83c\\udf89"
            return value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise _Refused("holds half a character (a lone surrogate); remove it", node) from None

    def finite_number(self, node: Any) -> float | int:
        value = float(self.construct_yaml_float(node))
        if not math.isfinite(value):
            raise _Refused(f"{node.value} is not a finite number", node)
        whole = "." not in node.value and value.is_integer() and abs(value) <= LARGEST
        return int(value) if whole else value  # 1e4 may be a number of epochs

    def whole_number(self, node: Any) -> int:
        value = int(self.construct_yaml_int(node))
        if abs(value) > LARGEST:
            raise _Refused(f"{node.value} is too large; numbers go up to {LARGEST}", node)
        return value


class _Refused(yaml.MarkedYAMLError):  # type: ignore[misc]  # PyYAML ships no type hints
    def __init__(self, problem: str, node: Any) -> None:
        super().__init__(problem=problem, problem_mark=node.start_mark)


def _sentence(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}: " if mark else ""
    if isinstance(error, _Refused):
        return f"{place}{error.problem}."
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return f"{place}is not YAML: {problem}; look at this line and the one above."


_Loader.add_implicit_resolver(FLOAT, SCIENTIFIC, list("+-0123456789"))
_Loader.add_constructor(FLOAT, _Loader.finite_number)
_Loader.add_constructor(INT, _Loader.whole_number)
_Loader.add_constructor(TEXT, _Loader.text)
