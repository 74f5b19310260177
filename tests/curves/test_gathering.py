"""Many files at once: labels become runs and settings, and every file that cannot be read is told."""

import pytest

from epochwise.answers import refit
from epochwise.columns import facts_of
from epochwise.curves.gathering import gather
from epochwise.curves.readers import load_readers
from epochwise.errors import CurvesError
from epochwise.tables.reading import LossTable
from helpers import PLUGINS

KNOWN = load_readers(PLUGINS)


def csv(folder, name, *losses, header="epoch,train_loss,validation_loss"):
    rows = [f"{epoch},{2 * loss},{loss}" for epoch, loss in enumerate(losses, 1)]
    (folder / name).write_text("\n".join([header, *rows]) + "\n")
    return folder / name


def test_labels_make_settings_folds_and_seeds(tmp_path):
    files = [
        (csv(tmp_path, f"{rate}-{fold}-{seed}.csv", 1.0, rate + fold + seed), labels)
        for rate in (0.5, 2)
        for fold in (0, 1)
        for seed in (3, 1)
        for labels in [{"rate": rate, "fold": fold, "seed": seed}]
    ]
    table = gather({"mine": (files, {})}, KNOWN)
    first, second = LossTable(table).curves()
    assert (first.key["rate"], second.key["rate"]) == (0.5, 2.0)
    assert first.seed.tolist() == [1, 3, 1, 3]
    assert first.fold.tolist() == [0, 0, 1, 1]
    assert first.validation[:, 2].tolist() == [1.5, 3.5, 2.5, 4.5]
    assert first.unit == "fold"


def test_runs_without_a_seed_are_numbered_in_each_setting(tmp_path):
    files = [(csv(tmp_path, f"{n}.csv", 1.0, 0.5), {"depth": n // 2}) for n in range(5)]
    curves = LossTable(gather({"mine": (files, {})}, KNOWN)).curves()
    assert [one.seed.tolist() for one in curves] == [[0, 1], [0, 1], [0]]


def test_each_setting_is_compared_up_to_its_own_end(tmp_path):
    files = [
        (csv(tmp_path, "a.csv", 3.0, 2.0), {"depth": 1}),
        (csv(tmp_path, "b.csv", 3.0, 2.0, 1.0), {"depth": 2}),
        (csv(tmp_path, "c.csv", 3.0, 2.0, 1.0, 0.5), {"depth": 2}),
    ]
    curves = LossTable(gather({"mine": (files, {})}, KNOWN)).curves()
    assert [one.planned for one in curves] == [2, 3]
    assert [one.stopped.tolist() for one in curves] == [[False], [True, False]]


def test_rows_that_are_told_are_those_of_every_fold(tmp_path):
    files = [(csv(tmp_path, f"{n}.csv", 1.0, 0.5), {"fold": n}) for n in range(3)]
    rows = {"train": 80, "validation": 20, "all": 100}
    table = gather({"mine": (files, {"rows": rows})}, KNOWN)
    (curves,) = LossTable(table).curves()
    assert curves.rows["train"].tolist() == [80] * 3
    assert facts_of(table.schema)["all_rows"] == {"mine": 100}
    told = {"rows": {"train": 80, "validation": 20}}
    assert facts_of(table.schema)["folds"] == {"mine": {"0": told, "1": told, "2": told}}
    refitted = refit.row(curves, 100)
    assert (
        refitted["best_epoch"]
        == refitted["refit_epochs_by_passes"]
        == refitted["refit_epochs"]
        == 2
    )
    assert refit.row(curves, 800)["refit_epochs"] == 1  # twice 80 of 800 rows are a fifth of a pass
    steps = gather({"mine": (files, {"rows": rows, "unit": "step"})}, KNOWN)
    assert facts_of(steps.schema)["all_rows"] == {}  # more rows take as many steps


def test_several_names_are_datasets_each_with_its_own_options(tmp_path):
    one, two = csv(tmp_path, "a.csv", 1.0, 0.5), csv(tmp_path, "b.csv", 0.5, 0.75)
    score = {"best": "greatest", "validation_loss": "validation_loss"}
    table = gather({"a": ([(one, {})], {}), "b": ([(two, {})], score)}, KNOWN)
    rows = table.to_pydict()
    assert rows["dataset"] == ["a"] * 3 + ["b"] * 3
    assert rows["validation_score"] == [None] * 4 + [0.5, 0.75]
    assert rows["train_loss"][3:] == [None] * 3  # a loss is no score
    assert facts_of(table.schema)["folds"] == {"a": {}, "b": {}}
    rows = {"rows": {"train": 8}}
    folds = {name: ([(one, {"fold": fold})], rows) for fold, name in enumerate("ab")}
    table_of_folds = gather(folds, KNOWN)
    assert facts_of(table_of_folds.schema)["folds"] == {"a": {"0": rows}, "b": {"1": rows}}
    named = LossTable(table).named
    assert named == {"a": {"loss": "loss"}, "b": {"loss": "1 - loss", "score": "loss"}}


def test_every_file_that_cannot_be_read_is_told_and_the_good_ones_are_not(tmp_path):
    files = [(csv(tmp_path, "good.csv", 1.0), {}), (tmp_path / "gone.csv", {})]
    (tmp_path / "bad.csv").write_text("epoch,validation_loss\n1,x\n")
    files.append((tmp_path / "bad.csv", {}))
    with pytest.raises(CurvesError) as caught:
        gather({"mine": (files, {})}, KNOWN)
    assert [one.split(":")[0].split("/")[-1] for one in caught.value.sentences] == [
        "gone.csv",
        "bad.csv",
    ]


def test_a_mistake_that_many_files_share_is_told_once(tmp_path):
    files = [(csv(tmp_path, f"{n}.csv", 1.0), {}) for n in range(12)]
    files += [(tmp_path / "gone.csv", {})]
    with pytest.raises(CurvesError) as caught:
        gather({"mine": (files, {"validation_loss": "mse"})}, KNOWN)
    first, second = caught.value.sentences
    assert first.startswith(f"{tmp_path}/0.csv and 11 more: validation_loss: unknown column 'mse'")
    assert second.startswith(f"{tmp_path}/gone.csv: no such file")


@pytest.mark.parametrize(("count", "said"), [(10, "0.csv, "), (11, "0.csv and 10 more: ")])
def test_up_to_ten_files_are_named(tmp_path, count, said):
    files = [(csv(tmp_path, f"{n}.csv", 1.0), {}) for n in range(count)]
    with pytest.raises(CurvesError) as caught:
        gather({"mine": (files, {"validation_loss": "mse"})}, KNOWN)
    (sentence,) = caught.value.sentences
    assert sentence.startswith(f"{tmp_path}/{said}")


def test_only_the_readers_that_are_known_are_asked(tmp_path):
    (tmp_path / "a.csv").write_text("epoch,loss,val_loss\n0,2,3\n1,1,2\n")
    for known, reader in ((KNOWN, "keras"), ({"table": KNOWN["table"]}, "table")):
        rows = gather({"mine": ([(tmp_path / "a.csv", {})], {})}, known).to_pydict()
        assert set(rows["backend"]) == {reader}


def test_beside_a_score_what_was_guessed_of_losses_is_left_out(tmp_path):
    (tmp_path / "a.csv").write_text("epoch,loss,val_acc\n0,2,0.5\n1,1,0.75\n")
    score = {"best": "greatest", "validation_loss": "val_acc", "reader": "table"}
    (file,) = facts_of(gather({"mine": ([(tmp_path / "a.csv", {})], score)}, KNOWN).schema)["files"]
    assert "train_loss" not in file["columns"]
    assert list(file["guesses"]) == ["first_epoch"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"best": "biggest"}, "best: 'biggest' is not allowed; it must be one of lowest, greatest"),
        ({"best": "greatest"}, "best: greatest: say which column.*is the score"),
        ({"out_of": 0}, "out_of: 0 is not allowed; it must be a number above 0"),
        ({"out_of": 100}, "out_of: 100 is the greatest value of a score; say best: greatest, or"),
        (
            {"best": "greatest", "validation_loss": "val_acc", "train_loss": "loss"},
            "train_loss: 'loss' is a loss by its name, and 'val_acc' a score",
        ),
        (
            {"rows": {"train": 80, "validation": 30, "all": 100}},
            r"train \+ validation are 110 rows, more than all, 100",
        ),
        ({"rowz": {}}, "unknown option 'rowz'.*there are: best, epoch.*Did you mean 'rows'"),
        ({"rows": {"trian": 3}}, "rows: .*is not allowed"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_options_that_cannot_be_are_told(tmp_path, options, said):
    with pytest.raises(CurvesError, match=said):
        gather({"mine": ([(csv(tmp_path, "a.csv", 1.0), {})], options)}, KNOWN)


def test_two_files_of_one_run_are_told(tmp_path):
    files = [(csv(tmp_path, n, 1.0), {"seed": 4}) for n in ("a.csv", "b.csv")]
    with pytest.raises(CurvesError, match=r"b\.csv and .*a\.csv: are both fold 0, seed 4"):
        gather({"mine": (files, {})}, KNOWN)
    (tmp_path / "two.csv").write_text("epoch,run,validation_loss\n1,a,2\n1,b,3\n")
    with pytest.raises(CurvesError, match=r"has 2 runs, and its name gives one seed"):
        gather({"mine": ([(tmp_path / "two.csv", {"seed": 4})], {"run": "run"})}, KNOWN)
