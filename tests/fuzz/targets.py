"""What is fuzzed: everything that reads a file which somebody else may have written, edited or broken."""

import io
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from curves.files import READERS
from curves.test_json_files import ENTRIES, state
from curves.test_robustness import CASES, database, holds_together
from epochwise import parquet
from epochwise.__main__ import _made, in_words
from epochwise.answers.of_files import answer_files
from epochwise.curves import readers
from epochwise.curves.gathering import gather
from epochwise.data import datasets, standardise
from epochwise.data.frames import read_frame
from epochwise.errors import EpochwiseError
from epochwise.page import parts
from epochwise.planning import refusals, validation
from epochwise.planning.plan import is_enough
from epochwise.planning.starting_study import start
from epochwise.study import study as studies
from epochwise.tables import loss_table, timings
from epochwise.tables.reading import LossTable
from epochwise.training import states
from fuzz import mutating
from fuzz.guards import WrongError
from fuzz.mutating import Mutate
from helpers import PLUGINS, ROOT

CHEAP = 500  # training jobs of a study that is planned in full


@dataclass(frozen=True)
class Target:
    """One way into the library.

    Parameters
    ----------
    run : takes a folder that is empty but for earlier inputs, and the input.
    seeds : inputs to begin with.
    mutate : changes an input by what it is.
    """

    run: Callable[[Path, bytes], None]
    seeds: list[bytes]
    mutate: Mutate


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# ---- studies ----

RICH = """
title: T
datasets: {houses: {file: data.csv, target: y, drop: [c], missing: drop_rows, dates: {d: "%Y-%m-%d"}}}
partitions: {method: k_fold, n_splits: 3, n_repeats: 2, random_state: 1, stratify: auto}
standardise: {features: true, target: false}
network: {hidden_layer_sizes: [8, 4], activation: tanh}
training: {epochs: 20, solver: sgd, batch_size: 8, learning_rate_init: 0.1, momentum: 0.5}
backends: [numpy, sklearn]
seeds: 3
sweep: {alpha: [0, 0.1], batch_size: [4, auto, full]}
jobs: {seeds_per_job: 2, epochs_per_job: 10}
answer: {interval: 0.9, resamples: 100}
stopping: [{criterion: GL, alpha: 5}, {criterion: patience, patience: 20}]
figures: {loss_curves: {yscale: linear}, sweep: false}
"""
CURVES = """
curves:
  a: {files: "runs/lr={lr}/seed-{seed}.csv", reader: table, label: l, rows: {train: 8, all: 10}, best: lowest}
  b: {files: ["runs/lr={lr}/*.csv"], validation_loss: val_loss, train_loss: false, first_epoch: 1}
"""
ALIASES = "datasets: {a: &a {source: moons, rows: 20}, b: *a, c: {<<: *a, rows: 30}}\nseeds: auto\n"
POINTS = (
    "datasets: {g: {source: make_classification, rows: 60, classes: 3}}\n"
    "sweep: {points: {s: {hidden_layer_sizes: [2]}, l: {hidden_layer_sizes: [9], epochs: 5}}}\n"
)
TABLE = "a,b,c,d,y\n" + "".join(
    f"{i / 7:.3f},{'red' if i % 3 else 'blue'},{i},2020-01-{i % 28 + 1:02},{i * i / 9:.4f}\n"
    for i in range(40)
)


def check_study(folder: Path, data: bytes) -> None:
    """What `validate` finds nothing wrong with can be planned; what a run refuses, it has told."""
    path = put(folder, "mine.yaml", data)
    if not (folder / "data.csv").exists():
        put(folder, "data.csv", TABLE.encode())
        for rate in ("0.1", "0.2"):
            for seed in range(2):
                text = f"epoch,train_loss,val_loss\n1,2,{rate}\n2,1,{seed}\n".encode()
                put(folder, f"runs/lr={rate}/seed-{seed}.csv", text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = validation.validate([str(path)], folder, PLUGINS)
    try:
        plans = refusals.read_plans([str(path)], folder, PLUGINS, folder / "results")
        refusals.check_backends(plans.values(), PLUGINS)
    except EpochwiseError as error:
        if not found.problems:
            raise WrongError(f"validate says nothing of: {error}") from None
        raise
    for plan in plans.values():
        if plan.study.trains and plan.most_jobs <= CHEAP:
            plan.segment_files("parquet"), plan.segment_labels(), plan.results()
        str(plan.study.as_run), plan.answer_settings()
    if found.problems:
        raise EpochwiseError(*found.problems)


# ---- data of a user ----

WAYS = [(s, d, t) for s in (None, ";", "\t", " ") for d in (".", ",") for t in (None, ["a", "y"])]
TABLES = [
    TABLE,
    TABLE.replace(",", ";").replace(".", ","),
    "id\tprice\tsold\n"
    + "".join(f"{i}\t€ 1.{i:03},50\t{i % 12 + 1}/{i % 28 + 1}/2020\n" for i in range(20)),
    "a,part,y\n"
    + "".join(
        f"{i},{w},{'yes' if i % 2 else 'no'}\n"
        for i, w in enumerate(["train", "validation", "test"] * 9)
    ),
    'a,"b, c",y\n' + "".join(f'"1,{i:03}","t ""{i % 3}""",NA\n{i},,-{i}\n' for i in range(9)),
]


def check_text(folder: Path, data: bytes) -> None:
    way, content = data[:1] or b"\0", data[1:]
    separator, decimal, texts = WAYS[way[0] % len(WAYS)]
    path = put(folder, "table.tsv" if separator == "\t" else "table.csv", content)
    if way[0] < 128:
        read_frame(path, separator, decimal, None, texts or ())
    else:
        check_start(folder, path)


def check_start(folder: Path, path: Path) -> None:
    """What `init` writes is a study, with problems only where it said so."""
    out = folder / "begun.yaml"
    out.unlink(missing_ok=True)
    started = start(str(path), (), out, PLUGINS)
    for line in started.said:
        if not line.isprintable():
            raise WrongError(f"init prints {line!r}")
    study = studies.load(out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = validation.validate([str(out)], folder, PLUGINS)
    told = any("cannot be trained on yet" in line for line in started.said)
    if found.problems and not told:
        raise WrongError(f"init says nothing of: {found.problems[0]}")
    if study.name != "begun":
        raise WrongError("another name")
    if found.problems:
        raise EpochwiseError(*found.problems)


SHEET = "xl/worksheets/sheet1.xml"


@cache
def book() -> dict[str, bytes]:
    """Give the members of an Excel file."""
    from zipfile import ZipFile

    made = io.BytesIO()
    pd.read_csv(io.StringIO(TABLE)).to_excel(made, index=False)
    with ZipFile(made) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def check_excel(folder: Path, data: bytes) -> None:
    """An input is a whole file, or one member of it: its name, a line break, its content."""
    from zipfile import ZipFile

    if not data.startswith(b"PK"):
        name, _, content = data.partition(b"\n")
        made = io.BytesIO()
        with ZipFile(made, "w") as packed:
            for member, usual in book().items():
                packed.writestr(member, content if member.encode() == name else usual)
        data = made.getvalue()
    path = put(folder, "table.xlsx", data)
    read_frame(path)
    check_start(folder, path)


def packed_book() -> bytes:
    made = io.BytesIO()
    pd.read_csv(io.StringIO(TABLE)).head(5).to_excel(made, index=False)
    return made.getvalue()


KINDS = [
    *(pa.int8(), pa.uint64(), pa.int64(), pa.float32(), pa.float64(), pa.bool_(), pa.string()),
    *(pa.large_string(), pa.binary(), pa.date32(), pa.timestamp("ns"), pa.timestamp("s", "UTC")),
    *(pa.time64("us"), pa.duration("s"), pa.decimal128(20, 3), pa.list_(pa.int64()), pa.null()),
    *(
        pa.struct([("a", pa.int64())]),
        pa.map_(pa.string(), pa.int64()),
        pa.dictionary(pa.int8(), pa.string()),
    ),
]
VALUES: list[Any] = [
    0,
    1,
    -1,
    2**53 + 1,
    2**63 - 1,
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    None,
    True,
]
VALUES += ["a", "", "1,5", "x\n", "2020-01-01", b"\xff", [1], {"a": 1}, pd.Timestamp("2020-01-01")]


def made_table(data: bytes) -> bytes:
    """Make a Parquet file of columns whose types and values the input chooses."""
    columns: dict[str, pa.Array] = {}
    rows = 4 + data[0] % 20 if data else 4
    for number in range(1, 1 + min(5, len(data) // 8)):
        kind, *chosen = data[number * 8 : number * 8 + 8] or [0]
        values = (
            [VALUES[chosen[i % len(chosen)] % len(VALUES)] for i in range(rows)]
            if chosen
            else [None] * rows
        )
        columns[f"c{number}"] = _column(values, KINDS[kind % len(KINDS)])
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made)
    return made.getvalue()


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    cells = []
    for one in values:
        try:
            pa.array([one], kind)
            cells.append(one)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            cells.append(None)
    return pa.array(cells, kind)


def check_parquet(folder: Path, data: bytes) -> None:
    """Beginning with a letter: a table of a user, a segment, the raw table of a job, a loss table."""
    what, content = data[:1], data[1:]
    try:
        path = put(folder, "table.parquet", made_table(content) if what == b"m" else content)
    except pa.ArrowException:  # a value that no file holds
        return
    if what in (b"m", b"u"):
        check_start(folder, path)
    elif what == b"s":
        labels = {"dataset": "d", "fold": 0, "backend": "b", "alpha": 0.5}
        joined = loss_table.Joined([loss_table.Part(path, labels, [0, 1], 9)], 9)
        loss_table.save(joined, folder / "losses.parquet", folder / "losses.csv")
    elif what == b"r":
        parquet.read(path)
    else:
        table = LossTable(path)
        for one in table.curves():
            one.units(one.runs("validation_loss"))


def as_file(table: pa.Table) -> bytes:
    made = io.BytesIO()
    pq.write_table(table, made)
    return made.getvalue()


def segment() -> bytes:
    from epochwise.columns import described, measured

    epochs = list(range(10)) * 2
    table = pa.table(
        {
            "seed": [0] * 10 + [1] * 10,
            "epoch": epochs,
            "iteration": epochs,
            "samples": epochs,
            "rows_per_batch": [4] * 20,
        }
    )
    for name in ("train", "validation"):
        table = table.append_column(measured(name, "loss"), pa.array([1 / (1 + e) for e in epochs]))
    return as_file(
        described(table, {"task": "regression", "fold": {"rows": {"train": 9}, "baselines": {}}})
    )


def losses() -> bytes:
    from answers.made import arrow
    from answers.made import loss_table as made

    return as_file(arrow(made(np.linspace(2, 1, 10)[None, :])))


# ---- what jobs leave to each other ----


def check_state(folder: Path, data: bytes) -> None:
    states.load(put(folder, "0-9.npz", data))


def archive(**arrays: Any) -> bytes:
    made = io.BytesIO()
    np.savez(made, **arrays)
    return made.getvalue()


RECORDS: list[Callable[[Path], Any]] = [
    standardise.read_scaler,
    datasets.read_facts,
    is_enough,
    lambda path: timings.collect(
        [str(path)],
        [{"file": 0, "cell": None, "labels": {"dataset": "d"}, "seeds": "0", "start": 0, "end": 9}],
        str(path.with_name("t.csv")),
    ),
    lambda path: _made(path, False),
    lambda path: parts.figures(path.parent),
]
SCALER = standardise.Scaler(
    "regression", [], {"train": 8, "validation": 2}, ["a"], [0.5], [1.0], [], [1.0], [2.0], ["y"]
)
FACTS = datasets.Facts(
    "d", "binary", 9, ["a"], ["y"], [], None, "error", ["n", "y"], "0" * 64, {"a": 1}
)


def check_record(folder: Path, data: bytes) -> None:
    number, content = (data or b"\0")[0] % len(RECORDS), data[1:]
    if not (folder / "figures").is_dir():
        put(folder, "figures/loss_curves.svg", b"<svg></svg>")
    RECORDS[number](put(folder, "manifest.json", content))


@cache
def answer() -> dict[str, Any]:
    """Give an answer as a study has it."""
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder), "losses.csv", LONG.encode())
        found = answer_files([path], PLUGINS, None, {"run": "run"})
    return dict(found)


def record(number: int, content: Any) -> bytes:
    return bytes([number]) + json.dumps(content).encode()


# ---- loss histories of others ----

OPTIONS: list[dict[str, Any]] = [
    {},
    {"restarts": "replace"},
    {"restarts": "new_run", "first_epoch": 0},
    {"restarts": "continue", "unit": "step"},
    {"best": "greatest", "validation_loss": "accuracy", "run": "run"},
    {"run": "run"},
    {"validation_loss": ["val_loss", "loss"], "train_loss": False},
]
FILES = [
    *dict.fromkeys(name for name, _ in CASES),
    "events.out.tfevents.1.host",
    "epochs.parquet",
    "meta/m/loss",
]
NAMED = [None, None, None, *sorted(READERS)]


def check_curves(folder: Path, data: bytes) -> None:
    """Three letters choose the name, the reader and the options; then comes the file."""
    file, reader, options = (data[:3] + b"\0\0\0")[:3]
    path = put(folder, FILES[file % len(FILES)], data[3:])
    named, said = NAMED[reader % len(NAMED)], OPTIONS[options % len(OPTIONS)]
    if "best" not in said:
        holds_together(readers.read(path, named, readers=READERS, **said))
    gather({"a": ([(path, {"lr": 0.1}), (path, {"lr": 0.2})], {"reader": named, **said})}, READERS)


def check_answer(folder: Path, data: bytes) -> None:
    said = OPTIONS[(data or b"\0")[0] % len(OPTIONS)]
    shutil.rmtree(folder / "answered", ignore_errors=True)
    path = put(folder / "answered", "losses.csv", data[1:])
    json.dumps(found := answer_files([path], PLUGINS, None, said), allow_nan=False)
    in_words(found)


def history(file: str, content: bytes, options: int = 0) -> bytes:
    return bytes([FILES.index(file), 0, options]) + content


@cache
def events() -> bytes:
    """Give an event file as TensorBoard writes it: each record with its length and checksums."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    made = io.BytesIO()
    writer = RecordWriter(made)
    writer.write(Event(file_version="brain.Event:2", wall_time=1.0).SerializeToString())
    for step in range(4):
        for tag in ("train_loss", "val_loss"):
            event = Event(step=step, wall_time=1.0 + step)
            event.summary.value.add(tag=tag, simple_value=1 / (1 + step))
            writer.write(event.SerializeToString())
    return made.getvalue()


def events_if_any() -> list[bytes]:
    try:
        return [history("events.out.tfevents.1.host", events())]
    except ImportError:
        return []


LONG = "epoch,train_loss,val_loss,accuracy,run\n" + "".join(
    f"{e},{1 / (1 + e):.4f},{1 / (1 + e) + e / 500:.4f},{e / 50:.2f},{r}\n"
    for r in range(6)
    for e in range(1, 30)
)
STUDIES = [
    RICH,
    CURVES,
    ALIASES,
    POINTS,
    *(p.read_text() for p in sorted((ROOT / "config/studies").glob("*.yaml"))),
]


def mixed(mutate: Mutate, letters: int = 1) -> Mutate:
    """Leave the first letters, which choose, mostly alone."""

    def mutate_rest(data: bytes, random: Any) -> bytes:
        head = data[:letters]
        if random.random() < 0.3:
            head = bytes(random.randrange(256) for _ in head)
        return head + mutate(data[letters:], random)

    return mutate_rest


def any_of(*mutates: Mutate) -> Mutate:
    return lambda data, random: random.choice(mutates)(data, random)


TARGETS = {
    "studies": Target(
        check_study,
        [one.encode() for one in STUDIES],
        any_of(mutating.as_yaml, mutating.as_yaml, mutating.words),
    ),
    "text": Target(
        check_text,
        [bytes([w]) + t.encode() for t in TABLES for w in (0, 4, 128)],
        mixed(any_of(mutating.cells, mutating.words)),
    ),
    "excel": Target(
        check_excel,
        [packed_book(), *(f"{n}\n".encode() + c for n, c in book().items())],
        mutating.words,
    ),
    "parquet": Target(
        check_parquet,
        [
            b"s" + segment(),
            b"l" + losses(),
            b"u" + as_file(pa.table({"a": [1.0, 2, 3, 4], "y": [1, 2, 3, 5]})),
            b"r" + segment(),
            b"m" + bytes(range(48)),
        ],
        mutating.words,
    ),
    "states": Target(
        check_state,
        [
            archive(weights=np.ones((2, 5)), iteration=np.array(3)),
            archive(a=np.zeros(0), b=np.array("text"), c=np.ones((2, 2, 2), np.float32)),
        ],
        mutating.words,
    ),
    "records": Target(
        check_record,
        [
            record(0, vars(SCALER)),
            record(1, vars(FACTS)),
            record(2, {"enough": True}),
            record(3, {"seconds": 1.5}),
            record(4, answer()),
            record(
                5, {"results": {"figures/loss_curves.svg": "0"}, "versions": {"python": "3.11"}}
            ),
        ],
        mixed(any_of(mutating.as_json, mutating.words)),
    ),
    "histories": Target(
        check_curves,
        [
            *(history(name, content) for name, content in CASES),
            *events_if_any(),
            history("metrics.csv", LONG.encode(), 4),
            history("trainer_state.json", json.dumps(state(*ENTRIES)).encode(), 1),
            history("mlflow.db", database()),
            history(
                "epochs.parquet",
                as_file(
                    pa.table({"epoch": [1, 2], "train_loss": [2.0, None], "val_loss": ["1", "x"]})
                ),
            ),
        ],
        mixed(any_of(mutating.as_json, mutating.cells, mutating.words), 3),
    ),
    "answers": Target(
        check_answer, [bytes([n]) + LONG.encode() for n in (1, 4, 5)], mixed(mutating.cells)
    ),
}
