"""What more units would tell, judged by those at hand: how narrow range and interval would be."""

from epochwise.answers import best_epoch
from epochwise.answers.case import Case, Rows
from epochwise.study.schema import FEWEST_UNITS
from epochwise.tables.minima import quiet

NUMBERS = (10, 30, 100)  # of units in all
MOST_TIMES = 6  # as many as there are: of more, a few curves tell too little


@quiet
def rows_of(case: Case) -> Rows:
    """Give a row for each of `NUMBERS` that is more, and not very much more, than there are.

    There are none where no safe range and no interval can be stated.

    Means and spread of the units at hand are taken for those of all there could be; then the tests
    of the safe range have the error and the degrees of freedom of so many units, and the
    bootstrap draws so many.
    """
    curves = case.curves
    if curves.lost:
        return []
    units = curves.units(curves.runs("validation_loss"))
    if len(units) < FEWEST_UNITS or case.shape is None or case.shape.improving:
        return []
    return [
        {
            "in_all": number,
            **best_epoch.interval(case, units, number),
            **best_epoch.safe(case, units, number),
        }
        for number in NUMBERS
        if len(units) < number <= MOST_TIMES * len(units)
    ]
