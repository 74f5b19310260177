"""Changing inputs by what they are: trees of JSON or YAML node by node, tables cell by cell, text by its words."""

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import yaml

ODD: list[Any] = [
    *(None, True, False, 0, 1, 2, 5, -1, 0.5, 1.0, 2**31, 2**53, 2**63 - 1, 2**63, 10**12, 10**30),
    *(1e-300, 1e308, -0.0, float("nan"), float("inf"), "", " ", "a", "x\n", "\x00", "\x1b[31m"),
    *("\u202egnp", "\u0430", "a" * 300, "..", "../../x", "/", "/dev/zero", "{study}", "{seed}"),
    *("auto", "all", "1e5", "nan", "train", "epoch", "loss", "2020-01-01", "1,5", [], {}, [[]]),
    *({"": None}, [None], [1, "a"], {"a": {"a": {}}}, "runs/*", "**", "[", "data.csv"),
]
WORDS = [
    *(
        b"",
        b"\n",
        b"\r",
        b"\t",
        b",",
        b";",
        b'"',
        b"'",
        b"0",
        b"-1",
        b"9" * 30,
        b"nan",
        b"inf",
        b"1e999",
    ),
    *(
        b"\xff",
        b"\0",
        b"\xef\xbb\xbf",
        b"{",
        b"}",
        b"[",
        b"]",
        b"null",
        b"true",
        b": ",
        b"- ",
        b"&a ",
        b"*a",
    ),
    *(
        b"!!",
        b"<<: ",
        b"? ",
        b"|",
        b"%",
        b"\xe2\x80\xae",
        b"\x1b[2J",
        b"1,234.5",
        b"1.234,5",
        b"NA",
        b"03/04/2020",
    ),
    *(
        b"train",
        b"validation",
        b"epoch",
        b"step",
        b"loss",
        b"val_loss",
        b"a" * 300,
        b"\xc2\x85",
        b"0x1F",
        b"1e400",
    ),
]
Mutate = Callable[[bytes, Random], bytes]


def tree(load: Callable[[bytes], Any], dump: Callable[[Any], bytes]) -> Mutate:
    """Give what changes a node of a tree; what is none is changed by its words."""

    def mutate(data: bytes, random: Random) -> bytes:
        try:
            made = [load(data)]
            for _ in range(random.choice((1, 1, 2, 4))):
                _change(made, random)
            return dump(made[0])
        except (ValueError, TypeError, KeyError, IndexError, yaml.YAMLError, RecursionError):
            return words(data, random)

    return mutate


def _change(made: list[Any], random: Random) -> None:
    holder, key = random.choice(list(_places(made)))
    what = random.randrange(6)
    if what == 0 and isinstance(holder, dict):
        holder[str(random.choice(ODD))] = holder.pop(key)
    elif what == 1 and holder is not made:
        del holder[key]
    elif what == 2 and isinstance(holder, list) and holder is not made:
        holder.insert(key, copy.deepcopy(holder[key]))
    elif what == 3:
        other, place = random.choice(list(_places(made)))
        holder[key] = copy.deepcopy(other[place])
    elif what == 4:
        holder[key] = random.choice(([holder[key]], {"a": holder[key]}, [holder[key]] * 3))
    else:
        holder[key] = copy.deepcopy(random.choice(ODD))


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    for key in keys:
        yield holder, key
        if isinstance(holder[key], (dict, list)):
            yield from _places(holder[key])


def words(data: bytes, random: Random) -> bytes:
    """Put odd words in the place of short stretches."""
    for _ in range(random.choice((1, 1, 2, 4))):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.choice((0, 1, 4, 12, 60)))
        data = data[:start] + random.choice(WORDS) + data[end:]
    return data


def cells(data: bytes, random: Random) -> bytes:
    """Change cells, rows, columns or the separators of a table."""
    separator = max((b",", b";", b"\t"), key=data.count)
    rows = [line.split(separator) for line in data.split(b"\n")]
    for _ in range(random.choice((1, 2, 4))):
        row = random.choice(rows)
        place = random.randrange(len(row))
        what = random.randrange(6)
        if what == 0:
            row[place : place + random.randint(0, 1)] = [random.choice(WORDS)]
        elif what == 1:
            column = [one for one in rows if len(one) > place]
            for one in column:
                one[place] = random.choice((random.choice(WORDS), one[place], b"7"))
        elif what == 2:
            rows.insert(random.randrange(len(rows)), list(random.choice(rows)))
        elif what == 3:
            separator = random.choice((b",", b";", b"\t", b"|", b" "))
        elif what == 4:
            row[place] = random.choice(WORDS) + row[place] + random.choice(WORDS)
        elif len(rows) > 1:
            rows.remove(row)
    return b"\n".join(separator.join(row) for row in rows)


def _as_yaml(made: Any) -> bytes:
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True).encode(
        "utf-8", "surrogatepass"
    )


as_json = tree(json.loads, lambda made: json.dumps(made).encode())
as_yaml = tree(yaml.safe_load, _as_yaml)
