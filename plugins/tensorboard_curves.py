"""Event files of TensorBoard, whoever wrote them: Keras, Lightning, Hugging Face, PyTorch's SummaryWriter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import (
    CurvesError,
    Floats,
    Logged,
    hidden,
    hookimpl,
    infinite_where_not_finite,
    join_series,
    several,
    stack_runs,
    take_losses,
    within_training,
    words_of,
)

EVENTS = "events.out.tfevents"
SETS = (
    "train",
    "training",
    "validation",
    "valid",
    "val",
    "eval",
    "test",
)  # Keras: a folder for each
AVERAGED = "training losses are averages over the steps since the last that was logged"
Series = tuple[Floats, Floats]  # steps and values: both (values,)


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("tensorboard", read, recognises=recognises, requires=("tensorboard",))


def recognises(path: Path, head: bytes) -> float:
    """Tell a file by its name and a folder by such files in it."""
    if path.is_dir():
        return 0.6 if next(event_files(path), None) else 0.0
    return 0.9 if EVENTS in path.name else 0.0


def event_files(folder: Path) -> Iterator[Path]:
    """Find the event files in a folder; a folder with a pipe of such a name is none of TensorBoard's."""
    found = list(folder.rglob(f"*{EVENTS}*"))
    pipes = {one.parent for one in found if not (one.is_file() or one.is_dir())}
    yield from (one for one in found if one.is_file() and one.parent not in pipes)


def read(path: Path, **columns: Any) -> Logged:
    """Read a file, or all event files in a folder: those of a folder each are one run.

    The options are those of the reader `table`, the names those of the tags; where a run has a
    folder for each set, with the set in front: `validation/epoch_loss`.
    """
    tags = tagged(path)
    runs = {name: one for name, one in tags.items() if has_losses(one, columns)}
    if not runs:
        known = dict.fromkeys(tag for one in tags.values() for tag in one)
        raise CurvesError(
            f"{path}: no tag is a loss by its name; say which is: validation_loss: TAG, train_loss: TAG. The tags "
            f"are: {several(known)}."
        )
    counted = {name: count(series) for name, series in runs.items()}
    units = {name: one.unit for name, one in counted.items()}
    if len(set(units.values())) > 1:
        raise CurvesError(
            f"{path}: its runs count different things ({', '.join(f'{n}: {u}' for n, u in units.items())}); give "
            "the folder of one run, or of runs that are alike."
        )
    table = stack_runs(path, {name: one.rows for name, one in counted.items()})
    last = list(counted.values())[-1]
    notes = dict.fromkeys(note for one in counted.values() for note in one.notes)
    asked = {"epoch": "epoch", "run": "run" if len(runs) > 1 else None} | columns
    found = take_losses(table, asked, last.unit, last.first_epoch, notes)
    del found.table["line"]
    return replace(found, guesses={**found.guesses, **last.guesses})


def tagged(path: Path) -> dict[str, dict[str, Series]]:
    """Give the series of each run by their tags."""
    root = path if path.is_dir() else path.parent
    sources = sorted({file.parent for file in event_files(path)}) if path.is_dir() else [path]
    runs: dict[str, dict[str, Series]] = {}
    for source in sources:
        folder = source if source.is_dir() else source.parent
        is_set = folder.name.lower() in SETS
        home = folder.parent if is_set else folder
        run = home.relative_to(root).as_posix() if home.is_relative_to(root) else ""
        prefix = f"{folder.name}/" if is_set else ""
        series = runs.setdefault(run, {})
        series |= {f"{prefix}{tag}": one for tag, one in scalars(source).items()}
    return runs


def scalars(source: Path) -> dict[str, Series]:
    """Give the scalars of a file or folder, all their values: the defaults would thin them out."""
    with hidden("tensorflow"):  # which tensorboard imports wherever it finds it, for seconds
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        from tensorboard.util.tensor_util import make_ndarray

        events = EventAccumulator(str(source), {"scalars": 0, "tensors": 0})
        events.Reload()
        found = {
            tag: [(e.step, e.value) for e in events.Scalars(tag)]
            for tag in events.Tags()["scalars"]
        }
        for tag in events.Tags()["tensors"]:  # Keras's scalars are tensors
            if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
                values = [(e.step, make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)]
                found[tag] = [(step, float(value)) for step, value in values]
    return {tag: as_series(pairs) for tag, pairs in found.items()}


def as_series(pairs: list[tuple[int, float]]) -> Series:
    """Give steps and values; a loss that was measured as NaN is infinite."""
    steps, values = np.array(pairs, np.float64).T
    return steps, infinite_where_not_finite(values, np.ones(len(values), np.bool_))


def has_losses(series: dict[str, Series], asked: dict[str, Any]) -> bool:
    """Tell whether a run has a tag that is asked for, or that says that it is a loss."""
    said = {str(name) for one in asked.values() if one for name in np.atleast_1d(one)}
    return any(tag in said or "loss" in words_of(tag) for tag in series)


@dataclass(frozen=True)
class Counted:
    """A run on its grid, and what its epochs count: see `epochwise.api.Logged`."""

    rows: dict[str, Floats]
    unit: str
    first_epoch: int | None
    notes: tuple[str, ...] = ()
    guesses: dict[str, str] = field(default_factory=dict)


def count(series: dict[str, Series]) -> Counted:
    """Find what the steps of a run are: epochs, or steps that another tag turns into epochs."""
    losses = {tag: one for tag, one in series.items() if tag not in ("epoch", "train/epoch")}
    if "epoch" in series:  # Lightning's: counted from 0
        return in_epochs(losses, *series["epoch"])
    if "train/epoch" in series:  # Hugging Face's: fractions of an epoch that is done
        steps, epochs = series["train/epoch"]
        by_step = dict(zip(steps, epochs, strict=True))
        known = {tag: (of_steps(by_step, one[0]), one[1]) for tag, one in losses.items()}
        return Counted(join_series(known), "epoch", 1, (AVERAGED,))
    if any("epoch" in tag.lower() and "loss" in words_of(tag) for tag in losses):  # Keras's
        return Counted(join_series({t: s for t, s in losses.items() if "epoch" in t}), "epoch", 0)
    return Counted(join_series(losses), "step", None)


def is_training(tag: str) -> bool:
    """Tell whether a tag is logged by the training."""
    return words_of(tag) == ["loss"] or bool({"train", "training"} & set(words_of(tag)))


def of_steps(by_step: dict[float, float], steps: Floats) -> Floats:
    """Turn steps into epochs, by what was logged at the same step or last before it."""
    known = np.array(sorted(by_step))
    places = np.searchsorted(known, steps, side="right") - 1
    return np.array([by_step[known[max(place, 0)]] for place in places])


def in_epochs(losses: dict[str, Series], steps: Floats, epochs: Floats) -> Counted:
    """Give each value the epoch that was logged with it; of an epoch, the last value stays."""
    by_step = dict(zip(steps, epochs, strict=True))
    tags = np.repeat(list(losses), [len(one[0]) for one in losses.values()])
    at, values = np.concatenate([np.array(one) for one in losses.values()], axis=1)
    training = np.array([is_training(tag) for tag in tags])
    moved, within, notes = within_training(of_steps(by_step, at), at, training)
    series = {tag: (tags == tag) & within for tag in losses}
    rows = join_series({tag: (moved[one], values[one]) for tag, one in series.items()})
    if epochs.min() == 0:
        return Counted(rows, "epoch", 0, tuple(notes))
    guess = f"the tag 'epoch' begins at {epochs.min():g} and was taken as it is"
    return Counted(rows, "epoch", 1, tuple(notes), {"first_epoch": guess})
