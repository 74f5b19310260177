"""What a framework keeps (mappings and lists of tensors, numbers, words) as plain named arrays."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.training.contract import State

PLAIN = (bool, int, float, str, type(None))


def pack(name: str, tree: Any, to_array: Callable[[Any], Array | None]) -> State:
    """Take a tree apart.

    Parameters
    ----------
    name : what the arrays' names begin with.
    tree : mappings, lists and tuples of what `to_array` knows and of numbers, words and None.
    to_array : gives the array of a tensor; None of what is no tensor.

    Returns
    -------
    ``name`` : the tree as JSON, with the names of its tensors in their places.
    ``name.path.to.tensor`` : each tensor.

    Raises
    ------
    PluginError
        Where something else is kept, which could only be pickled.
    """
    arrays: State = {}

    def told(path: str, node: Any) -> Any:
        array = to_array(node)
        if array is not None:
            arrays[path] = array
            return {"array": path}
        if isinstance(node, Mapping):
            pairs = [[key, told(f"{path}.{key}", value)] for key, value in node.items()]
            if all(isinstance(key, str | int) for key in node):
                return {"mapping": pairs}
        elif isinstance(node, list | tuple):
            items = [told(f"{path}.{number}", one) for number, one in enumerate(node)]
            return {type(node).__name__: items}
        node = node.item() if isinstance(node, np.generic) else node
        if isinstance(node, PLAIN):
            return node
        raise PluginError(
            f"{path} is kept as {type(node).__name__}, which cannot be saved without pickle; keep "
            "tensors, numbers, texts, and lists and mappings of these."
        )

    words = json.dumps(told(name, tree))
    return {name: np.array(words), **arrays}


def unpack(name: str, state: State, to_tensor: Callable[[Array], Any]) -> Any:
    """Undo `pack`."""

    def made(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        ((kind, value),) = node.items()
        if kind == "array":
            return to_tensor(state[value])
        if kind == "mapping":
            return {key: made(one) for key, one in value}
        return (list if kind == "list" else tuple)(map(made, value))

    return made(json.loads(str(state[name])))
