"""PyTorch: gradients written out by hand, into buffers that are allocated once.

Small networks on a CPU are bound by the cost of a call and by the cache, so autograd
and temporary tensors are what to save on. The solver steps all seeds at once; products
are taken a group of seeds at a time: one on the CPU, where the group then stays in the
cache (batched products of many seeds are two to five times slower there), all on a GPU.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from epochwise.api import (
    DEFINITION,
    Array,
    PluginError,
    Problem,
    State,
    adapt,
    hookimpl,
    log_loss,
    measure,
    split_layers,
    step_sizes,
    threads,
    weights_mask,
)

Tensor = Any  # torch is imported only when a trainer is made
Layers = list[tuple[Tensor, Tensor]]  # (group, fan_in, fan_out), (group, 1, fan_out)

HONOURS = DEFINITION | {"device": ("cpu", "cuda")}


@hookimpl
def register_backends(register: Callable[..., None]) -> None:
    """Announce the trainer."""
    register("torch", TorchTrainer, requires=("torch",), honours=HONOURS)


class TorchTrainer:
    """Networks of any depth, their parameters one tensor (seeds, parameters)."""

    def __init__(self, problem: Problem, state: State) -> None:
        import torch

        self.torch, self.problem, self.hp = torch, problem, problem.hyperparameters
        require_device(self.hp.device)
        torch.set_num_threads(threads())
        self.iteration = int(state["iteration"])
        self.kept = {name: self._tensor(state[name]) for name in state if name in ON_DEVICE}
        self.schedule = {
            n: a.copy() for n, a in state.items() if n not in (*self.kept, "iteration")
        }
        self.weights = self.kept["weights"]
        self.gradient = torch.zeros_like(self.weights)
        self.scratch = torch.zeros_like(self.weights)
        mask = weights_mask(problem.layer_sizes, self.hp.dtype) * self.hp.alpha
        self.shrink = self._tensor(np.broadcast_to(mask, self.weights.shape))
        self.seeds = len(self.weights)
        size = 1 if self.hp.device == "cpu" else self.seeds
        self.groups = [slice(i, i + size) for i in range(0, self.seeds, size)]
        self.layers = [self._layers(self.weights[group]) for group in self.groups]
        self.gradients = [self._layers(self.gradient[group]) for group in self.groups]
        self.buffers: dict[int, list[Tensor]] = {}
        self.data = [
            tuple(map(self._tensor, (part.x, part.y, part.target)))
            for part in problem.partitions.values()
        ]
        units = (problem.target_scale, problem.target_mean)
        self.units = [None if one is None else self._tensor(one) for one in units]

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch."""
        self.run_epochs(np.concatenate(batches, axis=1)[np.newaxis])

    def run_epochs(self, orders: Array) -> Array:
        """Train on orders (epochs, seeds, rows); the losses (epochs, seeds, columns)."""
        sizes = step_sizes(self.problem, self.iteration, len(orders)).tolist()
        with self.torch.inference_mode():
            whole = self._tensor(orders).split(self.hp.batch_size, dim=2)
            batches = [batch.flatten(1) for batch in whole]  # (epochs, seeds * rows)
            losses = [
                self._epoch([batch[epoch] for batch in batches], sizes[epoch])
                for epoch in range(len(orders))
            ]
            return np.asarray(self.torch.stack(losses).cpu().numpy())

    def predict(self, x: Array) -> Array:
        """Give the outputs of every network, (seeds, rows, outputs)."""
        with self.torch.inference_mode():
            return np.asarray(self._predict(self._tensor(x)).cpu().numpy())

    def state(self) -> State:
        """Copy all that is needed to go on."""
        kept = {name: tensor.cpu().numpy().copy() for name, tensor in self.kept.items()}
        schedule = {name: array.copy() for name, array in self.schedule.items()}
        return kept | schedule | {"iteration": np.array(self.iteration)}

    def _tensor(self, array: Array) -> Tensor:
        return self.torch.tensor(np.ascontiguousarray(array), device=self.hp.device)

    def _layers(self, flat: Tensor) -> Layers:
        layers = split_layers(flat, self.problem.layer_sizes)  # views of the flat parameters
        return [(weights, biases.unsqueeze(1)) for weights, biases in layers]

    def _buffers(self, rows: int) -> list[Tensor]:
        """Give the layers' values of one group for batches of `rows`, each (group, rows, units)."""
        if rows not in self.buffers:
            group = self.groups[0].stop
            self.buffers[rows] = [
                self.torch.empty(
                    (group, rows, units), dtype=self.weights.dtype, device=self.hp.device
                )
                for units in self.problem.layer_sizes[1:] * 2
            ]
        return self.buffers[rows]

    def _epoch(self, batches: list[Tensor], sizes: list[float]) -> Tensor:
        """Update once per batch of row numbers (seeds * rows,); the losses (seeds, columns)."""
        objective = np.zeros(self.seeds)
        for rows, size in zip(batches, sizes, strict=True):
            objective += self._batch(rows)
            {"adam": self._adam, "sgd": self._sgd}[self.hp.solver](size)
            self.iteration += 1
        if self.schedule:
            adapt(self.schedule, objective / len(self.problem.train.x), self.hp)
        return self._measure()

    def _batch(self, rows: Tensor) -> Array | float:
        """Fill the gradient; give the summed objectives (seeds,) if a schedule asks for them."""
        size = len(rows) // self.seeds
        x, y = (
            self.torch.index_select(array, 0, rows).view(self.seeds, size, -1)
            for array in self.data[0][:2]
        )
        outputs = [
            self._backpropagate(layers, gradients, x[group], y[group])
            for group, layers, gradients in zip(
                self.groups, self.layers, self.gradients, strict=True
            )
        ]
        objective = self._objective(self.torch.cat(outputs), y) if self.schedule else 0.0
        self.gradient.addcmul_(self.weights, self.shrink).div_(size)
        return objective

    def _forward(self, layers: Layers, x: Tensor, out: list[Tensor]) -> Tensor:
        """Fill the layers' values for x (group, rows, features); give the outputs."""
        for number, (weights, biases) in enumerate(layers, start=1):
            self.torch.baddbmm(biases, x, weights, out=out[number - 1])
            x = out[number - 1]
            name = self.problem.task if number == len(layers) else self.hp.activation
            ACTIVATE[name](x)
        return x

    def _backpropagate(self, layers: Layers, gradients: Layers, x: Tensor, y: Tensor) -> Tensor:
        """Write one group's summed gradient; give its outputs (group, rows, outputs)."""
        buffers, count = self._buffers(x.shape[1]), len(layers)
        values, deltas = buffers[:count], buffers[count:]
        outputs = self._forward(layers, x, values)
        self.torch.sub(outputs, y, out=deltas[-1])
        inputs = [x, *values[:-1]]
        for layer in range(count - 1, -1, -1):
            weights, biases = gradients[layer]
            self.torch.bmm(inputs[layer].mT, deltas[layer], out=weights)
            self.torch.sum(deltas[layer], 1, keepdim=True, out=biases)
            if layer:
                multiply = self.torch.mul if weights.shape[2] == 1 else self.torch.bmm
                multiply(deltas[layer], layers[layer][0].mT, out=deltas[layer - 1])
                self._derive(values[layer - 1], deltas[layer - 1])
        return outputs.clone() if self.schedule else outputs

    def _derive(self, values: Tensor, delta: Tensor) -> None:
        """Multiply delta by the activation's slope, both (group, rows, units)."""
        if self.hp.activation == "relu":
            through = self.torch.ops.aten.threshold_backward.grad_input
            through(delta, values, 0, grad_input=delta)
        elif self.hp.activation == "tanh":
            delta.mul_(1 - values * values)
        elif self.hp.activation == "logistic":
            delta.mul_(values * (1 - values))

    def _adam(self, size: float) -> None:
        """Kingma and Ba (2015), end of section 2; `size` has the bias corrections in it."""
        hp, first, second = self.hp, self.kept["first_moment"], self.kept["second_moment"]
        first.mul_(hp.beta_1).add_(self.gradient, alpha=1 - hp.beta_1)
        second.mul_(hp.beta_2).addcmul_(self.gradient, self.gradient, value=1 - hp.beta_2)
        self.torch.sqrt(second, out=self.scratch).add_(hp.epsilon)
        self.weights.addcdiv_(first, self.scratch, value=-size)

    def _sgd(self, size: float) -> None:
        """Sutskever et al. (2013): classical momentum, or Nesterov's."""
        velocity = self.kept["velocity"]
        rates = self.schedule.get("learning_rate")  # (seeds,) where adaptive
        step = self.gradient.mul_(
            size if rates is None else self._tensor(rates[:, np.newaxis]).to(velocity.dtype)
        )
        velocity.mul_(self.hp.momentum).sub_(step)
        if self.hp.nesterovs_momentum:
            self.weights.add_(velocity, alpha=self.hp.momentum).sub_(step)
        else:
            self.weights.add_(velocity)

    def _predict(self, x: Tensor) -> Tensor:
        """Give the outputs of every network, (seeds, rows, outputs)."""
        buffers = self._buffers(len(x))
        together = x.expand(self.groups[0].stop, *x.shape)
        outputs = [self._forward(layers, together, buffers).clone() for layers in self.layers]
        return outputs[0] if len(outputs) == 1 else self.torch.cat(outputs)

    def _measure(self) -> Tensor:
        """Give the losses (seeds, columns) in float64, as the library defines them."""
        columns = []
        for x, _, target in self.data:
            outputs = self._predict(x).double()
            scale, mean = self.units
            outputs = outputs if scale is None else outputs * scale + mean
            columns += measure(self.torch, self.problem.task, target, outputs)
        return self.torch.stack(columns, dim=1)

    def _objective(self, outputs: Tensor, y: Tensor) -> Array:
        """Give loss and penalty of one batch times its rows, (seeds,): what `adaptive` watches."""
        if self.problem.task == "regression":
            loss = 0.5 * (y - outputs).square().mean((1, 2))
        else:
            loss = log_loss(self.torch, y, outputs, float(np.finfo(self.hp.dtype).eps))
        rows, squares = y.shape[1], (self.shrink * self.weights * self.weights).sum(1)
        return np.asarray((loss * rows + 0.5 * squares).double().cpu().numpy())


def require_device(name: str) -> None:
    """Refuse a GPU that is not there."""
    import torch

    if name == "cuda" and not torch.cuda.is_available():
        raise PluginError(
            f"backend 'torch' finds no device {name!r}; use device: cpu, or install a torch "
            "that is built for the GPU of this machine."
        )


ON_DEVICE = ("weights", "first_moment", "second_moment", "velocity")
ACTIVATE: dict[str, Callable[[Tensor], Tensor]] = {  # in place
    "identity": lambda z: z,
    "logistic": lambda z: z.sigmoid_(),
    "tanh": lambda z: z.tanh_(),
    "relu": lambda z: z.relu_(),
    "regression": lambda z: z,
    "binary": lambda z: z.sigmoid_(),
    "multiclass": lambda z: z.copy_(z.softmax(2)),
}
