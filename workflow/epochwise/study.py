"""One study file, read, checked and filled in: all that a run of the workflow depends on."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from epochwise import schema, yaml_files
from epochwise.errors import StudyError, unknown

LONGEST_NAME = 200  # characters of a point's name; file systems allow 255
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

    def dataset_file(self, dataset: str) -> Path | None:
        """Give the file that a dataset is read from, if it is; relative to the study's file."""
        file = self.datasets[dataset].get("file")
        return Path(self.file).parent / file if file else None

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
    raw = yaml_files.read(path)
    schema.check(raw, where)
    resolved = schema.fill_defaults(raw)
    resolved["title"] = resolved.get("title", path.stem)
    resolved["datasets"] = _datasets(resolved["datasets"])
    study = Study(path.stem, where, resolved)
    _check_points(resolved, where)
    _check_cut(study)
    _check_files(study)
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
    return list({path.resolve(): path for path in paths}.values())


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
        if seen.setdefault(path.stem, path).resolve() != path.resolve():
            raise StudyError(
                f"{path} and {seen[path.stem]}: two studies of one name; rename one of the files."
            )


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
    rules = schema.hyperparameters()
    choices = _sweep_values(resolved["sweep"])
    keys = dict.fromkeys(key for _, values in choices for key in values)
    points = []
    for name, values in choices:
        full = base | {key: schema.typed(value, rules[key]) for key, value in values.items()}
        swept = {key: cell(full[key]) for key in keys}
        columns = {"point": name, **swept} if name else swept
        points.append(Point(name or _join(swept), columns, full))
    return points


def cell(value: Any) -> Any:
    """Write a hyperparameter as one cell of a table: [64, 32] is "64x32", [64] is 64."""
    if not isinstance(value, list):
        return value
    return value[0] if len(value) == 1 else "x".join(map(str, value)) or "none"


def _join(swept: Mapping[str, Any]) -> str:
    """Name a point of a grid by its values; a name too long for a file ends in its digest."""
    name = ",".join(f"{key}={value}" for key, value in swept.items()) or "default"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _check_points(resolved: Mapping[str, Any], where: str) -> None:
    """Refuse a sweep over unknown keys, values that the schema forbids, and points that repeat."""
    if "points" in resolved["sweep"] and len(resolved["sweep"]) > 1:
        other = next(key for key in resolved["sweep"] if key != "points")
        raise StudyError(
            f"{where}: sweep: {other!r} stands beside points; give each point its {other}, or make "
            "a grid without points."
        )
    for name, values in _sweep_values(resolved["sweep"]):
        _check_values(values, f"{where}: sweep{f' {name!r}' if name else ''}")
    seen: dict[str, str] = {}
    for point in _points(resolved):
        _check_schedule(point, where)
        same = repr(sorted(point.values.items()))
        if same in seen:
            raise StudyError(
                f"{where}: sweep: {seen[same]!r} and {point.name!r} are the same point; remove one."
            )
        seen[same] = point.name


def _check_values(values: Mapping[str, Any], where: str) -> None:
    """Hold the values of one point against the schema."""
    properties = schema.schema()["properties"]
    parts = ("network", "training")
    sections = {key: part for part in parts for key in properties[part]["properties"]}
    changed: dict[str, Any] = {"datasets": ["any"], "network": {}, "training": {}}
    for key, value in values.items():
        if key not in sections:
            raise StudyError(f"{where}: {unknown('key', str(key), sections)}")
        changed[sections[key]][key] = value
    schema.check(changed, where)


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


def _check_files(study: Study) -> None:
    for name in study.datasets:
        file = study.dataset_file(name)
        if file and not file.is_file():
            raise StudyError(
                f"{study.file}: datasets.{name}.file: there is no file {str(file)!r}; check the path, "
                "which is relative to the study file."
            )
