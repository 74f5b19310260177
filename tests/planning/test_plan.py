import importlib.util
import json
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochwise.errors import EpochwiseError, PluginError
from epochwise.planning.cores import too_few
from epochwise.planning.refusals import check_backends, read_plans
from epochwise.plugins.registry import EXTRAS, Registered, names
from epochwise.study.jobs import (
    blocks,
    existing_blocks,
    existing_segments,
    name_seeds,
    parse_seeds,
    segments,
)
from helpers import PLUGINS
from planning.planned import finish, make

seed_sets = st.sets(st.integers(0, 60), min_size=1).map(sorted)


@pytest.mark.parametrize(
    ("seeds", "name"),
    [([42], "42"), (range(30), "0-29"), ([3, 7, 40, 41, 42], "3+7+40-42"), ([1, 2], "1-2")],
)
def test_names_of_blocks(seeds, name):
    assert name_seeds(seeds) == name
    assert parse_seeds(name) == list(seeds)


@given(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=50).map(sorted))
def test_every_block_can_be_read_back(seeds):
    assert parse_seeds(name_seeds(seeds)) == seeds


@given(seed_sets, st.integers(1, 30), st.lists(seed_sets, max_size=5))
def test_blocks_answer_for_every_seed_once(seeds, per_job, trained):
    existing = sorted({name_seeds(one) for one in trained})
    cut = blocks(seeds, per_job, existing)
    assert sorted(seed for _, wanted in cut for seed in wanted) == seeds
    for name, wanted in cut:
        assert set(wanted) <= set(parse_seeds(name))
        assert name in existing or len(wanted) <= per_job
    fresh = {seed for name, wanted in cut if name not in existing for seed in wanted}
    assert not fresh & {seed for one in trained for seed in one}


@given(seed_sets, seed_sets, st.integers(1, 30), st.integers(1, 30))
def test_adding_seeds_trains_the_new_ones_alone(first, more, per_job, other_per_job):
    before = [name for name, _ in blocks(first, per_job)]
    after = blocks(sorted({*first, *more}), other_per_job, before)
    new = [seed for name, wanted in after if name not in before for seed in wanted]
    assert sorted(new) == sorted(set(more) - set(first))


@given(st.lists(st.integers(10**9, 2**32 - 1), min_size=1, max_size=120, unique=True).map(sorted))
def test_blocks_fit_file_names(seeds):
    assert all(len(f"seeds-{name}") < 255 for name, _ in blocks(seeds, 100000))


@given(st.integers(1, 500), st.integers(1, 200))
def test_segments_are_a_chain(epochs, per_job):
    chain = segments(epochs, per_job)
    assert chain[0][0] == 0
    assert chain[-1][1] == epochs
    assert all(end == start for (_, end), (start, _) in pairwise(chain))
    assert all(0 < end - start <= per_job for start, end in chain)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 150)), min_size=1, max_size=5))
def test_whatever_was_trained_is_kept_as_epochs_and_job_sizes_change(history):
    """After any history of settings nothing is trained twice."""
    done: list[tuple[int, int]] = []
    for epochs, per_job in history:
        chain = segments(epochs, per_job, done)
        reached = max((end for _, end in done), default=0)
        assert all(start >= reached for start, end in chain if (start, end) not in done)
        assert chain[-1][1] >= epochs
        done = sorted({*done, *chain})


BASE = """
datasets: [iris]
partitions: {method: k_fold, n_splits: 2}
seeds: 4
training: {epochs: 20}
jobs: {seeds_per_job: 3, epochs_per_job: 10}
"""


def test_a_study_is_blocks_of_segments(tmp_path):
    plan = make(tmp_path, BASE)
    files = plan.segment_files("parquet")
    assert len(files) == 2 * 2 * 2  # folds, blocks, segments
    assert files[0].endswith("results/mine/work/iris/fold-0/default/numpy/seeds-0-2/0-10.parquet")
    assert len(set(files)) == len(files) == len(plan.segment_labels())
    at = {"dataset": "iris", "fold": 0, "point": "default", "backend": "numpy", "seeds": "0-2"}
    assert plan.state_before(SimpleNamespace(**at, start="0")) == []
    state = plan.state_before(SimpleNamespace(**at, start="10"))
    assert state == files[0].replace(".parquet", ".npz")


@pytest.mark.parametrize(
    ("change", "new"),
    [
        (("seeds: 4", "seeds: 6"), 2 * 1 * 2),
        (("seeds: 4", "seeds: 2"), 0),
        (("seeds: 4", "seeds: [1, 3]"), 0),
        (("epochs: 20", "epochs: 25"), 2 * 2 * 1),
        (("epochs: 20", "epochs: 15"), 0),
        (("epochs: 20", "epochs: 3"), 0),
        (("n_splits: 2", "n_splits: 2, n_repeats: 2"), 2 * 2 * 2),
        (("seeds_per_job: 3", "seeds_per_job: 1"), 0),
        (("epochs_per_job: 10", "epochs_per_job: 7"), 0),
        (("datasets: [iris]", "datasets: [iris, wine]"), 2 * 2 * 2),
        (("datasets: [iris]", "datasets: [iris]\nbackends: [numpy, sklearn]"), 2 * 2 * 2),
    ],
)
def test_a_changed_study_trains_only_what_is_new(tmp_path, change, new):
    done = finish(tmp_path, make(tmp_path, BASE))
    after = make(tmp_path, BASE.replace(*change)).segment_files("npz")
    assert len(set(after) - done) == new


def test_what_is_left_to_train_is_counted_in_epochs_of_every_network(tmp_path):
    plan = make(tmp_path, BASE)
    assert plan.epochs_to_train() == 2 * 4 * 20  # folds, seeds, epochs
    finish(tmp_path, plan)
    assert plan.epochs_to_train() == 0
    more = BASE.replace("seeds: 4", "seeds: 6").replace("epochs: 20", "epochs: 25")
    assert make(tmp_path, more).epochs_to_train() == 2 * (4 * 5 + 2 * 25)


def test_fewer_seeds_take_their_rows_from_larger_blocks(tmp_path):
    finish(tmp_path, make(tmp_path, BASE))
    labels = make(tmp_path, BASE.replace("seeds: 4", "seeds: 2")).segment_labels()
    assert {(one["seeds"], one["wanted"]) for one in labels} == {("0-2", "0-1")}


def test_surplus_seeds_are_not_trained_further(tmp_path):
    finish(tmp_path, make(tmp_path, BASE))
    text = BASE.replace("seeds: 4", "seeds: 2").replace("epochs: 20", "epochs: 30")
    assert {one["seeds"] for one in make(tmp_path, text).segment_labels()} == {"0-1"}


def test_what_else_lies_in_the_folder_is_left_alone(tmp_path):
    plan = make(tmp_path, BASE)
    folder = Path(plan.segment_files("npz")[0]).parent.parent
    (folder / "seeds-old copy").mkdir(parents=True)
    (folder / "seeds-0-2").mkdir()
    (folder / "seeds-0-2/notes.npz").touch()
    assert existing_segments(folder / "seeds-0-2") == []
    assert make(tmp_path, BASE).segment_files("npz") == plan.segment_files("npz")


def test_points_have_their_own_epochs(tmp_path):
    text = "datasets: [iris]\nsweep: {epochs: [10, 20]}\n"
    plan = make(tmp_path, text)
    assert [file.rsplit("/")[-1] for file in plan.segment_files("npz")] == ["0-10.npz", "0-20.npz"]
    assert "epochs" not in plan.points["epochs=10"].hyperparameters


@pytest.mark.parametrize(("epochs", "has"), [(9999, True), (10_000, False)])
def test_only_a_loss_table_of_ten_million_rows_at_most_is_csv_too(tmp_path, epochs, has):
    text = f"datasets: [iris, wine]\nseeds: 250\nsweep: {{alpha: [0.1, 0.2]}}\ntraining: {{epochs: {epochs}}}"
    plan = make(tmp_path, text)
    assert plan.most_rows == 2 * 2 * 250 * (epochs + 1)
    assert (str(plan.folder / "losses.csv") in plan.results()) == plan.has_csv == has
    assert str(plan.folder / "losses.parquet") in plan.results()


def test_jobs_have_the_size_that_follows_from_the_study(tmp_path):
    def jobs(text):
        plan = make(tmp_path, text)
        return [len(block.segments) for block in plan.blocks]

    assert jobs("datasets: [iris]\nseeds: 10\ntraining: {epochs: 5000}") == [1] * 10
    assert jobs("datasets: [iris]\nseeds: 10\ntraining: {epochs: 20}") == [1]
    assert jobs("datasets: [iris]\nseeds: 2\ntraining: {epochs: 3000000}") == [3, 3]
    assert len(jobs("datasets: [iris]\nseeds: 100000\ntraining: {epochs: 20}")) == 40
    assert len(jobs("datasets: [iris]\nseeds: 100000\ntraining: {epochs: 5000}")) == 1000
    (tmp_path / "large.csv").write_bytes(b"a,target\n" + b"1,2\n" * 500_000)  # 2 MB
    text = f"datasets: {{large: {{file: {tmp_path}/large.csv, target: target}}}}\n"
    assert jobs(text + "seeds: 10\ntraining: {epochs: 250}") == [1] * 10
    assert jobs("datasets: [iris]\nseeds: 10\ntraining: {epochs: 250}") == [1] * 5


def test_points_on_the_graphics_card_take_one(tmp_path):
    plan = make(tmp_path, "datasets: [iris]\nsweep: {device: [cpu, cuda]}\n")
    assert [plan.gpus(point) for point in plan.points] == [0, 1]


def test_the_threads_of_a_job_are_the_study_s_whatever_the_cores(tmp_path):
    plan = make(tmp_path, "datasets: [iris]\njobs: {threads: 3}\n")
    assert plan.threads == 3
    assert list(too_few([plan], 3)) == []
    (said,) = too_few([plan], 2)
    assert "jobs.threads: 3 is more than --cores 2" in said
    assert make(tmp_path, "datasets: [iris]\n").threads == 1


def test_a_cluster_is_asked_for_twice_as_much_at_each_attempt(tmp_path):
    plan = make(tmp_path, "datasets: [iris]\n")
    assert [plan.minutes(attempt) for attempt in (1, 2, 4)] == [60, 120, 480]
    assert [plan.megabytes(0.01, attempt) for attempt in (1, 2, 4)] == [2000, 4000, 16000]
    assert plan.megabytes(250.0, 1) == 4500


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("training: {batch_size: 9}", [("training.batch_size", 9)]),
        ("sweep: {alpha: [0.1, 0.2]}", [("training.batch_size", "auto")]),
        (
            "sweep: {batch_size: [4, auto]}",
            [("sweep.batch_size", 4), ("sweep.batch_size", "auto")],
        ),
        (
            "training: {batch_size: 9}\nsweep: {points: {a: {batch_size: 5}, b: {alpha: 0.1}}}",
            [("sweep.points.a.batch_size", 5), ("training.batch_size", 9)],
        ),
    ],
)
def test_batch_sizes_are_listed_with_their_keys(tmp_path, text, asked):
    found = make(tmp_path, f"datasets: [iris]\n{text}").batch_sizes("iris")
    assert found == {"dataset": "iris", "where": f"{tmp_path}/mine.yaml", "asked": asked}


def test_a_cut_does_not_depend_on_the_number_of_repeats(tmp_path):
    more = BASE.replace("n_splits: 2", "n_splits: 2, n_repeats: 9")
    assert make(tmp_path, BASE).partitions() == make(tmp_path, more).partitions()


def read(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return read_plans(str(path), tmp_path, PLUGINS, tmp_path / "results")


def test_plans_are_read_with_their_sources(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    plan = read(tmp_path, "datasets: {iris: , a: {file: a.csv, target: y}}")["mine"]
    assert (plan.dataset_plugin("iris"), plan.dataset_file("iris")) == ("sklearn", [])
    assert (plan.dataset_plugin("a"), plan.dataset_file("a")) == ("file", [str(tmp_path / "a.csv")])


@pytest.mark.parametrize(
    ("more", "slow"),
    [
        ("", {"numpy", "pandas", "pyarrow", "sklearn", "matplotlib"}),
        ("stopping: [{criterion: GL, alpha: 5}]", {"pandas", "pyarrow", "sklearn", "matplotlib"}),
    ],
)
def test_planning_imports_nothing_slow(tmp_path, more, slow):
    (tmp_path / "mine.yaml").write_text(f"datasets: [iris]\n{more}\n", encoding="utf-8")
    code = f"""
import sys
from pathlib import Path
from epochwise.planning.first_look import check_data
from epochwise.planning.refusals import check_backends, read_plans
from epochwise.planning.plan import SUFFIXES, Plan
read_plans("mine", Path({str(tmp_path)!r}), Path({str(PLUGINS)!r}), Path("results"))
print(sorted({slow!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_missing_frameworks_are_told_at_once_with_the_studies_that_need_them(
    tmp_path, monkeypatch
):
    there = importlib.util.find_spec
    missing = {"torch", "jax", "elsewhere"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else there(name)
    )
    shutil.copytree(PLUGINS, tmp_path / "plugins")
    own = (PLUGINS / "numpy_backend.py").read_text(encoding="utf-8")
    own = own.replace('register("numpy", NumpyTrainer', 'register("own", NumpyTrainer')
    own = own.replace(
        'register("own", NumpyTrainer', 'register("own", NumpyTrainer, requires="elsewhere"'
    )
    (tmp_path / "plugins/own_backend.py").write_text(own, encoding="utf-8")
    for name, backends in [("a", "numpy, torch, jax"), ("b", "numpy"), ("c", "own, torch")]:
        text = f"datasets: [iris]\nbackends: [{backends}]\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = read_plans("all", tmp_path, tmp_path / "plugins", tmp_path / "results")
    with pytest.raises(PluginError) as error:
        check_backends(found.values(), tmp_path / "plugins")
    sentence = str(error.value)
    assert (
        "a.yaml: backends that are not installed: torch (needs torch), jax (needs jax); "
        in sentence
    )
    assert "c.yaml: backends that are not installed: own (needs elsewhere), torch" in sentence
    assert "b.yaml" not in sentence
    command = f"{sys.executable} -m pip install -c constraints.txt -e '.[torch,jax]' elsewhere"
    assert f"install what is missing with: {command} (or" in sentence


def test_the_command_that_installs_names_extras_that_there_are():
    text = (PLUGINS.parent / "pyproject.toml").read_text(encoding="utf-8")
    extras = set(tomllib.loads(text)["project"]["optional-dependencies"])
    optional = {name for name in names(PLUGINS, "backends") if name not in ("numpy", "sklearn")}
    assert optional <= extras & set(EXTRAS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("datasets: [iriss]", r"mine.yaml: dataset 'iriss': unknown source .*Did you mean 'iris'"),
        ("datasets: {iris: {rows: 5}}", "mine.yaml: dataset 'iris': unknown option 'rows'"),
        (
            "datasets: [iris]\nstopping: [{criterion: GLL, alpha: 5}]",
            r"mine.yaml: stopping: unknown criterion 'GLL'",
        ),
        (
            "datasets: [iris]\nstopping: [{criterion: GL}]",
            r"mine.yaml: stopping: criterion 'GL' lacks alpha",
        ),
        ("datasets: [iris]\nbackends: [nunpy]", "unknown backend 'nunpy'.*Did you mean 'numpy'"),
    ],
)
def test_mistakes_are_told_before_anything_runs(tmp_path, text, expected):
    with pytest.raises(EpochwiseError, match=expected):
        read(tmp_path, text)


RESTRICTED = """
from epochwise.api import hookimpl

@hookimpl
def register_backends(register):
    register("restricted", object, honours={"activation": "tanh", "solver": ("adam",), "alpha": ...})
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("backends: [torch, numpy]\ntraining: {device: cuda}", "'numpy' has no device 'cuda'"),
        ("backends: [sklearn]\nsweep: {device: [cpu, cuda]}", "'sklearn' has no device 'cuda'"),
        ("backends: [restricted]", "'restricted' has no activation 'relu'; it has: tanh"),
        (
            "backends: [restricted]\nnetwork: {activation: tanh}\ntraining: {solver: sgd}",
            "'restricted' has no solver 'sgd'; it has: adam",
        ),
    ],
)
def test_what_a_backend_cannot_do_is_told_before_any_job(tmp_path, monkeypatch, text, expected):
    monkeypatch.setattr(Registered, "missing", lambda backend: [])  # as if all were installed
    folder = shutil.copytree(PLUGINS, tmp_path / "plugins")
    (folder / "restricted_backend.py").write_text(RESTRICTED)
    (tmp_path / "mine.yaml").write_text(f"datasets: [iris]\n{text}\n")
    found = read_plans(str(tmp_path / "mine.yaml"), tmp_path, folder, tmp_path / "results")
    with pytest.raises(PluginError, match=expected):
        check_backends(found.values(), folder)


def test_what_a_backend_has_not_said_must_be_left_at_its_default(tmp_path):
    folder = shutil.copytree(PLUGINS, tmp_path / "plugins")
    (folder / "silent_backend.py").write_text(
        RESTRICTED.replace("restricted", "silent").replace('"activation": "tanh", ', "")
    )

    def check(text):
        (tmp_path / "mine.yaml").write_text(
            f"datasets: [iris]\nbackends: [silent, numpy]\n{text}\n"
        )
        path = str(tmp_path / "mine.yaml")
        check_backends(read_plans(path, tmp_path, folder, tmp_path / "results").values(), folder)

    check("training: {alpha: 3, epochs: 7, shuffle: never}")
    with pytest.raises(
        PluginError, match=r"'silent' has not said that it honours beta_1, which is 0\.5"
    ):
        check("training: {beta_1: 0.5}")
    with pytest.raises(PluginError, match=r"honours hidden_layer_sizes, which is \[4\].*\[100\]"):
        check("network: {hidden_layer_sizes: [4]}")


def test_what_has_no_effect_at_a_point_is_asked_of_no_backend(tmp_path):
    """Momentum is sgd's: at the point with adam nobody has to honour it."""
    folder = shutil.copytree(PLUGINS, tmp_path / "plugins")
    text = RESTRICTED.replace('"tanh"', "...").replace('("adam",)', "...")
    (folder / "restricted_backend.py").write_text(text)
    study = "datasets: [iris]\nbackends: [restricted]\ntraining: {momentum: 0.5}\nsweep: {solver: ["
    for solvers, refused in (("adam]}", "no effect"), ("sgd]}", "honours momentum")):
        (tmp_path / "mine.yaml").write_text(study + solvers)
        with pytest.raises(EpochwiseError, match=refused):
            check_all(tmp_path, folder)


def check_all(tmp_path, plugins):
    path = str(tmp_path / "mine.yaml")
    check_backends(read_plans(path, tmp_path, plugins, tmp_path / "results").values(), plugins)


def test_of_blocks_trained_before_those_with_the_most_of_the_seeds_are_kept():
    existing = ["8", "2-9", "1-4", "0-1"]
    assert blocks([0, 1, 2, 3, 4, 5], 10, existing) == [
        ("0-1", [0]),
        ("1-4", [1, 2, 3, 4]),
        ("2-9", [5]),
    ]
    assert blocks([1, 2, 3, 4], 10, existing) == [("1-4", [1, 2, 3, 4])]
    assert blocks([11, 12, 13], 2, existing) == [("11-12", [11, 12]), ("13", [13])]
    assert blocks([8], 2, existing) == [("2-9", [8])]  # of equals the first by name
    assert [name for name, _ in blocks(range(12), 1, ["10", "3"])] == list(map(str, range(12)))


def test_a_chain_goes_on_from_what_was_trained_and_falls_in_step():
    assert segments(25, 10) == [(0, 10), (10, 20), (20, 25)]
    assert segments(25, 10, [(0, 7)]) == [(0, 7), (7, 10), (10, 20), (20, 25)]
    assert segments(25, 10, [(0, 7), (0, 13), (13, 40)]) == [(0, 13), (13, 40)]


def test_blocks_are_kept_where_all_their_seeds_are_wanted_or_all_their_epochs_are_there(tmp_path):
    (tmp_path / "seeds-0-2").mkdir()
    (tmp_path / "seeds-0-2" / "0-10.npz").touch()
    assert existing_blocks(tmp_path, range(6), 20) == ["0-2"]
    assert existing_blocks(tmp_path, [0, 1], 20) == []
    assert existing_blocks(tmp_path, [0, 1], 10) == ["0-2"]
    (tmp_path / "seeds-0-2" / "10-20.npz").touch()
    assert existing_blocks(tmp_path, [0, 1], 20) == ["0-2"]


def test_the_unit_of_a_target_is_no_reason_to_load_it_again(tmp_path):
    text = "datasets: {easy: {source: friedman1, rows: 40%s}}\n"
    plain, named = (make(tmp_path, text % unit, "mine") for unit in ("", ", unit: CHF"))
    assert named.study.datasets["easy"]["unit"] == "CHF"
    assert named.dataset_options("easy") == plain.dataset_options("easy")
    assert plain.dataset_options("easy") == {"source": "friedman1", "rows": 40}


AUTO = "datasets: [iris]\nseeds: auto\ntraining: {epochs: 20}\njobs: {seeds_per_job: 8}\n"


def seeds_of(plan, number=None):
    return [label["seeds"] for label in plan.segment_labels(number)]


def test_a_study_that_goes_on_until_it_is_sure_has_the_blocks_of_each_round(tmp_path):
    plan = make(tmp_path, AUTO)
    by_round = ["0-4", "5-9", "10-17", "18-19", "20-27", "28-29"]
    assert seeds_of(plan) == by_round
    assert [seeds_of(plan, number) for number in range(4)] == [
        by_round[:count] for count in (1, 2, 4, 6)
    ]
    assert plan.epochs_to_train() == 5 * 20
    assert plan.answer_settings()["answer"]["looks"] == 4
    assert make(tmp_path, BASE).answer_settings()["answer"]["looks"] == 1


def test_the_round_that_is_reached_is_the_first_that_is_not_found_wanting(tmp_path):
    plan = make(tmp_path, AUTO)
    rounds = plan.work / "rounds"
    assert plan.reached() == 0
    rounds.mkdir(parents=True)
    for number, enough in enumerate([False, False, True]):
        (rounds / f"{number}.json").write_text(json.dumps({"enough": enough}))
        assert plan.reached() == min(number + 1, 2)
    (rounds / "2.json").write_text('{"enough": false}')
    assert plan.reached() is None
    assert make(tmp_path, BASE).reached() is None


def test_what_a_number_of_seeds_has_trained_serves_the_rounds(tmp_path):
    done = finish(tmp_path, make(tmp_path, AUTO.replace("auto", "30").replace("8", "30")))
    plan = make(tmp_path, AUTO)
    assert set(plan.segment_files("npz")) == done
    assert [label["wanted"] for label in plan.segment_labels(1)] == ["0-4", "5-9"]
    assert plan.epochs_to_train() == 0


def test_the_order_of_keys_means_nothing(tmp_path):
    """Jobs are compared by their parameters as they are written down."""
    text = """
datasets: {mine: {source: friedman1, rows: 60, noise: 0.5}}
training: {epochs: 7, batch_size: 8}
network: {activation: tanh, hidden_layer_sizes: [3]}
partitions: {n_splits: 3, method: k_fold, random_state: 5}
"""
    other = """
partitions: {random_state: 5, method: k_fold, n_splits: 3}
network: {hidden_layer_sizes: [3], activation: tanh}
training: {batch_size: 8, epochs: 7}
datasets: {mine: {noise: 0.5, rows: 60, source: friedman1}}
"""
    plans = []
    for name, content in (("a", text), ("b", other)):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "mine.yaml"
        file.write_text(content)
        plans.append(read_plans([str(file)], tmp_path, PLUGINS, Path("results"))["mine"])
    one, two = plans
    for asked in (
        lambda plan: plan.partitions(),
        lambda plan: plan.dataset_options("mine"),
        lambda plan: plan.answer_settings(),
        lambda plan: plan.points["default"].hyperparameters,
        lambda plan: plan.drawn_study(),
    ):
        assert str(asked(one)) == str(asked(two))


def test_a_file_where_results_are_to_go_is_told(tmp_path):
    (tmp_path / "mine.yaml").write_text("datasets: [diabetes]\n")
    (tmp_path / "results").write_text("notes\n")
    with pytest.raises(EpochwiseError, match=r"results: is a file, .*move it away"):
        read_plans([str(tmp_path / "mine.yaml")], tmp_path, PLUGINS, tmp_path / "results")
