"""Reading and writing YAML 1.2, and stricter than it is: nothing is lost or taken for something else.

What a plain scalar means is the core schema of YAML 1.2 (its chapter 10.3): ``010`` is
10, ``0o10`` is 8, and ``yes``, ``1:30`` and ``2024-01-01`` are text.
"""

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from epochwise.errors import StudyError, shorten
from epochwise.readable import why_no_file

LARGEST = 2**63 - 1  # what the tables' whole numbers hold
LARGEST_FILE = 10_000_000  # bytes
DEEPEST = 50  # lists and mappings inside each other
MOST_REPEATED = 100_000  # values that aliases may repeat: a "billion laughs" ends here

KINDS = ("null", "bool", "int", "float", "str", "seq", "map", "merge")
NULL, BOOL, INT, FLOAT, TEXT, LIST, MAPPING, MERGE = (f"tag:yaml.org,2002:{n}" for n in KINDS)
PLAIN = {  # what plain scalars are; all others are text
    NULL: re.compile(r"(?:null|Null|NULL|~|)\Z"),
    BOOL: re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"),
    INT: re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"),
    FLOAT: re.compile(
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
    ),
    MERGE: re.compile(r"<<\Z"),  # of YAML 1.1, and widely known
}
SPACES = "\0 \t\r\n"  # or the end
ODD = re.compile(r"(?:[yYnN]|[-+]?[0-9_.,:]*(?:[eE][-+]?[0-9]+)?)\Z")  # to some readers no text
BREAK = re.compile("[\x85\u2028\u2029]")  # a new line in YAML 1.1 and a character in 1.2


def read(path: Path) -> Any:
    """Read a YAML file.

    Raises
    ------
    StudyError
        The file, the line and what is wrong with it.
    """
    if problem := why_no_file(path):
        raise StudyError(f"{path}: {problem}.")
    if path.stat().st_size > LARGEST_FILE:
        raise StudyError(f"{path}: is larger than 10 MB, which no study is; give another file.")
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError:
        raise StudyError(f"{path}: is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror}).") from None


def read_own(path: Path) -> Any:
    """Read a YAML file that is shipped, of which nothing need be told, in a tenth of the time."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader(path.read_text(encoding="utf-8")).get_single_data()


def parse(text: str, where: str) -> Any:
    """Read YAML: plain data only, each key a text and once in its mapping, numbers finite.

    Parameters
    ----------
    where : the file's name, for the message.

    Raises
    ------
    StudyError
        The file, the line and what is wrong with it.
    """
    _check_characters(text, where)
    loader = _Loader(text if text.endswith("\n") else text + "\n")
    try:
        return _Builder().value(loader.document())
    except yaml.MarkedYAMLError as error:
        raise StudyError(f"{where}: {_sentence(error, text)}") from None
    except (ValueError, OverflowError) as error:  # "\UFFFFFFFF" is no character
        line = f"line {loader.line + 1}"
        raise StudyError(f"{where}: {line}: has a value that cannot be read ({error}).") from None


def dump(data: Mapping[str, Any]) -> str:
    """Write plain data as YAML that readers of version 1.1 and of version 1.2 read alike."""
    return str(yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True))


def _check_characters(text: str, where: str) -> None:
    strange = _Loader.NON_PRINTABLE.search(text) or BREAK.search(text)
    if strange:
        line, code = text.count("\n", 0, strange.start()) + 1, ord(strange[0])
        raise StudyError(
            f"{where}: line {line}: holds the hidden character U+{code:04X}; remove it, or write "
            f"\\u{code:04x} within double quotes."
        )


class _Refused(yaml.MarkedYAMLError):  # type: ignore[misc]  # PyYAML ships no type hints
    def __init__(self, problem: str, at: Any) -> None:
        super().__init__(problem=problem, problem_mark=at.start_mark)


def _sentence(error: yaml.MarkedYAMLError, text: str) -> str:
    last = len(text.splitlines())  # what is missing at the end is missed after it
    place = f"line {min(error.problem_mark.line + 1, max(last, 1))}"
    problem = " ".join(error.problem.split())
    if isinstance(error, _Refused):
        return f"{place}: {problem}."
    if r"'\t'" in problem:
        return f"{place}: has a tab where YAML has spaces; write spaces."
    return f"{place}: is not YAML: {problem}; look at this line and the one above."


class _Loader(yaml.BaseLoader):  # type: ignore[misc]  # PyYAML ships no type hints
    """The nodes of a file; `PLAIN` says what its plain scalars are."""

    depth = 0

    def document(self) -> Any:
        """Give the one document's node; an empty file is an empty scalar."""
        self.get_event()
        start = self.peek_event()
        if getattr(start, "version", None) not in (None, (1, 2)):
            raise _Refused("asks for another YAML than 1.2; remove this line", start)
        empty = yaml.ScalarNode(NULL, "", start.start_mark)
        node = empty if self.check_event(yaml.StreamEndEvent) else self.compose_document()
        if not self.check_event(yaml.StreamEndEvent):
            raise _Refused("begins a second document; a file holds one", self.peek_event())
        return node

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node, unless it lies too deep or has no use for its tag or name."""
        event = self.peek_event()
        if self.depth > DEEPEST:
            raise _Refused(_TOO_DEEP, event)
        if getattr(event, "tag", None) == "!":
            raise _Refused("the tag ! is not allowed; remove it, or put a text in quotes", event)
        if event.anchor in self.anchors and not isinstance(event, yaml.AliasEvent):
            raise _Refused(f"the name &{shorten(event.anchor)} is given twice; change one", event)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def check_key(self) -> bool:
        """Tell whether `?` begins a key: never in `[?x]`, which YAML 1.1 takes for one."""
        return self.peek(1) in SPACES

    def scan_anchor(self, kind: Any) -> Any:
        """Scan the name after & or *, unless YAML 1.2 has it longer."""
        token = super().scan_anchor(kind)
        if self.peek() not in SPACES + ",[]{}":
            raise _Refused("a name after & or * is of letters, digits, - and _ alone", token)
        return token


_TOO_DEEP = f"more than {DEEPEST} lists or mappings lie inside each other; remove some brackets"


class _Builder:
    """Makes plain data of nodes; what an alias repeats is made anew, so that data are a tree."""

    def __init__(self) -> None:
        self.met: set[Any] = set()
        self.repeated = 0
        self.above: set[Any] = set()

    def value(self, node: Any) -> Any:
        """Give what a node stands for."""
        self._count(node)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        collection: Any = isinstance(node, yaml.MappingNode)
        if node.tag != (MAPPING if collection else LIST):
            raise _Refused(_no_tag(node), node)
        self._go_down(node)
        made = self._mapping(node) if collection else [self.value(one) for one in node.value]
        self.above.remove(node)
        return made

    def _count(self, node: Any) -> None:
        self.repeated += node in self.met
        self.met.add(node)
        if self.repeated > MOST_REPEATED:
            raise _Refused(
                f"aliases (*) repeat this line and others into more than {MOST_REPEATED} values; "
                "use fewer",
                node,
            )

    def _go_down(self, node: Any) -> None:
        if node in self.above:
            raise _Refused("a list or mapping holds itself; remove the alias (*) inside it", node)
        if len(self.above) == DEEPEST:  # by aliases
            raise _Refused(_TOO_DEEP, node)
        self.above.add(node)

    def _mapping(self, node: Any) -> dict[str, Any]:
        """Make a mapping; its own keys go before those that it merges (<<)."""
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        seen: set[str] = set()
        for key, value in node.value:
            name = self._key(key)
            _take(name, seen, key)
            if key.tag == MERGE:
                merged = self._merged(value)
            else:
                own[name] = self.value(value)
        return merged | own

    def _merged(self, node: Any) -> dict[str, Any]:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        seen: set[str] = set()
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                raise _Refused("<< merges a mapping or a list of mappings, nothing else", source)
            for key, value in self.value(source).items():
                _take(key, seen, node)
                merged[key] = value
        return merged

    def _key(self, node: Any) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise _Refused("a list or mapping cannot be a key; a key is a text", node)
        key = self.value(node)
        if not isinstance(key, str):
            shown = shorten(node.value) or "(empty)"
            raise _Refused(f"the key {shown} is no text; put it in quotes", node)
        return key


def _take(key: str, seen: set[str], at: Any) -> None:
    if key in seen:
        raise _Refused(f"the key {shorten(repr(key))} stands twice; remove one", at)
    seen.add(key)


def _scalar(node: Any) -> Any:
    make = _MAKERS.get(node.tag)
    if make is None:
        raise _Refused(_no_tag(node), node)
    if node.tag in PLAIN and not PLAIN[node.tag].match(node.value):
        raise _Refused(f"{shorten(repr(node.value))} is no {_tag(node)}; remove the tag", node)
    return make(node)


def _text(node: Any) -> str:
    try:  # JSON writes an emoji as two halves, "\\ud83c\\udf89"
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _Refused("holds half a character (a lone surrogate); remove it", node) from None


def _whole_number(node: Any) -> int:
    base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
    endless = base == 10 and len(node.value.lstrip("+-0")) > len(str(LARGEST))
    if endless or abs(int(node.value, base)) > LARGEST:
        raise _Refused(f"{shorten(node.value)} is too large; numbers go up to {LARGEST}", node)
    return int(node.value, base)


def _number(node: Any) -> float | int:
    value = math.inf if node.value[-1].isalpha() else float(node.value)
    if not math.isfinite(value):
        raise _Refused(f"{shorten(node.value)} is not a finite number; give one", node)
    whole = "." not in node.value and value.is_integer() and abs(value) <= LARGEST
    return int(value) if whole else value  # 1e4 may be a number of epochs


def _tag(node: Any) -> str:
    return shorten(node.tag.replace("tag:yaml.org,2002:", "!!"))


def _no_tag(node: Any) -> str:
    return f"the tag {_tag(node)} is not allowed here; remove it, a study is plain data"


_MAKERS: dict[str, Callable[[Any], Any]] = {
    NULL: lambda node: None,
    BOOL: lambda node: node.value.lower() == "true",
    INT: _whole_number,
    FLOAT: _number,
    TEXT: _text,
    MERGE: _text,
}


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML ships no type hints
    """Puts in quotes what either version of YAML would take for something else than text."""

    def text(self, data: str) -> Any:
        """Represent a text; within double quotes alone every line break is written alike."""
        return self.represent_scalar(TEXT, data, style='"' if BREAK.search(data) else None)


for tag, pattern in PLAIN.items():
    _Loader.add_implicit_resolver(tag, pattern, None)
    _Dumper.add_implicit_resolver(tag, pattern, None)
_Dumper.add_implicit_resolver(FLOAT, ODD, None)
_Dumper.add_representer(str, _Dumper.text)
