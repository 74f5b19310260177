import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from answers.made import REGISTRY
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.tables import compute
from epochwise.errors import DataError
from epochwise.tables.results import Tables, as_text, as_value, rank
from figure_samples import make, valley, with_test

pytestmark = pytest.mark.versions


def noisy(run):
    """Curves whose mean has its least at another epoch than any run; one run diverges."""
    random = np.random.default_rng([run["seed"], run["fold"]])
    losses = {k: v * random.lognormal(0, 0.3, len(v)) for k, v in with_test(run).items()}
    return {k: v[:9] for k, v in losses.items()} if run["seed"] == 2 else losses


STUDY = {
    "seeds": 4,
    "partitions": {"method": "k_fold", "n_splits": 3},
    "sweep": {"alpha": [0.1, 1.0]},
    "backends": ["numpy", "sklearn"],
    "training": {"epochs": 50},
}


def test_curves_and_best_epochs_are_those_of_the_answers(tmp_path):
    tables = make(tmp_path, noisy, **STUDY)
    criteria = parse_criteria([], REGISTRY)
    answered = compute(tables.losses, AnswerSettings.of(resamples=5), criteria)["best_epoch"]
    frame = pq.read_table(tables.folder / "losses.parquet").to_pandas()
    found = tables.curves()
    assert len(found) == len(answered) == 4
    for one, row in zip(found, answered.to_dict("records"), strict=True):
        assert one.key == {name: row[name] for name in ("dataset", "backend", "alpha")}
        own = frame[(frame["backend"] == one.backend) & (frame["alpha"] == one.swept["alpha"])]
        for column in ("train_loss", "validation_loss", "test_loss"):
            wide = own.pivot(index=["fold", "seed"], columns="epoch", values=column)
            np.testing.assert_array_equal(one.losses[column], wide)
        runs = list(zip(one.fold.tolist(), one.seed.tolist(), strict=True))
        assert runs == [(fold, seed) for fold in range(3) for seed in range(4)]
        assert one.best == row["best_epoch"]
        assert one.diverged == row["diverged_runs"] == 3
        assert len(one.used) == 9


def test_where_all_diverged_the_mean_goes_as_far_as_all_runs_do(tmp_path):
    def cut(run):
        return {k: v[: 5 + run["seed"]] for k, v in valley(run).items()}

    (curves,) = make(tmp_path, cut, seeds=3).curves()
    assert curves.horizon == 4
    assert curves.diverged == 3


def test_a_missing_test_partition_is_no_column(tmp_path):
    (curves,) = make(tmp_path).curves()
    assert curves.partitions() == ["train", "validation"]


def test_counts_of_one_epoch(tmp_path):
    (curves,) = make(tmp_path).curves()
    assert (curves.iterations_per_epoch[0], curves.training_rows[0]) == (4, 80)
    assert curves.rows_per_batch[0] == 20


def test_a_table_that_is_not_sorted_is_refused(tmp_path):
    tables = make(tmp_path)
    path = tables.folder / "losses.parquet"
    pq.write_table(pq.read_table(path).take(pa.array(range(50, -1, -1))), path)
    with pytest.raises(DataError, match="must be sorted by run and epoch"):
        tables.curves()


def test_no_table_is_a_sentence(tmp_path):
    tables = make(tmp_path)
    (tables.folder / "losses.parquet").write_text("no")
    with pytest.raises(DataError, match=r"cannot read the loss table .*losses\.parquet"):
        tables.curves()


def test_rows_of_a_point_are_found_whatever_their_numbers_look_like(tmp_path):
    tables = make(tmp_path)
    text = "dataset,batch_size,x\ndiabetes,16,1\ndiabetes,auto,2\ninf,16.0,\n"
    (tables.folder / "phases.csv").write_text(text, encoding="utf-8")
    made = Tables(tables.folder, tables.study)
    assert made.row("phases", {"dataset": "diabetes", "batch_size": "16"})["x"] == 1
    assert made.row("phases", {"dataset": "diabetes", "batch_size": "auto"})["x"] == 2
    assert made.row("phases", {"dataset": "inf", "batch_size": 16})["x"] is None
    assert made.row("phases", {"dataset": "other"}) == {}
    assert made.rows("missing") == []


def test_cells():
    assert [as_value(text) for text in ("", "3", "3.5", "True", "a", "1e-3")] == [
        None, 3, 3.5, True, "a", 0.001,
    ]  # fmt: skip
    assert as_text(16) == as_text("16.0") == as_text(16.0)


def test_rows_of_best_epochs_are_ordered_by_loss_and_what_diverged_comes_last():
    loss = {"validation_loss": 1.0, "runs": 2}
    low, high = loss | {"diverged_runs": 1}, loss | {"validation_loss": 3.0, "diverged_runs": 0}
    lost, unknown = loss | {"diverged_runs": 2}, loss | {"validation_loss": None}
    assert sorted([unknown, lost, high, low], key=rank) == [low, high, lost, unknown]


def test_a_dataset_has_the_name_and_unit_of_its_tasks_loss(tmp_path):
    from epochwise.columns import described

    tables = make(tmp_path)
    assert tables.loss_name("diabetes") == ("mean squared error", "target unit²")
    path = tables.folder / "losses.parquet"
    pq.write_table(described(pq.read_table(path), {"tasks": {"diabetes": "binary"}}), path)
    assert Tables(tables.folder, tables.study).loss_name("diabetes") == ("log loss", "nats")


def test_what_is_known_after_every_epoch_has_a_label_and_the_studys_own_unit(tmp_path):
    tables = make(tmp_path, datasets={"diabetes": {"unit": "m/s"}})
    assert tables.metrics("diabetes") == {
        "loss": ("mean squared error", "(m/s)²"),
        "mae": ("mean absolute error", "m/s"),
        "rmse": ("root mean squared error", "m/s"),
    }
    plain = make(tmp_path / "b", datasets={"diabetes": {"unit": "CHF"}})
    assert plain.loss_name("diabetes") == ("mean squared error", "CHF²")
