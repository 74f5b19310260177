"""The tables in one call, the answer made of them, and its ten lines."""

import json

import numpy as np
import pandas as pd
import pytest

from answers.made import REGISTRY, loss_table, read
from epochwise.answers import answer, tables
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.describing import describe
from epochwise.answers.settings import AnswerSettings
from epochwise.errors import DataError
from epochwise.tables.catalogue import ANSWERS, named

pytestmark = pytest.mark.versions

SETTINGS = AnswerSettings.of(resamples=100)
CRITERIA = parse_criteria(None, REGISTRY)
EPOCH = np.arange(401)
FALLS = np.interp(EPOCH, [0, 100, 400], [5.0, 1, 1.2])


def analyse(table, *, all_rows=None, epochs=None):
    losses = read(table, epochs=epochs, rows_per_batch=10)
    found = tables.compute(losses, SETTINGS, CRITERIA, all_rows=all_rows)
    return found, answer.compute(found, SETTINGS, study="made", losses=losses.named)


def seeds_and_folds(**key):
    draw = np.random.default_rng(ord(key["activation"][0]))
    level = 1 + 0.1 * draw.standard_normal((12, 1))
    validation = level * FALLS + 0.01 * draw.random((12, 401))
    return loss_table(
        validation, train=validation / 2, test=validation + 0.3, fold=np.repeat([0, 1, 2], 4), **key
    )


@pytest.fixture
def sweep():
    return pd.concat(
        [
            seeds_and_folds(batch_size=10, activation="relu"),
            seeds_and_folds(batch_size=10, activation="tanh").assign(backend="sklearn"),
        ]
    )


def test_every_table_has_its_columns_and_types(sweep):
    found, _ = analyse(sweep)
    assert set(found) == {table.name for table in ANSWERS}
    for name, table in found.items():
        keys = ["dataset", "backend", "batch_size", "activation"]
        assert list(table.columns) == [*keys, *named(name).columns]
        assert {column: str(table[column].dtype) for column in named(name).columns} == (
            named(name).columns
        )
        assert table["batch_size"].dtype == "Int64"
    lengths = {name: len(table) for name, table in found.items() if name != "frontier"}
    assert lengths == {
        "best_epoch": 2,
        "more_units": 0,  # of one run nothing is foretold
        "points": 2,
        "scores": 6,
        "choice_cost": 4,
        "phases": 2,
        "batches": 2,
        "stopping": 2 * 19,
        "stopping_choice": 2,
        "extent": 0,  # of runs that have every epoch
        "refit": 2,
    }


def test_tables_survive_parquet_and_csv(sweep, tmp_path):
    found, _ = analyse(sweep)
    for name, table in found.items():
        table.to_parquet(tmp_path / "table.parquet", index=False)
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "table.parquet"), table)
        table.to_csv(tmp_path / "table.csv", index=False)
        assert "inf" not in (tmp_path / "table.csv").read_text().replace(name, "")


def test_a_point_is_judged_by_itself(sweep):
    both, _ = analyse(sweep)
    alone, _ = analyse(sweep[sweep.activation == "tanh"])
    del both["points"]  # which compares
    for name, table in both.items():
        own = table[table.activation == "tanh"].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, alone[name])


def test_mixed_values_of_a_swept_key_are_text():
    table = pd.concat(
        [
            loss_table(FALLS, batch_size="auto", iterations=1).assign(rows_per_batch=100),
            loss_table(FALLS, batch_size="50", iterations=2).assign(rows_per_batch=50),
        ]
    )
    found = tables.compute(read(table), SETTINGS, CRITERIA)
    assert found["batches"]["batch_size"].tolist() == ["auto", "50"]
    assert found["batches"]["rows_per_batch"].tolist() == [100, 50]


@pytest.mark.parametrize(
    ("values", "kind", "written"),
    [
        ([1, None, 2**60 + 1], "Int64", [1, pd.NA, 2**60 + 1]),
        ([None, None], "Int64", [pd.NA, pd.NA]),
        ([0.5, None], "float64", [0.5, np.nan]),
        (["relu", "tanh"], None, ["relu", "tanh"]),
        (["auto", 50, None, 0.5], "string", ["auto", "50", pd.NA, "0.5"]),
    ],
)
def test_a_swept_key_is_of_the_type_of_its_values_and_what_a_point_lacks_is_null(
    values, kind, written
):
    column = tables.frame([{"key": value} for value in values], ["key"], {})["key"]
    pd.testing.assert_series_equal(column, pd.Series(written, dtype=kind, name="key"))


def test_a_swept_key_with_the_name_of_a_column_gets_a_sentence():
    with pytest.raises(DataError, match="swept key runs, kind, folds, which is the name of a col"):
        analyse(loss_table(FALLS, runs="a", kind="deep", alpha=1, folds=2))


def test_the_answer_is_json_and_says_who_leads(sweep):
    _, said = analyse(sweep, all_rows={"made": 150})
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    losses = [each["best_epoch"]["validation_loss"] for each in said["answers"]]
    leads = [each["leads"] for each in said["answers"]]
    assert leads == [loss == min(losses) for loss in losses]
    assert set(said["answers"][0]["choice_cost"]) == {"mean_curve", "each_run"}
    assert said["answers"][0]["refit"]["all_rows"] == 150


def test_the_answer_with_few_folds_says_what_it_cannot_and_what_the_choice_cost(sweep):
    found, said = analyse(sweep, all_rows=150)
    lines = describe(said).splitlines()
    best = found["best_epoch"].sort_values("validation_loss").iloc[0]
    assert f": train {best['best_epoch']} epochs, the best of 400." in lines[0]
    assert lines[1] == "3 cuts cannot say how sure that is: make 5 at least, 10 to be useful."
    assert "On the test rows, which chose nothing, the loss there is" in "\n".join(lines)


def test_the_answer_with_one_run_states_no_uncertainty_and_no_cost():
    _, said = analyse(loss_table(FALLS))
    text = describe(said)
    assert "made, numpy: train 100 epochs, the best of 400." in text
    assert "the mean squared error is 1 " in text
    assert "1 run cannot say how sure that is: make 5 at least, 10 to be useful." in text
    assert "The validation rows chose this epoch, so their loss may be too low" in text
    assert "without a test partition" in text
    assert "overfits after 100: validation loss rises 20.0 % by 400" in text
    assert "An epoch is 10 iterations of 10 training rows" in text
    assert "1,000 iterations and 10,000 samples" in text


def test_many_datasets_still_take_thirty_lines():
    every = [loss_table(FALLS).assign(dataset=f"data\n{number}") for number in range(12)]
    _, said = analyse(pd.concat(every))
    text = describe(said)
    assert len(text.splitlines()) == 30
    assert "data 3, numpy: train 100" in text
    assert "more lines" in text


def test_an_early_stopping_is_named_only_where_it_serves():
    _, said = analyse(loss_table(FALLS))
    saving = said["answers"][0]["early_stopping"]
    assert saving["epochs_saved_percent"] > 70
    assert saving["validation_regret_percent"] <= 1
    assert f"on this run, {saving['criterion']} would have saved" in describe(said)
    _, said = analyse(loss_table(5 - EPOCH / 100))
    assert said["answers"][0]["early_stopping"] is None  # nothing to stop: still improving
    assert "Early stopping" not in describe(said)


@pytest.mark.parametrize(
    ("validation", "sentence"),
    [
        (np.full((3, 20), np.nan), "diverged: no run has a finite validation loss"),
        (np.full((3, 20), 0.5), "constant: validation loss stays within"),
        (np.zeros((3, 20)), "constant: validation loss stays within"),
        (np.array([[3.0, 2, 1]]), "underfit: still improving at 2 epochs"),
        (np.array([[3.0]]), "only the untrained network was measured"),
        (np.array([[1e308] * 9, [1e308] * 8 + [1.0]]), "hardly any mean validation loss is finite"),
        (np.array([[np.nan] * 9, [3, 2, 1, 1, 1, 1, 1, 1, 1]]), "1 of 2 runs diverged"),
    ],
)
def test_curves_that_say_little_still_get_an_answer(validation, sentence):
    found, said = analyse(loss_table(validation, test=validation))
    text = json.dumps(said, allow_nan=False) + describe(said)
    assert sentence in text
    assert 1 <= len(describe(said).splitlines()) <= 10
    assert len(found["stopping"]) == 19


def test_an_empty_table_gets_a_sentence():
    with pytest.raises(DataError, match="no rows"):
        analyse(loss_table(FALLS).iloc[:0])


def test_no_criteria_leave_no_rows():
    found = tables.compute(read(loss_table(FALLS)), SETTINGS, [])
    assert found["stopping"].empty
    assert found["frontier"].empty
    said = answer.compute(found, SETTINGS)
    assert said["answers"][0]["early_stopping"] is None


def test_runs_that_stop_short_of_the_planned_epochs_have_diverged():
    found, _ = analyse(loss_table(FALLS), epochs=500)
    assert found["phases"]["kind"].item() == "diverged"
    assert found["best_epoch"]["diverged_runs"].item() == 1


def test_a_point_that_diverged_does_not_lead():
    low = FALLS / 10
    low[300:] = np.nan
    _, said = analyse(pd.concat([loss_table(low, alpha=1), loss_table(FALLS, alpha=2)]))
    assert [each["leads"] for each in said["answers"]] == [False, True]


def test_of_points_that_tie_the_first_leads_and_one_without_a_loss_never_does():
    unknown = loss_table(np.full(401, np.nan), alpha=0)
    tables = [unknown, *(loss_table(FALLS, alpha=alpha) for alpha in (1, 2))]
    _, said = analyse(pd.concat(tables))
    assert [each["leads"] for each in said["answers"]] == [False, True, False]


def test_where_every_run_diverged_the_first_of_the_lowest_losses_stands_for_the_dataset():
    def leads(*losses):
        every = [loss_table(each, alpha=alpha) for alpha, each in enumerate(losses)]
        found = tables.compute(read(pd.concat(every), epochs=4), SETTINGS, [])
        return [each["leads"] for each in answer.compute(found, SETTINGS)["answers"]]

    ended = [3.0, 2, 1, np.nan, np.nan]
    assert leads(ended, ended, [3.0, 2, 2, np.nan, np.nan]) == [True, False, False]
    assert leads([np.nan] * 5) == [False]


def test_a_study_that_goes_on_until_it_is_sure_says_how_sure_that_is():
    found = tables.compute(read(loss_table([3.0, 2, 1, 2])), SETTINGS, [])
    goals = [
        answer.compute(found, AnswerSettings.of(looks=looks, sure_within=0.02, max_units=40))
        for looks in (1, 2)
    ]
    assert [said["answers"][0]["goal"] for said in goals] == [
        None,
        {"sure_within_percent": 2.0, "max_units": 40},
    ]
