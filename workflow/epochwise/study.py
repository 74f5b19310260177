"""One study file, read, checked and filled in: all that a run of the workflow depends on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from epochwise import schema
from epochwise.errors import StudyError, unknown

SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")
NAME = re.compile(schema.schema()["$defs"]["name"]["pattern"])


@dataclass(frozen=True)
class Point:
    """One combination of the swept hyperparameters.

    Parameters
    ----------
    name : its place in the results' paths, such as ``batch_size=16,alpha=0.0``.
    swept : the swept keys with this point's values, as they stand in the loss table.
    values : every key of `network` and `training`.
    """

    name: str
    swept: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Study:
    """A study with every default filled in.

    Parameters
    ----------
    name : the file's name without `.yaml`; results are in ``results/<name>``.
    file : where it was read.
    resolved : the study as a mapping, complete.
    """

    name: str
    file: str
    resolved: Mapping[str, Any]

    @property
    def datasets(self) -> dict[str, dict[str, Any]]:
        """Options of each dataset, by the name that the study gives it."""
        return dict(self.resolved["datasets"])

    @property
    def backends(self) -> list[str]:
        """Names of the backends; the first is the reference."""
        return list(self.resolved["backends"])

    @property
    def seeds(self) -> list[int]:
        """The random states, in increasing order."""
        seeds = self.resolved["seeds"]
        return sorted(seeds) if isinstance(seeds, list) else list(range(seeds))

    def folds(self, dataset: str) -> range:
        """Give the numbers of the cuts of a dataset."""
        cut = self.resolved["partitions"]
        if "partition" in self.datasets[dataset]:
            return range(1)
        return range(cut["n_repeats"] * (cut["n_splits"] if cut["method"] == "k_fold" else 1))

    def points(self) -> dict[str, Point]:
        """List the points of the sweep by name; a study without a sweep has one, "default"."""
        return {point.name: point for point in _points(self.resolved)}


def load(path: Path) -> Study:
    """Read a study file.

    Raises
    ------
    StudyError
        The file, the key, the value and what is allowed, in one sentence.
    """
    where = str(path)
    raw = _read(path)
    schema.check(raw, where)
    resolved = schema.fill_defaults(raw)
    resolved["title"] = resolved.get("title", path.stem)
    resolved["datasets"] = _datasets(resolved["datasets"])
    study = Study(path.stem, where, resolved)
    _check_points(resolved, where)
    _check_cut(study)
    return study


def find(names: Any, folder: Path) -> list[Path]:
    """Give the files of the studies that a run is to make.

    Parameters
    ----------
    names : a name, a path, ``all``, a list of these, or several with commas between them.
    folder : where named studies lie.
    """
    listed = names.split(",") if isinstance(names, str) else names
    if not isinstance(listed, list) or not listed:
        raise StudyError(f"studies: {names!r} is not allowed; give names, paths, or all.")
    known = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    paths = [path for name in listed for path in _find_one(str(name).strip(), known)]
    _check_names(paths)
    return list(dict.fromkeys(paths))


def _find_one(name: str, known: Mapping[str, Path]) -> list[Path]:
    if name == "all":
        return list(known.values())
    if name in known:
        return [known[name]]
    if "/" in name or name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise StudyError(f"studies: there is no file {name!r}; check the path.")
        return [Path(name)]
    raise StudyError(f"studies: {unknown('study', name, known)} A path ends in .yaml.")


def _check_names(paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        if not NAME.fullmatch(path.stem):
            raise StudyError(f"{path}: a study's file needs a name of letters, digits, _ and -.")
        if seen.setdefault(path.stem, path) != path:
            raise StudyError(
                f"{path} and {seen[path.stem]}: two studies of one name; rename one of the files."
            )


def _read(path: Path) -> Any:
    try:
        return _numbers(yaml.safe_load(path.read_text(encoding="utf-8")))
    except UnicodeDecodeError:
        raise StudyError(f"{path}: is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror}).") from None
    except yaml.YAMLError as error:
        raise StudyError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None


def _numbers(value: Any) -> Any:
    """Read 1e-4 as a number, which YAML 1.1 takes for text unless it has a dot."""
    if isinstance(value, dict):
        return {key: _numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers(inner) for inner in value]
    if isinstance(value, str) and SCIENTIFIC.fullmatch(value):
        return float(value)
    return value


def _datasets(given: Any) -> dict[str, dict[str, Any]]:
    """Name the source of every dataset."""
    named = dict.fromkeys(given) if isinstance(given, list) else given
    datasets = {}
    for name, options in named.items():
        options = dict(options or {})
        source = options.pop("source", "file" if "file" in options else name)
        datasets[name] = {"source": source, **options}
    return datasets


def _sweep_values(sweep: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List the sweep's points as (name, values that differ); a grid's points are named later."""
    if "points" in sweep:
        return list(sweep["points"].items())
    return [("", dict(zip(sweep, one, strict=True))) for one in product(*sweep.values())]


def _points(resolved: Mapping[str, Any]) -> list[Point]:
    base = {**resolved["network"], **resolved["training"]}
    choices = _sweep_values(resolved["sweep"])
    keys = dict.fromkeys(key for _, values in choices for key in values)
    points = []
    for name, values in choices:
        full = {**base, **values}
        swept = {key: cell(full[key]) for key in keys}
        joined = ",".join(f"{key}={value}" for key, value in swept.items())
        columns = {"point": name, **swept} if name else swept
        points.append(Point(name or joined or "default", columns, full))
    return points


def cell(value: Any) -> Any:
    """Write a hyperparameter as one cell of a table: [64, 32] is "64x32"."""
    return "x".join(str(one) for one in value) if isinstance(value, list) else value


def _check_points(resolved: Mapping[str, Any], where: str) -> None:
    """Refuse a sweep over unknown keys, values that the schema forbids, and points that repeat."""
    sections = {key: part for part in ("network", "training") for key in resolved[part]}
    for name, values in _sweep_values(resolved["sweep"]):
        for key in values:
            if key not in sections:
                raise StudyError(f"{where}: sweep: {unknown('key', key, sections)}")
        changed: dict[str, Any] = {"datasets": ["any"], "network": {}, "training": {}}
        for key, value in values.items():
            changed[sections[key]][key] = value
        schema.check(changed, f"{where}: sweep{f' {name!r}' if name else ''}")
    seen: dict[str, str] = {}
    for point in _points(resolved):
        _check_schedule(point, where)
        same = repr(sorted(point.values.items()))
        if same in seen:
            raise StudyError(
                f"{where}: sweep: {seen[same]!r} and {point.name!r} are the same point; remove one."
            )
        seen[same] = point.name


def _check_schedule(point: Point, where: str) -> None:
    schedule, solver = point.values["learning_rate"], point.values["solver"]
    if schedule != "constant" and solver != "sgd":
        raise StudyError(
            f"{where}: training.learning_rate: {schedule!r} has no effect with solver {solver!r}; "
            "set solver: sgd, or learning_rate: constant."
        )


def _check_cut(study: Study) -> None:
    cut = study.resolved["partitions"]
    sizes = [cut["test_size"]]
    if cut["method"] == "hold_out":
        sizes.append(cut["validation_size"])
    if sum(size for size in sizes if size < 1) >= 1:
        raise StudyError(
            f"{study.file}: partitions: validation_size and test_size leave no training rows; "
            "their sum must be below 1."
        )
    for name, options in study.datasets.items():
        if "partition" in options and cut["method"] == "k_fold":
            raise StudyError(
                f"{study.file}: datasets.{name}.partition: the column cuts the rows already; remove "
                "it, or partitions.method: k_fold."
            )
