"""Whether the results follow from what was trained: made again from the files of `work/`, and compared."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from epochwise import parquet
from epochwise.answers import files
from epochwise.curves.gathering import gather
from epochwise.curves.readers import load_readers
from epochwise.data import datasets, standardise
from epochwise.errors import DataWarning, EpochwiseError
from epochwise.planning.curves_plan import CurvesPlan
from epochwise.planning.plan import Plan
from epochwise.records.environment import environment
from epochwise.study import yaml_files
from epochwise.study.study import restore
from epochwise.tables import agreement, loss_table, markup, timings
from epochwise.tables.catalogue import TYPESET
from epochwise.tables.results import Tables
from epochwise.training import states
from epochwise.verification.finding import Finding, some

CLOSE = 1e-9  # relative, where other versions of packages made a table
Make = Callable[[Path], Any]  # makes files in a folder


def check_results(
    plan: Plan, plugins: Path, versions: Mapping[str, list[str]]
) -> Iterator[Finding]:
    """Make every table of a study again, each from those before it, and the arrays from the data.

    Parameters
    ----------
    plan : the study, planned where its results lie.
    plugins : the folder of plugins.
    versions : of the packages that made the results; with others, tables need only be close.
    """
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / plan.folder.name
        folder.mkdir()
        for check, make in _steps(plan, plugins).items():
            yield compare(check, make, plan.folder, folder, versions)


def _steps(plan: Plan, plugins: Path) -> dict[str, Make]:
    losses = plan.folder / "losses.parquet"
    steps: dict[str, Make] = {"study file": partial(_study, plan)}
    if plan.study.trains:
        steps["arrays"] = partial(_arrays, plan)
        steps["times"] = partial(_times, plan)
    steps["loss table"] = partial(_losses, plan, plugins)
    steps["answers"] = partial(_answers, plan, plugins, losses)
    if len(plan.study.compared) > 1:
        steps["agreement"] = partial(_agreement, plan, losses)
    return steps | {"tables for texts": partial(_typeset, plan, losses)}


def compare(
    check: str, make: Make, folder: Path, scratch: Path, versions: Mapping[str, list[str]]
) -> Finding:
    """Make files again and compare them with those that are there.

    Parameters
    ----------
    check : what the finding is called.
    make : makes them in `scratch`.
    folder : where they are to be found.
    versions : see `check_results`.
    """
    before = set(scratch.rglob("*"))
    try:
        with warnings.catch_warnings():  # of the data, their run has told
            warnings.simplefilter("ignore", DataWarning)
            make(scratch)
    except (EpochwiseError, FileNotFoundError) as error:
        lacks = isinstance(error, FileNotFoundError) or isinstance(
            error.__context__, FileNotFoundError
        )
        return Finding(check, "not checked" if lacks else "fails", str(error))
    except Exception as error:  # what is damaged may break anything
        return Finding(check, "fails", f"cannot be made again ({type(error).__name__}: {error})")
    made = [file for file in sorted(scratch.rglob("*")) if file.is_file() and file not in before]
    names = [str(file.relative_to(scratch)) for file in made if not file.is_symlink()]
    wrong = [name for name in names if not _same(folder / name, scratch / name)]
    if not wrong:
        return Finding(check, "holds", f"byte for byte the same when made again: {some(names, 3)}")
    other = _other_version(versions)
    far = [name for name in wrong if not other or not _close(folder / name, scratch / name)]
    if far and not (other and all(map(_is_text, far))):
        return Finding(check, "fails", f"made again, these are others: {some(far)}")
    how = f"made with {other}, so bytes may differ, as do those of {some(wrong, 3)}"
    if far:
        return Finding(check, "not checked", how)
    return Finding(check, "holds", f"no value moves by more than {CLOSE:g} of itself; {how}")


def _same(there: Path, again: Path) -> bool:
    return there.is_file() and there.read_bytes() == again.read_bytes()


def _is_text(name: str) -> bool:
    return Path(name).suffix not in READERS


def _other_version(versions: Mapping[str, list[str]]) -> str:
    """Name a package of which another version is here than made the results; "" where none is."""
    here = environment()
    now = {**here["packages"], "python": here["python"]}
    differing = [name for name in now.keys() & versions.keys() if versions[name] != [now[name]]]
    for name in sorted(differing):
        return f"{name} {' and '.join(versions[name])}, here {now[name]}"
    return ""


def _close(there: Path, again: Path) -> bool:
    """Tell whether two tables hold the same, numbers nearly so."""
    from pandas.testing import assert_frame_equal

    if _is_text(again.name) or not there.is_file():
        return False
    try:
        one, other = READERS[again.suffix](there), READERS[again.suffix](again)
        assert_frame_equal(one, other, check_dtype=False, rtol=CLOSE, atol=0.0)
    except Exception:  # another table, or none
        return False
    return True


def _csv(path: Path) -> Any:
    import pandas as pd

    return pd.read_csv(path)


READERS: Mapping[str, Callable[[Path], Any]] = {
    ".csv": _csv,
    ".parquet": lambda path: parquet.read(path).to_pandas(),
}


def _study(plan: Plan, to: Path) -> None:
    (to / "study.yaml").write_text(yaml_files.dump(plan.study.as_run), encoding="utf-8")


def _arrays(plan: Plan, to: Path) -> None:
    for dataset in plan.study.datasets:
        own = plan.work / dataset
        table = parquet.read(own / "raw.parquet")
        facts = datasets.read_facts(own / "raw.json")
        for fold in plan.study.folds(dataset):
            name = Path("work", dataset, f"fold-{fold}")
            if not (plan.folder / name).is_dir():  # a round that was not needed
                continue
            parts = standardise.cut_rows(table, facts, plan.partitions(), fold)
            scaled = plan.study.resolved["standardise"]
            arrays, scaler = standardise.standardise(table, facts, parts, scaled)
            (to / name).mkdir(parents=True)
            states.save(to / name / "arrays.npz", arrays)
            scaler.save(to / name / "scaler.json")


def _times(plan: Plan, to: Path) -> None:
    last = plan.reached()
    segments = plan.segment_files("timings.json", last)
    timings.collect(segments, plan.segment_labels(last), str(to / "timings.csv"))


def _losses(plan: Plan, plugins: Path, to: Path) -> None:
    csv = to / "losses.csv" if plan.has_csv else None
    if isinstance(plan, CurvesPlan):
        table = gather(plan.curves(), load_readers(plugins))
        loss_table.save(table, to / "losses.parquet", csv)
        return
    last = plan.reached()
    parts = loss_table.parts(plan.segment_files("parquet", last), plan.segment_labels(last))
    epochs = plan.study.resolved["training"]["epochs"]
    loss_table.save(loss_table.Joined(parts, epochs), to / "losses.parquet", csv)


def _answers(plan: Plan, plugins: Path, losses: Path, to: Path) -> None:
    facts = [datasets.read_facts(path) for path in plan.facts_files()]
    files.make(losses, facts, plan.answer_settings(), plan.registered["stopping"], to)


def _agreement(plan: Plan, losses: Path, to: Path) -> None:
    compared = plan.study.compared
    summary, by_epoch = to / "agreement.csv", to / "agreement_by_epoch.csv"
    agreement.write(losses, compared[0], summary, by_epoch, compared)


def _typeset(plan: Plan, losses: Path, to: Path) -> None:
    for name in (losses.name, *(f"{table}.csv" for table in TYPESET)):
        if not (to / name).exists():  # what could not be made again is taken as it is
            (to / name).symlink_to((plan.folder / name).resolve())
    markup.write_all(Tables(to, restore(plan.study.name, plan.drawn_study())))
