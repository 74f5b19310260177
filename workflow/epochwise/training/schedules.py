"""Learning-rate schedules of `solver: sgd`, as scikit-learn defines them."""

import numpy as np

from epochwise.arrays import Array
from epochwise.training.contract import Hyperparameters, Problem, State

SMALLEST_RATE = 1e-6  # scikit-learn's adaptive schedule divides no further


def learning_rate(problem: Problem, state: State) -> Array:
    """Give the learning rate of the epoch that begins with `state`.

    Returns
    -------
    (seeds,) where the schedule is adaptive, else a number without an axis:
    `learning_rate_init`, or for invscaling that over (samples + 1) ** power_t,
    where `samples` counts the training rows met so far.
    """
    hp = problem.hyperparameters
    if hp.learning_rate == "adaptive":
        return state["learning_rate"]
    if hp.learning_rate == "invscaling":
        epochs = int(state["iteration"]) // problem.iterations_per_epoch
        samples = epochs * len(problem.train.x)
        return np.array(hp.learning_rate_init / (samples + 1) ** hp.power_t)
    return np.array(hp.learning_rate_init)


def step_sizes(problem: Problem, iteration: int, epochs: int) -> Array:
    """Give what each update of the coming epochs multiplies its direction by.

    For adam ``learning_rate_init * sqrt(1 - beta_2**t) / (1 - beta_1**t)`` (Kingma and Ba, 2015,
    end of section 2), for sgd the learning rate; for an adaptive one the first, since
    the later ones depend on the losses.

    Parameters
    ----------
    iteration : updates before.
    epochs : how many to look ahead.

    Returns
    -------
    (epochs, iterations per epoch) float64
    """
    hp, iterations = problem.hyperparameters, problem.iterations_per_epoch
    if hp.solver == "adam":
        t = np.arange(iteration + 1, iteration + epochs * iterations + 1)
        sizes = hp.learning_rate_init * np.sqrt(1 - hp.beta_2**t) / (1 - hp.beta_1**t)
        return np.reshape(sizes, (epochs, iterations))
    rates = np.full(epochs, hp.learning_rate_init)
    if hp.learning_rate == "invscaling":
        passed = iteration // iterations + np.arange(epochs)
        rates /= (passed * len(problem.train.x) + 1) ** hp.power_t
    return np.repeat(rates[:, np.newaxis], iterations, axis=1)


def adapt(state: State, loss: Array, hp: Hyperparameters) -> None:
    """Update an adaptive schedule in place, at the end of an epoch.

    The rate is divided by 5 each time the epoch's training loss (with penalty,
    averaged over the batches as they were met) has failed more than
    `n_iter_no_change` epochs running to fall `tol` below the best, down to 1e-6.
    Where `fit` would then stop, training goes on, as it does under `partial_fit`.

    Parameters
    ----------
    state : its ``learning_rate``, ``best_loss`` and
        ``epochs_without_improvement``, each (seeds,), are changed.
    loss : (seeds,) the epoch's training loss, of several targets their mean; the
        comparison is in its precision.
    """
    best = state["best_loss"].astype(loss.dtype)
    stale = loss > best - hp.tol
    waited = np.where(stale, state["epochs_without_improvement"] + 1, 0)
    divide = (waited > hp.n_iter_no_change) & (state["learning_rate"] > SMALLEST_RATE)
    state["best_loss"][...] = np.where(loss < best, loss, best)
    state["learning_rate"][divide] /= 5
    state["epochs_without_improvement"][...] = np.where(divide, 0, waited)
