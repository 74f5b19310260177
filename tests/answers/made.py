"""Loss tables made by hand, and the criteria as the shipped plugins register them."""

import numpy as np
import pandas as pd

from epochwise.answers.curves import Curves, configurations
from epochwise.answers.prechelt import GeneralisationLoss, ProgressQuotient, UpStrips
from epochwise.answers.stopping import MovingAverage, Patience

REGISTRY = {
    "GL": GeneralisationLoss,
    "PQ": ProgressQuotient,
    "UP": UpStrips,
    "patience": Patience,
    "moving_average": MovingAverage,
}


def loss_table(validation, train=None, test=None, *, fold=None, rows=100, iterations=10, **key):
    """Return a loss table; validation is (runs, epochs + 1), a run ends where the NaN begins."""
    validation = np.atleast_2d(np.asarray(validation, dtype=float))
    runs, epochs = validation.shape
    epoch = np.tile(np.arange(epochs), runs)
    table = {
        "dataset": "made",
        "fold": np.repeat(np.zeros(runs, int) if fold is None else fold, epochs),
    }
    table |= {"backend": "numpy"} | key
    table |= {"seed": np.repeat(np.arange(runs), epochs), "epoch": epoch}
    table |= {"iteration": epoch * iterations, "samples": epoch * rows}
    train = validation if train is None else np.broadcast_to(train, validation.shape)
    test = (
        np.full(validation.shape, np.nan)
        if test is None
        else np.broadcast_to(test, validation.shape)
    )
    named = {"train_loss": train, "validation_loss": validation, "test_loss": test}
    frame = pd.DataFrame(table | {name: losses.ravel() for name, losses in named.items()})
    ended = ~np.isfinite(validation[:, ::-1])
    kept = ~np.logical_and.accumulate(ended, axis=1)[:, ::-1]
    kept[:, 0] = True
    return frame[kept.ravel()].reset_index(drop=True)


def curves(validation, *args, **kwargs) -> Curves:
    """Return the curves of a table with one configuration, as long as the matrix."""
    width = np.atleast_2d(validation).shape[1]
    return configurations(loss_table(validation, *args, **kwargs), epochs=width - 1)[0]
