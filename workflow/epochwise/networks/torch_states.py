"""What PyTorch keeps as named arrays: parameters, buffers, the states of optimiser and scheduler."""

from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.networks.named_arrays import pack, unpack
from epochwise.training.contract import State

Tensor = Any
EXTRA = "_extra_state"  # how PyTorch ends the name of what a module keeps besides


def save(module: Any, optimizer: Any, scheduler: Any = None) -> State:
    """Copy all that training needs to go on.

    Raises
    ------
    PluginError
        Where something is kept that is neither a tensor nor plain.
    """
    trees = {"module": _kept_by(module), "optimizer": optimizer.state_dict()}
    if scheduler:
        trees["scheduler"] = scheduler.state_dict()
    state: State = {}
    for name, tree in trees.items():
        state |= pack(name, tree, _to_array)
    return state


def restore(state: State, module: Any, optimizer: Any, scheduler: Any = None) -> None:
    """Put back what `save` gave."""
    import torch

    kept = unpack("module", state, torch.tensor)
    with torch.no_grad():
        for name, tensor in _kept_by(module).items():
            if name.endswith(EXTRA):
                module.get_submodule(name.rpartition(".")[0]).set_extra_state(kept[name])
            else:
                tensor.copy_(kept[name])
    kept = unpack("optimizer", state, torch.tensor)
    optimizer.load_state_dict(kept)  # which moves tensors to where they belong
    _keep_types(optimizer, kept["state"])
    if scheduler:
        scheduler.load_state_dict(unpack("scheduler", state, torch.tensor))


def _kept_by(module: Any) -> dict[str, Any]:
    """List parameters and buffers by name; a module's own extra state is kept as it is."""
    extra = {name: one for name, one in module.state_dict().items() if name.endswith(EXTRA)}
    return dict(module.named_parameters()) | dict(module.named_buffers()) | extra


def _keep_types(optimizer: Any, kept: dict[int, dict[str, Any]]) -> None:
    """Undo what `load_state_dict` casts to the parameters' type, as NAdam's product in float32."""
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    for index, own in kept.items():
        loaded = optimizer.state[parameters[index]]
        for key, value in own.items():
            if getattr(loaded[key], "dtype", None) != getattr(value, "dtype", None):
                loaded[key] = value.to(loaded[key].device)


def _to_array(node: Any) -> Array | None:
    import torch

    return np.array(node.detach().cpu().numpy()) if isinstance(node, torch.Tensor) else None
