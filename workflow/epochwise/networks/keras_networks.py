"""Networks of Keras: any model, compiled or not, as a trainer of the contract."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import PluginError
from epochwise.networks.lifting import as_backend
from epochwise.networks.rehearsal import kind_of, rehearse, seed_python, source_of, told
from epochwise.training.contract import Hyperparameters, Problem, State
from epochwise.training.randomness import framework_seed
from epochwise.training.threads import threads

Model = Any  # keras is imported only when a network is made
Variable = Any
Build = Callable[[int, int, Hyperparameters], Model]
Schedule = Callable[[int, float], float]
MANY = 100  # rows whose outputs tell probabilities from logits
LOSSES = {
    "regression": "MeanSquaredError",
    "binary": "BinaryCrossentropy",
    "multiclass": "CategoricalCrossentropy",
}


@dataclass
class Recipe:
    """What a user gave, and on which problems it has been rehearsed in this process."""

    build: Build
    schedule: Schedule | None
    rehearsed: set[Any] = field(default_factory=set)

    @cached_property
    def source(self) -> str:
        """The plugin's file."""
        return source_of(self.build)


def keras_network(build: Build, *, schedule: Schedule | None = None) -> type[Any]:
    """Make a trainer of a Keras model.

    Parameters
    ----------
    build : ``build(features, outputs, hp)`` gives a `keras.Model` that takes (rows, features) and
        gives (rows, outputs): values for regression; for classes probabilities or logits, whichever
        they are (one for two classes, which is class 1's). `hp` has the study's hyperparameters and the plugin's own. Compile the
        model with an optimiser and a loss of your own, or leave that out: then it is Adam with the
        study's `learning_rate_init`, and `MeanSquaredError`, `BinaryCrossentropy` or
        `CategoricalCrossentropy`. A loss of your own says itself, by ``from_logits``, what it takes. Weights are as Keras draws them after
        ``keras.utils.set_random_seed(seed)``.
    schedule : ``schedule(epoch, learning_rate)``, as of `keras.callbacks.LearningRateScheduler`:
        called before every epoch, the first of which is 0.

    Returns
    -------
    What a plugin registers. The variables of the model and of its optimiser are the state; its seed
    generators and those of NumPy and Python are seeded anew for every epoch.
    """
    recipe = Recipe(build, schedule)

    def keras_trainer(problem: Problem, state: State) -> KerasNetwork:
        def new(one: State) -> KerasNetwork:
            return KerasNetwork(recipe, problem, one)

        if len(state) == len(FRESH) and kind_of(problem) not in recipe.rehearsed:
            rehearse(recipe.source, new, problem, state)
            recipe.rehearsed.add(kind_of(problem))
        return new(state)

    return as_backend(keras_trainer, requires=("keras",))


FRESH = ("seed", "iteration")


class KerasNetwork:
    """One network; a state without variables is a fresh start."""

    def __init__(self, recipe: Recipe, problem: Problem, state: State) -> None:
        self.keras, self.recipe, self.problem = framework(), recipe, problem
        self.hp = problem.hyperparameters
        self.device = find_device(recipe.source, self.hp.device)
        self.seed, self.iteration = int(state["seed"]), int(state["iteration"])
        with self._as_the_study_has_it("build"):
            self.model = self._build()
            self.model.optimizer.build(self.model.trainable_variables)
        self.x, self.y = problem.train.x, self._targets()
        self.variables = name_variables("model", self.model.variables)
        self.variables |= name_variables("optimizer", self.model.optimizer.variables)
        self.draws = [v for v in self.model.variables if v.name == "seed_generator_state"]
        for name, array in state.items():
            if name not in FRESH:
                self.variables[name].assign(array)

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch."""
        epoch = self.iteration // self.problem.iterations_per_epoch + 1
        with self._as_the_study_has_it("a batch"):
            self._draw_from(framework_seed(self.seed, epoch))
            if self.recipe.schedule:
                rate = float(self.model.optimizer.learning_rate)
                self.model.optimizer.learning_rate = self.recipe.schedule(epoch - 1, rate)
            for rows in batches:
                self._update(self.x[rows], self.y[rows])
        self.iteration += len(batches)

    def predict(self, x: Array) -> Array:
        """Give the outputs (rows, outputs), of classes their probabilities."""
        with self._as_the_study_has_it("the model"):
            outputs = np.asarray(self.model.predict_on_batch(x))
        if self.problem.task == "regression" or not has_logits(self.model.loss):
            return outputs
        from scipy.special import expit, softmax

        return np.asarray(expit(outputs) if outputs.shape[1] == 1 else softmax(outputs, axis=1))

    def state(self) -> State:
        """Copy all that is needed to go on."""
        kept = {
            name: np.array(self.keras.ops.convert_to_numpy(v)) for name, v in self.variables.items()
        }
        return kept | {"seed": np.array(self.seed), "iteration": np.array(self.iteration)}

    def _update(self, x: Array, y: Array) -> None:
        """Do what `train_on_batch` does; in TensorFlow without its metrics, which take as long again."""
        if self.keras.backend.backend() != "tensorflow":
            self.model.train_on_batch(x, y)
            return
        self.model.make_train_function()
        self.model.train_function(iter([(x, y)]))

    @contextmanager
    def _as_the_study_has_it(self, what: str) -> Iterator[None]:
        """Use the study's precision and device for all that is made meanwhile."""
        self.keras.config.set_floatx(self.hp.dtype)
        self.keras.config.set_dtype_policy(self.hp.dtype)
        with self.keras.device(self.device), told(self.recipe.source, what):
            yield

    def _build(self) -> Model:
        shape = self.problem.train.x.shape[1], self.problem.train.y.shape[1]
        self.keras.utils.set_random_seed(self.seed)
        model = self.recipe.build(*shape, self.hp)
        if not isinstance(model, self.keras.Model):
            raise PluginError(
                f"{self.recipe.source}: build gives {type(model).__name__}; it must give a keras.Model."
            )
        outputs = self._first_outputs(model)
        if not model.compiled:
            task = self.problem.task
            logits = task != "regression" and not are_probabilities(outputs)
            loss = getattr(self.keras.losses, LOSSES[task])(
                **{"from_logits": True} if logits else {}
            )
            adam = self.keras.optimizers.Adam(self.hp.learning_rate_init)
            model.compile(optimizer=adam, loss=loss)
        return model

    def _first_outputs(self, model: Model) -> Array:
        """Give the outputs of some rows, checked; a model learns the shape of its input here."""
        rows = min(MANY, len(self.problem.train.x))
        wanted = (rows, self.problem.train.y.shape[1])
        outputs = model(self.problem.train.x[:rows], training=False)
        got = tuple(getattr(outputs, "shape", ()))
        if got != wanted:
            raise PluginError(
                f"{self.recipe.source}: build gives a model whose outputs for {rows} rows have the shape "
                f"{got}; it must be (rows, outputs), here {wanted}."
            )
        return np.asarray(self.keras.ops.convert_to_numpy(outputs))

    def _targets(self) -> Array:
        y = self.problem.train.y
        return y.argmax(axis=1) if is_sparse(self.model.loss) and y.shape[1] > 1 else y

    def _draw_from(self, seed: int) -> None:
        seed_python(seed)
        numbers = np.random.RandomState(seed).randint(2**31, size=len(self.draws))
        for variable, number in zip(self.draws, numbers, strict=True):
            variable.assign(np.array([number, 0], variable.dtype))


@cache
def framework() -> Any:
    """Import Keras, quietly, for as many threads as the study says."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow

        tensorflow.get_logger().setLevel(
            "ERROR"
        )  # each length of batch is traced, which it warns of
        with suppress(RuntimeError):  # someone in this process has used it, and chosen, already
            tensorflow.config.threading.set_intra_op_parallelism_threads(threads())
            tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    elif keras.backend.backend() == "torch":
        import torch

        torch.set_num_threads(threads())
    return keras


def find_device(source: str, name: str) -> str:
    """Give Keras's name of a device, or say that there is none."""
    kind = {"cpu": "cpu", "cuda": "gpu"}[name]
    listed = [str(one).lower() for one in framework().distribution.list_devices()]
    if kind == "gpu" and not any("gpu" in one or "cuda" in one for one in listed):
        raise PluginError(
            f"{source}: Keras finds no device {name!r}; use device: cpu, or install a backend of Keras "
            "that is built for the GPU of this machine."
        )
    return f"{kind}:0"


def name_variables(prefix: str, variables: list[Variable]) -> dict[str, Variable]:
    """Name variables by their places: Keras numbers its own names through a whole process."""
    return {f"{prefix}.{number}": one for number, one in enumerate(variables)}


def are_probabilities(outputs: Array) -> bool:
    """Tell whether untrained outputs (rows, outputs) are probabilities, which logits are by no chance."""
    summed = outputs.shape[1] == 1 or np.allclose(outputs.sum(axis=1), 1, atol=1e-4)
    return bool(summed and (outputs >= 0).all() and (outputs <= 1).all())


def has_logits(loss: Any) -> bool:
    """Tell whether a loss takes logits."""
    return bool(getattr(loss, "from_logits", False))


def is_sparse(loss: Any) -> bool:
    """Tell whether a loss takes the classes' numbers in place of one-hot targets."""
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or type(loss).__name__
    return "sparse" in str(name).lower()
