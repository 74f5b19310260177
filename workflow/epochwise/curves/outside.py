"""What was measured before a training began or after it ended, in logs that count on meanwhile."""

import numpy as np

from epochwise.arrays import Bools, Floats

UNTRAINED = -1.0  # where the first epoch is 0
NOTES = {
    "before": "what was measured before the first step is the untrained network's: epoch 0",
    "after": "what was measured after the training, in an epoch that was never trained, was left out",
}


def within_training(
    epochs: Floats, steps: Floats, training: Bools
) -> tuple[Floats, Bools, list[str]]:
    """Give each line the epoch that it is of, counted from 0, where a log also has what is no epoch.

    A tool that counts from 0 gives the same number to the untrained network, validated before
    the training, as to the first epoch; and the number of epochs to a test after the training.

    Parameters
    ----------
    epochs, steps : (rows,) as logged, both from 0.
    training : (rows,) whether a training loss was logged there.

    Returns
    -------
    epochs (rows,) with -1 for the untrained network; which rows are of the training or before it
    (rows,); notes.
    """
    if not len(epochs):
        return epochs, ~training, []
    first = epochs == 0
    before = first & (steps == 0) & ~training & (steps[first].max(initial=0) > 0)
    after = epochs > (epochs[training].max() if training.any() else _last_trained(epochs, steps))
    notes = [NOTES["before"]] * bool(before.any()) + [NOTES["after"]] * bool(after.any())
    return np.where(before, UNTRAINED, epochs), ~after, notes


def _last_trained(epochs: Floats, steps: Floats) -> float:
    """Tell from the steps whether the last epoch was trained: its first line would not be the next step."""
    last = epochs.max()
    earlier = steps[epochs < last]
    many = (
        steps[epochs == 0].max(initial=0)
    ) > 0  # steps in an epoch; with one nothing can be told
    idle = many and len(earlier) and steps[epochs == last].min() == earlier.max() + 1
    return float(last - 1 if idle else last)
