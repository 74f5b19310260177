"""What a reader gives, and what is made of it: a history of one run or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from epochwise.arrays import Floats, Ints

LOSSES = ("train_loss", "validation_loss", "test_loss")
COMMON = ("first_epoch", "unit", "restarts")  # options of every reader
MEASURED = (*LOSSES, "iteration", "samples")  # what a run can have beside its epochs


@dataclass(frozen=True, eq=False)
class Logged:
    """What a reader found in a file, and how it took it.

    Parameters
    ----------
    table : a pyarrow table, a pandas data frame, a mapping from names to columns, or a list of
        mappings, one a row. Its columns are `epoch`, `train_loss`, `validation_loss`, and where
        known `test_loss`, `iteration`, `samples`, `run` (a name; one run where there is none)
        and `line` (where in the file the row stands, for messages). A loss that was not measured
        is NaN or None; one that was, and is not finite, is infinite.
    unit : what `epoch` counts: "epoch", "iteration" or "step".
    first_epoch : the number that the file gives to the first epoch trained, 0 or 1; None where
        it cannot be known, so that it is guessed from the numbers.
    taken : our columns, and what they are called in the file.
    notes : sentences about what the numbers are, and what was done with them.
    guesses : by option, what was taken for granted and the option could say otherwise.
    """

    table: Any
    unit: str = "epoch"
    first_epoch: int | None = None
    taken: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    guesses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Run:
    """The losses of one training.

    Parameters
    ----------
    name : what the file calls it; "" where it does not.
    epochs : (rows,), strictly increasing; whole numbers unless the file has fractions. Epoch 1 is
        one pass over the training rows, or the first unit; 0 is the untrained network.
    columns : some of `MEASURED`, each (rows,), float64. NaN is what was not measured; infinite is
        a loss that was measured and is not finite, NaN or infinite in the file.
    """

    name: str
    epochs: Ints | Floats
    columns: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class History:
    """All runs of a file, and what the file was taken for.

    Parameters
    ----------
    path : the file or folder.
    reader : the reader's name.
    runs : at least one, in the order of the file.
    unit, taken, notes : as in `Logged`.
    guesses : by option, a sentence: what was taken for granted, and that the option says otherwise.
    """

    path: Path
    reader: str
    runs: tuple[Run, ...]
    unit: str
    taken: Mapping[str, str]
    notes: tuple[str, ...]
    guesses: Mapping[str, str]
