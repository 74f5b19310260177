"""One study file, read, checked and filled in: all that a run of the workflow depends on."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from os.path import exists, expanduser, isfile, realpath
from pathlib import Path
from typing import Any

from epochwise.errors import StudyError, problems_of, shorten, unknown
from epochwise.readable import why_no_file
from epochwise.study import schema, sweeps, yaml_files
from epochwise.study.consistency import CHECKS
from epochwise.study.run_files import RUN, RunFile, find_run_files, listed
from epochwise.study.sweeps import Point

Declared = Callable[[Sequence[str]], schema.Rules]
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
NAME = re.compile(schema.schema()["$defs"]["name"]["pattern"])


@dataclass(frozen=True)
class Study:
    """A study with every default filled in.

    Parameters
    ----------
    name : the file's name without `.yaml`; results are in ``results/<name>``.
    file : where it was read.
    resolved : the study as a mapping, complete.
    apart : the backends whose mathematics is their own, whose curves are nobody else's.
    unheard : the hyperparameters that none of the backends looks at.
    """

    name: str
    file: str
    resolved: Mapping[str, Any]
    apart: Sequence[str] = ()
    unheard: Sequence[str] = ()

    @property
    def trains(self) -> bool:
        """Whether networks are trained; if not, loss histories are read."""
        return True

    @property
    def datasets(self) -> dict[str, dict[str, Any]]:
        """Options of each dataset, by the name that the study gives it."""
        return dict(self.resolved["datasets"])

    @property
    def backends(self) -> list[str]:
        """Names of the backends; the first is the reference."""
        return list(self.resolved["backends"])

    @property
    def as_run(self) -> dict[str, Any]:
        """The study as a mapping, without defaults that mean nothing to its backends."""
        heard = {
            section: {k: v for k, v in self.resolved[section].items() if k not in self.unheard}
            for section in ("network", "training")
            if section in self.resolved
        }
        return {**self.resolved, **heard}

    @property
    def compared(self) -> list[str]:
        """Names of the backends whose curves are to be one, or of all if the study asks for that."""
        wish = self.resolved["figures"].get("backends_agree")
        every = isinstance(wish, Mapping) and wish.get("backends") == "all"
        return [name for name in self.backends if every or name not in self.apart]

    @property
    def seeds(self) -> list[int]:
        """The random states, in increasing order; where they are `auto`, the most there can be."""
        seeds = self.resolved["seeds"]
        if seeds == schema.AUTO:
            return list(range(self.rounds[-1]))
        return sorted(seeds) if isinstance(seeds, list) else list(range(seeds))

    def folds(self, dataset: str) -> range:
        """Give the numbers of the cuts of a dataset; where they are `auto`, the most there can be."""
        if self.datasets[dataset].get("partition"):
            return range(1)
        repeats = self.resolved["partitions"]["n_repeats"]
        return range((self.rounds[-1] if repeats == schema.AUTO else repeats) * self._per_repeat)

    @property
    def _per_repeat(self) -> int:
        cut = self.resolved["partitions"]
        return int(cut["n_splits"]) if cut["method"] == "k_fold" else 1

    @cached_property
    def rounds(self) -> list[int]:
        """How many seeds, or repeats of the cut, there are after each round; [] where none is `auto`.

        The first round has units enough to say how sure the answer is; each doubles the number.
        """
        answer, cut = self.resolved["answer"], self.resolved["partitions"]
        if schema.AUTO not in (self.resolved["seeds"], cut["n_repeats"]):
            return []
        each = self._per_repeat if cut["n_repeats"] == schema.AUTO else 1
        counts, most = [-(-schema.FEWEST_UNITS // each)], answer["max_units"] // each
        while counts[-1] < most:
            counts.append(min(2 * counts[-1], most))
        return counts

    def round_of(self, fold: int, seed: int) -> int:
        """Give the round, counted from 0, that a run belongs to."""
        place = seed if self.resolved["seeds"] == schema.AUTO else fold // self._per_repeat
        return bisect_right(self.rounds, place)

    def dataset_file(self, dataset: str) -> Path | None:
        """Give the file that a dataset is read from, if it is; relative to the study's file."""
        file = self.datasets[dataset].get("file")
        return Path(self.file).parent / expanduser(file) if file else None

    def missing_file(self, dataset: str) -> str:
        """Say that the file of a dataset is not there; "" where it is, or none is needed."""
        given, file = self.datasets[dataset].get("file", ""), self.dataset_file(dataset)
        where = f"{self.file}: datasets.{dataset}.file:"
        if URL.match(str(given)):
            url = shorten(repr(given))
            return f"{where} {url} is a URL; download it, and give the path of the file."
        if given and set(str(given)) & set("{}"):
            return f"{where} {shorten(repr(given))} has braces, which stand for wildcards of the workflow; rename it."
        if file is None or isfile(file):
            return ""
        if exists(file):
            return f"{where} {file}: {why_no_file(file)}."
        return (
            f"{where} there is no file {str(file)!r}; check the path, which is relative to the study "
            "file."
        )

    def points(self) -> dict[str, Point]:
        """List the points of the sweep by name; a study without a sweep has one, "default"."""
        return {point.name: point for point in sweeps.points(self.resolved)}


@dataclass(frozen=True)
class CurvesStudy(Study):
    """A study of loss histories that other tools have left; parameters are those of `Study`.

    What its runs are is known from the names of their files, as far as these tell.
    """

    @property
    def trains(self) -> bool:
        """Whether networks are trained: they are not."""
        return False

    @property
    def datasets(self) -> dict[str, dict[str, Any]]:
        """The names of the curves, which take the place of datasets."""
        return {name: {} for name in self.resolved["curves"]}

    @property
    def backends(self) -> list[str]:
        """None: nothing is trained."""
        return []

    @cached_property
    def run_files(self) -> dict[str, list[RunFile]]:
        """The files of each name.

        Raises
        ------
        StudyError
            A sentence for each name that finds none.
        """
        found: dict[str, list[RunFile]] = {}
        problems = [
            sentence
            for name in self.datasets
            for sentence in problems_of(lambda name=name: found.update({name: self._find(name)}))  # type: ignore[misc]
        ]
        if problems:
            raise StudyError(*problems)
        self._require_alike(found)
        return found

    def _require_alike(self, found: Mapping[str, Sequence[RunFile]]) -> None:
        columns = {name: sorted(set(files[0].labels) - set(RUN)) for name, files in found.items()}
        first, *others = columns
        for name in others:
            if columns[name] != columns[first]:
                told = [f"{each} names {listed(columns[each])}" for each in (first, name)]
                raise StudyError(
                    f"{self.file}: curves: {' and '.join(told)}; put the same names in the braces of all."
                )

    def _find(self, name: str) -> list[RunFile]:
        files = self.resolved["curves"][name]["files"]
        patterns = [files] if isinstance(files, str) else files
        return find_run_files(patterns, Path(self.file).parent, f"{self.file}: curves.{name}.files")

    @property
    def seeds(self) -> list[int]:
        """As many as there are files of a name at most; one file may have more."""
        return list(range(max(map(len, self.run_files.values()))))

    def folds(self, dataset: str) -> range:
        """Give one: how runs were cut is told by their files."""
        return range(1)

    @cached_property
    def rounds(self) -> list[int]:
        """None: nothing goes on."""
        return []

    def points(self) -> dict[str, Point]:
        """List the settings that the files' names tell apart."""
        every = [one.labels for files in self.run_files.values() for one in files]
        swept = [{k: v for k, v in labels.items() if k not in RUN} for labels in every]
        return {one.name: one for one in map(sweeps.named_point, swept)}


def load(path: Path, declared: Declared = lambda backends: {}) -> Study:
    """Read a study file.

    Parameters
    ----------
    declared : gives the rules of the hyperparameters that backends have of their own; it is asked
        only where a study has a key that the schema does not know.

    Raises
    ------
    StudyError
        The file, the key, the value and what is allowed, in a sentence for each mistake.
    """
    study, problems = examine(path, declared)
    if problems or study is None:
        raise StudyError(*problems)
    return study


def examine(path: Path, declared: Declared = lambda backends: {}) -> tuple[Study | None, list[str]]:
    """Read a study file and list all that is wrong with it; parameters are those of `load`.

    Returns
    -------
    study : of a file with mistakes, what is sound of its datasets and partitions; None if nothing is.
    problems : a sentence for each mistake.

    Raises
    ------
    StudyError
        A file that is no YAML.
    """
    where = str(path)
    raw = yaml_files.read(path)
    own = declared(_backends(raw)) if schema.not_ours(_asked(raw)) else {}
    if problems := schema.problems(raw, where, own):
        raw = _sound(raw)
    if raw is None:
        return None, problems
    if "curves" in raw:
        return _examine_curves(path, raw, problems)
    resolved = schema.fill_defaults(raw)
    _settle_own(resolved, {key: own[key] for key, _ in _asked(raw) if key in own})
    resolved = {"title": path.stem} | resolved
    resolved["datasets"] = _datasets(resolved["datasets"])
    study = Study(path.stem, where, resolved)
    if swept := problems_of(lambda: sweeps.check(resolved, where, own)):
        resolved["sweep"] = {}  # what is checked besides is told once
    others = [one for check in CHECKS for one in problems_of(partial(check, study))]
    return study, [*problems, *swept, *others]


def _examine_curves(
    path: Path, raw: Mapping[str, Any], problems: list[str]
) -> tuple[Study, list[str]]:
    resolved = schema.fill_curves(raw)
    study = CurvesStudy(path.stem, str(path), {"title": path.stem} | resolved)
    return study, [*problems, *problems_of(lambda: study.run_files)]


def restore(name: str, resolved: Mapping[str, Any]) -> Study:
    """Make a study of what it was resolved to, away from its file: in a job."""
    return (CurvesStudy if "curves" in resolved else Study)(name, "", resolved)


def _sound(raw: Any) -> dict[str, Any] | None:
    """Keep the datasets and partitions of a study if they are as the schema wants them."""
    if isinstance(raw, dict) and "curves" in raw:
        curves = {"curves": raw["curves"]}
        return None if schema.problems(curves, "") else curves
    if not isinstance(raw, dict) or schema.problems({"datasets": raw.get("datasets")}, ""):
        return None
    sound = {"datasets": raw["datasets"]}
    more = sound | {"partitions": raw.get("partitions", {})}
    return sound if schema.problems(more, "") else more


def _asked(raw: Any) -> list[tuple[str, Any]]:
    """List the hyperparameters that a study speaks of, with their values, whatever else is wrong."""
    parts = [raw.get(name) for name in ("training", "sweep")] if isinstance(raw, dict) else []
    points = parts[1].get("points") if len(parts) > 1 and isinstance(parts[1], dict) else None
    parts += list(points.values()) if isinstance(points, dict) else []
    pairs = [pair for part in parts if isinstance(part, dict) for pair in part.items()]
    return [(str(key), value) for key, value in pairs if key != "points"]


def _backends(raw: Mapping[str, Any]) -> list[str]:
    listed = raw.get("backends", schema.schema()["properties"]["backends"]["default"])
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def _settle_own(resolved: dict[str, Any], own: schema.Rules) -> None:
    """Give a backend's own hyperparameters their types and, where only a sweep has them, defaults."""
    for key, rule in own.items():
        training, sweep = resolved["training"], resolved["sweep"]
        training[key] = schema.typed(training.get(key, rule["default"]), rule)
        if isinstance(sweep.get(key), list):
            sweep[key] = [schema.typed(value, rule) for value in sweep[key]]
        for values in sweep.get("points", {}).values():
            values |= {key: schema.typed(values[key], rule)} if key in values else {}


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
    known = {path.stem: path for path in sorted(folder.glob("[!.]*.yaml"))}
    paths = [path for name in listed for path in _find_one(str(name).strip(), known)]
    check_distinct(paths)
    return list({realpath(path): path for path in paths}.values())


def _find_one(name: str, known: Mapping[str, Path]) -> list[Path]:
    if name == "all":
        return list(known.values())
    if name in known:
        return [known[name]]
    if "/" in name or name.endswith((".yaml", ".yml")):
        path = Path(expanduser(name))
        if not exists(path):
            raise StudyError(f"studies: there is no file {name!r}; check the path.")
        return [path]
    raise StudyError(f"studies: {unknown('study', name, known)} A path ends in .yaml.")


def check_distinct(paths: Sequence[Path]) -> None:
    """Refuse a file whose name cannot be a study's, and two studies of one name."""
    seen: dict[str, Path] = {}
    for path in paths:
        if not NAME.fullmatch(path.stem):
            raise StudyError(
                f"{shorten(str(path))}: a study's file needs a name of letters, digits, _ and -."
            )
        if realpath(seen.setdefault(path.stem, path)) != realpath(path):
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
        datasets[name] = {"source": source, **dict(sorted(options.items()))}
    return datasets
