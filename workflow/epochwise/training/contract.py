"""What the host hands to a backend, and what a backend must do with it.

A backend advances a state by one epoch. The host does everything else: it draws
the initial weights and the batch orders, measures every loss, notices
divergence, saves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol, Self

from epochwise.arrays import Array
from epochwise.errors import PluginError, unknown

State = dict[str, Array]

Task = Literal["regression", "binary", "multiclass"]


@dataclass(frozen=True)
class Hyperparameters:
    """The network and its training, in scikit-learn's names and meanings.

    `batch_size` is a number of rows here ("auto" has been resolved). Defaults and what is
    allowed stand in the schema of the studies alone.
    """

    hidden_layer_sizes: tuple[int, ...]
    activation: str
    solver: str
    alpha: float
    batch_size: int
    learning_rate: str
    learning_rate_init: float
    power_t: float
    momentum: float
    nesterovs_momentum: bool
    beta_1: float
    beta_2: float
    epsilon: float
    tol: float
    n_iter_no_change: int
    dtype: str
    device: str
    own: tuple[tuple[str, Any], ...] = ()  # of the backend's own, which are attributes as well

    def __getattr__(self, name: str) -> Any:
        """Give a hyperparameter of the backend's own."""
        own = dict(object.__getattribute__(self, "own"))
        if name not in own:
            raise AttributeError(unknown("hyperparameter", name, [*own, *DEFINITION]))
        return own[name]

    @classmethod
    def of(cls, values: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> Self:
        """Take the values of a study, `batch_size` resolved, and those of the backend's own.

        Raises
        ------
        PluginError
            A name that is no hyperparameter, or one that is missing: nothing is dropped in silence.
        """
        known = [field.name for field in fields(cls) if field.name != "own"]
        if strange := [name for name in values if name not in known]:
            raise PluginError(unknown("hyperparameter", strange[0], known))
        if missing := [name for name in known if name not in values]:
            raise PluginError(f"the hyperparameter {missing[0]!r} is missing.")
        sizes = tuple(values["hidden_layer_sizes"])
        return cls(**{**values, "hidden_layer_sizes": sizes, "own": tuple((own or {}).items())})


# what a backend honours that follows the one definition of the mathematics: every hyperparameter,
# with every value that a study may give it
DEFINITION: dict[str, Any] = {"task": ...} | {
    field.name: ... for field in fields(Hyperparameters) if field.name != "own"
}


@dataclass(frozen=True)
class Partition:
    """The rows that serve one purpose, ready for a network.

    Parameters
    ----------
    x : (rows, features) standardised features, in the study's `dtype`.
    y : (rows, outputs) what the network is trained towards, in `dtype`:
        target values, 0/1 for two classes (one output), one-hot for more.
    target : (rows, outputs) float64, what the loss is measured against: as `y`,
        but regression targets in their own units.
    """

    x: Array
    y: Array
    target: Array


@dataclass(frozen=True)
class Problem:
    """One network to train: the data, the task and the hyperparameters; all arrays are read-only.

    Parameters
    ----------
    task : "regression", "binary" or "multiclass".
    partitions : "train" first, then "validation" and, where there is one, "test". Of these a
        backend without `run_epochs`, which measures nothing itself, gets `y` and `target` as NaN.
    hyperparameters : the network and its training.
    target_mean, target_scale : (outputs,) float64; a prediction in the target's
        own units is ``outputs * target_scale + target_mean``. None where the
        target was not standardised.
    target_names : of regression's targets, where they are known.
    """

    task: Task
    partitions: Mapping[str, Partition]
    hyperparameters: Hyperparameters
    target_mean: Array | None = None
    target_scale: Array | None = None
    target_names: Sequence[str] = ()

    @property
    def train(self) -> Partition:
        """The training rows."""
        return self.partitions["train"]

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units per layer, from the features to the outputs."""
        return (
            self.train.x.shape[1],
            *self.hyperparameters.hidden_layer_sizes,
            self.train.y.shape[1],
        )

    @property
    def iterations_per_epoch(self) -> int:
        """Updates in one pass over the training rows: ceil(rows / batch size)."""
        return -(-len(self.train.x) // self.hyperparameters.batch_size)


class Trainer(Protocol):
    """Trains one network per seed, all on the same data.

    A trainer may also offer ``run_epochs(orders)`` (see
    `epochwise.training.host.LongStretches`) where its framework is fast only in long
    stretches.
    """

    def __init__(self, problem: Problem, state: State) -> None:
        """Go on from `state`, whose arrays are read-only. A fresh start is a state like any other.

        Raises
        ------
        epochwise.errors.PluginError
            Where the trainer cannot do what the problem asks; the sentence
            names what it can.
        """

    def run_epoch(self, batches: list[Array]) -> None:
        """Update once per batch; each is row numbers of the training partition, (seeds, rows), read-only."""

    def predict(self, x: Array) -> Array:
        """Give the outputs for `x` (rows, features) as (seeds, rows, outputs), a NumPy array of `x`'s type.

        Values for regression, the probability of class 1 (one output) for two
        classes, a probability per class for more.
        """

    def state(self) -> State:
        """All that another process, or another backend, needs to go on from here.

        Copies, as plain arrays of numbers, truth values or text by their names: a file of arrays
        keeps them.
        """
