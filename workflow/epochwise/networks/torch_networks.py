"""Networks of PyTorch: any module, optimiser, scheduler and loss, as a trainer of the contract."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.networks import torch_checks, torch_states
from epochwise.networks.lifting import as_backend
from epochwise.networks.rehearsal import kind_of, rehearse, seed_python, source_of, told
from epochwise.training.contract import Hyperparameters, Problem, State
from epochwise.training.randomness import framework_seed
from epochwise.training.threads import threads

Tensor = Any  # torch is imported only when a network is made
Module = Any
Optimizer = Any
Scheduler = Any
Build = Callable[[int, int, Hyperparameters], Module]


@dataclass
class Recipe:
    """What a user gave, and on which problems it has been rehearsed in this process."""

    build: Build
    optimizer: Callable[[Module, Hyperparameters], Optimizer] | None
    scheduler: Callable[[Optimizer, Hyperparameters], Scheduler] | None
    loss: Callable[[Hyperparameters], Callable[[Tensor, Tensor], Tensor]] | None
    after_backward: Callable[[Module, Hyperparameters], Any] | None
    rehearsed: set[Any] = field(default_factory=set)

    @cached_property
    def source(self) -> str:
        """The plugin's file."""
        return source_of(self.build)


def torch_network(
    build: Build,
    *,
    optimizer: Callable[[Module, Hyperparameters], Optimizer] | None = None,
    scheduler: Callable[[Optimizer, Hyperparameters], Scheduler] | None = None,
    loss: Callable[[Hyperparameters], Callable[[Tensor, Tensor], Tensor]] | None = None,
    after_backward: Callable[[Module, Hyperparameters], Any] | None = None,
) -> type[Any]:
    """Make a trainer of a PyTorch module.

    Parameters
    ----------
    build : ``build(features, outputs, hp)`` gives a `torch.nn.Module` that takes (rows, features)
        and gives (rows, outputs): values for regression, logits for classes (one for two classes,
        which is class 1's). `hp` has the study's hyperparameters and the plugin's own. Weights are
        as PyTorch draws them after ``torch.manual_seed(seed)``.
    optimizer : ``optimizer(module, hp)``; by default ``torch.optim.AdamW`` with the study's
        `learning_rate_init` and, where the plugin declares a hyperparameter `weight_decay`, with that.
    scheduler : ``scheduler(optimizer, hp)``, a learning-rate scheduler that steps after every epoch;
        `ReduceLROnPlateau` watches the training loss of the epoch's batches.
    loss : ``loss(hp)`` gives ``criterion(outputs, targets)``; by default `MSELoss`,
        `BCEWithLogitsLoss` or `CrossEntropyLoss`. Targets are (rows, outputs), of more than two
        classes the classes' numbers (rows,).
    after_backward : ``after_backward(module, hp)`` is called after each batch's gradients are there
        and before the optimiser steps: to clip them, for instance.

    Returns
    -------
    What a plugin registers. Parameters, buffers and all that optimiser and scheduler keep are the
    state; PyTorch's, NumPy's and Python's generators are seeded anew for every epoch.
    """
    recipe = Recipe(build, optimizer, scheduler, loss, after_backward)

    def torch_trainer(problem: Problem, state: State) -> TorchNetwork:
        def new(one: State) -> TorchNetwork:
            return TorchNetwork(recipe, problem, one)

        if "module" not in state and kind_of(problem) not in recipe.rehearsed:
            rehearse(recipe.source, new, problem, state)
            recipe.rehearsed.add(kind_of(problem))
        return new(state)

    return as_backend(torch_trainer, requires=("torch",))


class TorchNetwork:
    """One network; a state without parameters is a fresh start."""

    def __init__(self, recipe: Recipe, problem: Problem, state: State) -> None:
        import torch

        self.torch, self.recipe, self.problem = torch, recipe, problem
        self.hp = problem.hyperparameters
        torch_checks.require_device(recipe.source, self.hp.device)
        torch.set_num_threads(threads())
        if self.hp.device != "cpu":
            # else cuBLAS may sum in another order each time; it reads this at its first product
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
            torch.use_deterministic_algorithms(True, warn_only=True)
        self.dtype = getattr(torch, self.hp.dtype)
        self.seed, self.iteration = int(state["seed"]), int(state["iteration"])
        self.tensors = {id(part.x): self._tensor(part.x) for part in problem.partitions.values()}
        self.x, self.y = self.tensors[id(problem.train.x)], self._targets()
        self.module = self._build()
        self.parts = [*self.module.modules()]
        usual = torch.nn.Module.train, torch.nn.Module.__setattr__
        self.usual_modes = all(
            (type(one).train, type(one).__setattr__) == usual for one in self.parts
        )
        with told(recipe.source, "optimizer"):
            self.optimizer = self._optimizer()
        self.asks_again = torch_checks.needs_closure(self.optimizer)
        with told(recipe.source, "scheduler"):
            make = recipe.scheduler
            self.scheduler: Scheduler = make(self.optimizer, self.hp) if make else None
        with told(recipe.source, "loss"):
            self.criterion = (recipe.loss or self._usual_loss)(self.hp)
        if "module" in state:
            torch_states.restore(state, self.module, self.optimizer, self.scheduler)

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch."""
        epoch = self.iteration // self.problem.iterations_per_epoch + 1
        self._draw_from(framework_seed(self.seed, epoch))
        with told(self.recipe.source, "a batch"):
            self._set_training(True)
            sizes = [len(rows) for rows in batches]
            order = self.torch.from_numpy(np.concatenate(batches)).to(self.hp.device)
            losses = [self._batch(rows) for rows in order.split(sizes)]
            if self.scheduler:
                self._step_scheduler(losses, sizes)
        self.iteration += len(batches)

    def predict(self, x: Array) -> Array:
        """Give the outputs (rows, outputs), of classes their probabilities."""
        known = self.tensors.get(id(x))
        self._set_training(False)
        with self.torch.inference_mode(), told(self.recipe.source, "the module"):
            outputs = self.module(self._tensor(x) if known is None else known)
            if self.problem.task == "binary":
                outputs = outputs.sigmoid()
            elif self.problem.task == "multiclass":
                outputs = outputs.softmax(1)
            return np.asarray(outputs.cpu().numpy())

    def state(self) -> State:
        """Copy all that is needed to go on."""
        try:
            kept = torch_states.save(self.module, self.optimizer, self.scheduler)
        except PluginError as error:
            raise PluginError(f"{self.recipe.source}: {error}") from None
        return kept | {"seed": np.array(self.seed), "iteration": np.array(self.iteration)}

    def _build(self) -> Module:
        source, outputs = self.recipe.source, self.problem.train.y.shape[1]
        self._draw_from(self.seed)
        with told(source, "build"):
            module = self.recipe.build(self.problem.train.x.shape[1], outputs, self.hp)
            torch_checks.require_module(source, module)
            module = module.to(self.hp.device, self.dtype)
            torch_checks.require_outputs(source, module, self.x[:2], outputs, self.problem.task)
        return module

    def _optimizer(self) -> Optimizer:
        if self.recipe.optimizer is None:
            decay = {k: v for k, v in self.hp.own if k == "weight_decay"}
            rate = self.hp.learning_rate_init
            # several parameters at a call: the same bits, in less time
            return self.torch.optim.AdamW(self.module.parameters(), rate, **decay, foreach=True)
        optimizer = self.recipe.optimizer(self.module, self.hp)
        torch_checks.require_optimizer(self.recipe.source, optimizer)
        return optimizer

    def _usual_loss(self, hp: Hyperparameters) -> Any:
        names = {
            "regression": "MSELoss",
            "binary": "BCEWithLogitsLoss",
            "multiclass": "CrossEntropyLoss",
        }
        return getattr(self.torch.nn, names[self.problem.task])()

    def _draw_from(self, seed: int) -> None:
        """Seed as `torch.manual_seed` does, which without a GPU adds its caller's stack to a list each time."""
        seed_python(seed)
        self.torch.default_generator.manual_seed(seed)
        if self.hp.device != "cpu":
            self.torch.cuda.manual_seed_all(seed)

    def _batch(self, rows: Tensor) -> Tensor:
        """Update with one batch of row numbers; give the loss before the update."""
        if self.asks_again:
            return self.optimizer.step(lambda: self._backward(rows))
        loss = self._backward(rows)
        self.optimizer.step()
        return loss

    def _backward(self, rows: Tensor) -> Tensor:
        self._forget_gradients()
        loss = self.criterion(
            self.module(self.x.index_select(0, rows)), self.y.index_select(0, rows)
        )
        loss.backward()
        if self.recipe.after_backward:
            self.recipe.after_backward(self.module, self.hp)
        return loss.detach()

    def _set_training(self, mode: bool) -> None:
        """Do what `train` and `eval` do, which call themselves through all modules, in less time."""
        if self.usual_modes:
            for one in self.parts:
                one.__dict__["training"] = mode
        else:
            self.module.train(mode)

    def _forget_gradients(self) -> None:
        """Do what `zero_grad` does, whose bookkeeping takes a tenth of a small batch's time."""
        if type(self.optimizer).zero_grad is not self.torch.optim.Optimizer.zero_grad:
            self.optimizer.zero_grad()
            return
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def _step_scheduler(self, losses: list[Tensor], rows: list[int]) -> None:
        if isinstance(self.scheduler, self.torch.optim.lr_scheduler.ReduceLROnPlateau):
            pairs = zip(losses, rows, strict=True)
            self.scheduler.step(sum(float(loss) * n for loss, n in pairs) / sum(rows))
        else:
            self.scheduler.step()

    def _targets(self) -> Tensor:
        y = self.problem.train.y
        return self._tensor(y.argmax(axis=1) if self.problem.task == "multiclass" else y)

    def _tensor(self, array: Array) -> Tensor:
        return self.torch.tensor(np.array(array), device=self.hp.device)
