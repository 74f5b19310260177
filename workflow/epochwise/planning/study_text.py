"""The text of a study that is begun for a file: YAML with the reason beside each line."""

import json
import re
from collections.abc import Mapping
from shlex import quote
from typing import Any

from epochwise.data.datasets import Facts
from epochwise.data.mending import Guess, listed
from epochwise.study.schema import FEWEST_UNITS

ORDER = ("file", "sheet", "separator", "decimal", "thousands", "units", "missing_words")
ROLES = ("target", "task", "partition")
LISTS = ("dates", "categorical", "drop")
FEW = FEWEST_UNITS  # cuts, rather than seeds: another cut may move the best epoch further
BATCHES = ((50_000, 512), (10_000, 128), (80, 32))  # rows per update, from so many rows on
REASONS = {
    "validation_size": "of all rows; they choose the epoch",
    "test_size": "of all rows; they tell what the choice is worth",
    "stratify": "a class has too few rows to be in every part",
    "n_repeats": f"random cuts, a run on each; {2 * FEW} are surer",
}
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./ -][A-Za-z0-9_]+)*")
WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def write(
    name: str, file: str, place: str, found: Guess, facts: Facts | None, cut: Mapping[str, Any]
) -> str:
    """Write a study.

    Parameters
    ----------
    name : of the dataset.
    file, place : the data's name, and where it is, seen from the study.
    facts : what is known of the data; None where they cannot be used as they are.
    cut : the study's `partitions`.
    """
    lines = [
        f"# Begun by `epochwise init {quote(file)}`: read it, and change what is not so.",
        "# config/README.md explains every key, and has more of them.",
        line(0, "title", file.rpartition(".")[0]),
        "datasets:",
        f"  {name}:",
        *_dataset(found, place),
        *(["partitions:"] if cut else []),
        *(line(2, key, value, REASONS[key]) for key, value in cut.items()),
        "network:",
        line(2, "hidden_layer_sizes", [32], "one hidden layer; [64, 32] would be two"),
        "training:",
        line(2, "epochs", 200, "raise it later: only what is new is trained"),
        line(2, "batch_size", _batch_size(facts), "rows for each update of the weights"),
        line(
            0,
            "seeds",
            1 if "n_repeats" in cut else FEW,
            "networks for each cut, each from another random start",
        ),
    ]
    return "\n".join(lines) + "\n"


def _dataset(found: Guess, place: str) -> list[str]:
    """Write the options of the dataset."""
    options, reasons = found.options | {"file": place}, found.reasons
    lines = [line(4, key, options[key], reasons.get(key)) for key in ORDER if key in options]
    lines += [line(4, key, options[key], reasons.get(key)) for key in ROLES if key in options]
    for key in LISTS:
        lines += _columns(key, options[key], found) if options.get(key) else []
    if texts := _texts(found):
        lines.append(f"    # texts are categories: {listed(texts)}")
    if "missing" in options:
        lines.append(line(4, "missing", options["missing"], reasons["missing"]))
    return lines


def _texts(found: Guess) -> list[str]:
    """Name the features that are one-hot encoded because they are text."""
    apart = (*found.targets, found.options.get("partition"))
    texts = [name for name, column in found.columns.items() if column.kind == "text"]
    return [n for n in texts if n not in apart and n not in found.options.get("categorical", ())]


def _columns(key: str, names: Any, found: Guess) -> list[str]:
    """Write columns a line each, with the reason for each, and with their formats if they have any."""
    lines = [f"    {key}:"]
    for name in names:
        told = (
            f"{_yaml(name)}: {_yaml(names[name])}"
            if isinstance(names, dict)
            else f"- {_yaml(name)}"
        )
        lines.append(f"      {told} # {found.reasons[key, name]}")
    return lines


def _batch_size(facts: Facts | None) -> int | str:
    """Give more rows per update where there are more of them."""
    rows = facts.rows if facts else 0
    return next((size for least, size in BATCHES if rows >= least), "auto")


def line(depth: int, key: str, value: Any, reason: str | None = None) -> str:
    """Write a key and its value, indented, and the reason behind it."""
    return f"{' ' * depth}{key}: {_yaml(value)}" + (
        f" # {' '.join(reason.split())}" if reason else ""
    )


def _yaml(value: Any) -> str:
    """Write a value on one line; a text in double quotes unless it is plain words."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value.lower() not in WORDS
        return value if plain else json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)
