"""Which epochs a resample may choose; `test_best_epoch` has the intervals."""

import numpy as np

from epochwise.answers.bootstrap import possible_minima


def test_an_epoch_may_be_chosen_unless_the_best_one_is_lower_in_every_unit():
    nan, hardly = np.nan, 1 + 1e-9
    units = np.array(
        [  # the best; lower in a unit; higher in both, by much or hardly; equal in one; not known
            [1, 9, 3, hardly, 1, nan],
            [2, 1, 3, 2 * hardly, 5, 0],
        ]
    )
    assert possible_minima(units).tolist() == [0, 1, 4]
