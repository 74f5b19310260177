"""What must be so of a network of PyTorch, each with the sentence that says what to mend."""

import inspect
from typing import Any

from epochwise.errors import PluginError

SURELY_ONE = 1e-5  # what no two sums of logits are so near to 1 as


def require_device(source: str, name: str) -> None:
    """Refuse a GPU that is not there."""
    import torch

    if name == "cuda" and not torch.cuda.is_available():
        raise PluginError(
            f"{source}: PyTorch finds no device {name!r}; use device: cpu, or install a torch that is "
            "built for the GPU of this machine."
        )


def require_module(source: str, module: Any) -> None:
    """Refuse what is no module."""
    import torch

    if not isinstance(module, torch.nn.Module):
        raise PluginError(
            f"{source}: build gives {type(module).__name__}; it must give a torch.nn.Module."
        )


def require_outputs(source: str, module: Any, x: Any, outputs: int, task: str) -> None:
    """Refuse outputs of another shape than (rows, outputs), or probabilities; lazy layers learn theirs."""
    import torch

    wanted = (len(x), outputs)
    module.eval()
    with torch.no_grad():
        given = module(x)
    if (got := tuple(getattr(given, "shape", ()))) != wanted:
        raise PluginError(
            f"{source}: build gives a module whose outputs for {len(x)} rows have the shape {got}; it "
            f"must be (rows, outputs), here {wanted}."
        )
    summed = bool((given >= 0).all() and ((given.sum(1) - 1).abs() < SURELY_ONE).all())
    ends = isinstance([*module.modules()][-1], torch.nn.Sigmoid)
    if {"multiclass": summed, "binary": ends}.get(task):
        raise PluginError(
            f"{source}: build gives a module whose outputs are probabilities already; leave the softmax "
            "or sigmoid at its end out: the loss and the host expect logits."
        )


def require_optimizer(source: str, optimizer: Any) -> None:
    """Refuse what is no optimiser."""
    import torch

    if not isinstance(optimizer, torch.optim.Optimizer):
        raise PluginError(
            f"{source}: optimizer gives {type(optimizer).__name__}; it must give a "
            "torch.optim.Optimizer, whose state_dict() has the tensors that it keeps."
        )


def needs_closure(optimizer: Any) -> bool:
    """Tell whether an optimiser computes the loss several times a step, as LBFGS does."""
    closure = inspect.signature(type(optimizer).step).parameters.get("closure")
    return closure is not None and closure.default is closure.empty
