"""How far the loss curves of several backends lie apart: pure functions of the loss table.

Relative differences are |loss - reference| / |reference|, over the loss columns
(accuracies jump, so they are not compared).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from epochwise.arrays import Array, Floats
from epochwise.tables.curves import Curves
from epochwise.tables.minima import first_minimum, quiet
from epochwise.tables.reading import LossTable

if TYPE_CHECKING:
    import pandas as pd

LEVELS = {"first_epoch_above_1e-12": 1e-12, "first_epoch_above_1e-9": 1e-9}
SHOWN = (
    "reference",
    "identical",
    "max_difference",
    "epoch",
    *LEVELS,
    "runs",
    "same_best_epochs",
    "max_best_epoch_difference",
)


def by_place(curves: Sequence[Curves]) -> list[list[Curves]]:
    """Group the backends of each dataset and point, in the order of the table."""
    groups: dict[str, list[Curves]] = {}
    for one in curves:
        place = {key: value for key, value in one.key.items() if key != "backend"}
        groups.setdefault(repr(place), []).append(one)
    return list(groups.values())


def pairs(
    curves: Sequence[Curves], reference: str, backends: Sequence[str] = ()
) -> list[tuple[Curves, Curves]]:
    """List every other backend's curves, each with the reference's of its dataset and point.

    They are sorted by dataset, point and backend. Of `backends` alone, if any are named.
    """
    found = []
    for group in by_place(curves):
        named = {one.backend: one for one in group if not backends or one.backend in backends}
        if expected := named.pop(reference, None):
            found += [(one, expected) for one in named.values()]
    return sorted(found, key=lambda pair: _order(pair[0]))


def _order(curves: Curves) -> list[Any]:
    """Order by dataset, point and backend; numbers as numbers, and what is missing last."""
    values = [v for k, v in curves.key.items() if k not in ("dataset", "backend")]
    return [curves.dataset, *((v is None, isinstance(v, str), v) for v in values), curves.backend]


def apart(got: Curves, expected: Curves) -> Floats:
    """Give the largest relative difference at each epoch, over runs and losses, (epochs + 1,).

    It is infinite in an epoch that one of two runs reached and the other, having diverged,
    did not, and NaN where none of them got.
    """
    beside = [_side_by_side(got, expected, column) for column in expected.losses]
    differences = [relative_difference(*pair).max(axis=0) for pair in beside]
    known = np.any([np.isfinite(one).any(axis=0) for pair in beside for one in pair], axis=0)
    return np.where(known, np.max(differences, axis=0), np.nan)


@quiet
def relative_difference(got: Array, wanted: Array) -> Array:
    """Give |got - wanted| / |wanted|, elementwise; 0 where equal, infinity where one is missing."""
    difference = np.abs(got - wanted) / np.abs(wanted)
    missing = np.isnan(got) != np.isnan(wanted)
    same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    return np.where(same, 0.0, np.where(missing, np.inf, difference))


def _side_by_side(got: Curves, expected: Curves, column: str) -> tuple[Floats, Floats]:
    """Give two matrices of one column, a row a run that either has, equally wide."""
    runs = list(dict.fromkeys([*_runs(expected), *_runs(got)]))
    width = max(one.validation.shape[1] for one in (got, expected))
    matrices = []
    for one in (got, expected):
        place = {run: row for row, run in enumerate(_runs(one))}
        matrix = np.full((len(runs), width), np.nan)
        own = one.losses.get(column)
        for row, run in enumerate(runs):
            if own is not None and run in place:
                matrix[row, : own.shape[1]] = own[place[run]]
        matrices.append(matrix)
    return matrices[0], matrices[1]


def _runs(curves: Curves) -> list[tuple[int, int]]:
    return list(zip(curves.fold.tolist(), curves.seed.tolist(), strict=True))


def by_epoch(
    losses: LossTable, reference: str, backends: Sequence[str] = ()
) -> Iterator["pd.DataFrame"]:
    """Give `agreement_by_epoch.csv` in pieces: a row per dataset, point, other backend and epoch."""
    import pandas as pd

    keys = _keys(losses)
    yield pd.DataFrame(columns=[*keys, "epoch", "difference"])
    for got, expected in pairs(losses.curves(), reference, backends):
        names = {name: got.key[name] for name in keys}
        yield pd.DataFrame(names | _every_epoch(apart(got, expected)))


def _keys(losses: LossTable) -> list[str]:
    return ["dataset", *losses.swept, "backend"]


def _every_epoch(difference: Floats) -> dict[str, Array]:
    epoch = np.flatnonzero(~np.isnan(difference))
    return {"epoch": epoch, "difference": difference[epoch]}


def summary(losses: LossTable, reference: str, backends: Sequence[str] = ()) -> "pd.DataFrame":
    """Give `agreement.csv`: a row per dataset, point and other backend.

    Returns
    -------
    Columns: dataset, the point, ``backend``, ``reference``, ``identical`` (to the
    last bit), ``max_difference`` and the ``epoch`` where it occurs,
    ``first_epoch_above_…`` (empty where the curves never lie so far apart), ``runs``,
    ``same_best_epochs``: the runs whose lowest validation loss falls on the same epoch, and
    ``max_best_epoch_difference``: by how many epochs it is apart, in the run where it is most.
    """
    import pandas as pd

    keys = _keys(losses)
    rows = [
        {name: got.key[name] for name in keys} | {"reference": reference} | compare(got, expected)
        for got, expected in pairs(losses.curves(), reference, backends)
    ]
    table = pd.DataFrame(rows, columns=[*keys, *SHOWN])
    return table.astype(dict.fromkeys(LEVELS, "Int64"))


def compare(got: Curves, expected: Curves) -> dict[str, Any]:
    """Compare one backend's curves with the reference's; see `summary`."""
    difference = apart(got, expected)
    known = np.where(np.isnan(difference), -1.0, difference)
    most = float(known.max())
    above = {name: np.flatnonzero(known > level) for name, level in LEVELS.items()}
    return {
        "identical": most == 0,
        "max_difference": most,
        "epoch": int(known.argmax()),
        **{name: int(epochs[0]) if len(epochs) else None for name, epochs in above.items()},
        **_best_epochs(got, expected),
    }


def _best_epochs(got: Curves, expected: Curves) -> dict[str, int]:
    """Count the runs that both have; say how far their best epochs lie apart."""
    best, wanted = (first_minimum(m) for m in _side_by_side(got, expected, "validation_loss"))
    both = (best >= 0) & (wanted >= 0)
    difference = np.abs(best - wanted)[both]
    return {
        "runs": int(both.sum()),
        "same_best_epochs": int((difference == 0).sum()),
        "max_best_epoch_difference": int(difference.max(initial=0)),
    }


def write(
    losses: str | Path,
    reference: str,
    out: str | Path,
    each_epoch: str | Path,
    backends: Sequence[str] = (),
) -> None:
    """Read a loss table (Parquet); write `agreement.csv` and, per epoch, `agreement_by_epoch.csv`.

    Parameters
    ----------
    backends : those to compare; by default all.
    """
    table = LossTable(losses)
    summary(table, reference, backends).to_csv(out, index=False)
    with open(each_epoch, "w", encoding="utf-8", newline="") as file:
        for number, rows in enumerate(by_epoch(table, reference, backends)):
            rows.to_csv(file, index=False, header=number == 0, lineterminator="\n")
