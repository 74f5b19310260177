from pathlib import Path

import pytest

from epochwise.errors import StudyError
from epochwise.study import study as studies

pytestmark = pytest.mark.versions


def write(folder, text, name="mine.yaml"):
    path = folder / name
    path.write_text(text)
    return path


def load(folder, text):
    return studies.load(write(folder, text))


def test_the_shortest_study(tmp_path):
    study = load(tmp_path, "datasets: [diabetes]")
    assert study.name == "mine"
    assert study.resolved["title"] == "mine"
    assert study.datasets == {"diabetes": {"source": "diabetes"}}
    assert study.backends == ["numpy"]
    assert study.seeds == [0]
    assert list(study.folds("diabetes")) == [0]
    assert list(study.points()) == ["default"]
    assert study.points()["default"].swept == {}


@pytest.mark.parametrize(
    ("seeds", "expected"), [("3", [0, 1, 2]), ("[42]", [42]), ("[7, 3]", [3, 7])]
)
def test_seeds(tmp_path, seeds, expected):
    assert load(tmp_path, f"datasets: [iris]\nseeds: {seeds}").seeds == expected


@pytest.mark.parametrize(
    ("partitions", "folds"),
    [
        ("{}", 1),
        ("{n_repeats: 3}", 3),
        ("{method: k_fold}", 5),
        ("{method: k_fold, n_splits: 4, n_repeats: 2}", 8),
    ],
)
def test_folds(tmp_path, partitions, folds):
    study = load(tmp_path, f"datasets: [iris]\npartitions: {partitions}")
    assert study.folds("iris") == range(folds)


def test_the_files_own_column_is_one_fold(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    text = "datasets: {a: {file: a.csv, target: y, partition: part}, iris: }\n"
    study = load(tmp_path, text + "partitions: {n_repeats: 3}")
    assert study.folds("a") == range(1)
    assert study.folds("iris") == range(3)


def test_an_empty_partition_column_is_none(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    text = "datasets: {a: {file: a.csv, target: y, partition: }}\npartitions: {method: k_fold}"
    assert load(tmp_path, text).folds("a") == range(5)


def test_a_file_lies_beside_its_study(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.csv").write_text("x")
    study = load(tmp_path, "datasets: {a: {file: data/a.csv, target: y}, wine: {task: regression}}")
    assert study.datasets["a"] == {"source": "file", "file": "data/a.csv", "target": "y"}
    assert study.dataset_file("a") == tmp_path / "data/a.csv"
    assert study.dataset_file("wine") is None


def test_numbers_have_one_spelling(tmp_path):
    one = load(tmp_path, "datasets: [iris]\ntraining: {alpha: 0, epochs: 1e3}")
    other = load(tmp_path, "datasets: [iris]\ntraining: {alpha: 0.0, epochs: 1000}")
    assert repr(one.resolved) == repr(other.resolved)


BAD = [
    ("training: {learning_rate: adaptive}", "'adaptive' has no effect with solver 'adam'"),
    ("partitions: {validation_size: 0.5, test_size: 0.5}", "leave no training rows"),
    ("training: {alpha: .nan}", "line 2: .nan is not a finite number"),
    ("seeds: 1\nseeds: 2", "the key 'seeds' stands twice"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_what_is_refused(tmp_path, text, expected):
    with pytest.raises(StudyError, match=expected) as error:
        load(tmp_path, f"datasets: [iris]\n{text}")
    assert str(error.value).startswith(f"{tmp_path}/mine.yaml: ")


def test_a_missing_file_is_told_at_once(tmp_path):
    with pytest.raises(StudyError, match=r"datasets.a.file: there is no file '.*data/a.csv'"):
        load(tmp_path, "datasets: {a: {file: data/a.csv, target: y}}")


def test_a_partition_column_excludes_k_fold(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(StudyError, match=r"datasets.a.partition: the column cuts the rows already"):
        load(
            tmp_path,
            "datasets: {a: {file: a.csv, target: y, partition: p}}\npartitions: {method: k_fold}",
        )


def test_schedules_go_with_sgd(tmp_path):
    text = "datasets: [iris]\ntraining: {solver: sgd, learning_rate: adaptive}"
    assert load(tmp_path, text).points()["default"].values["learning_rate"] == "adaptive"


@pytest.fixture
def folder(tmp_path):
    for name in ("one", "two"):
        write(tmp_path, "datasets: [iris]", f"{name}.yaml")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("one", ["one"]),
        ("all", ["one", "two"]),
        ("two,one", ["two", "one"]),
        (["one", "two", "one"], ["one", "two"]),
        (["all", "one"], ["one", "two"]),
    ],
)
def test_find(folder, names, expected):
    assert [path.stem for path in studies.find(names, folder)] == expected


def test_find_a_path_anywhere(folder, tmp_path):
    path = write(tmp_path, "datasets: [iris]", "elsewhere.yaml")
    assert studies.find(str(path), Path("config/studies")) == [path]
    assert studies.find([str(folder / "one.yaml"), "one"], folder) == [folder / "one.yaml"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("oen", "unknown study 'oen'; there are: .*Did you mean 'one'"),
        ("no/such.yaml", "there is no file 'no/such.yaml'"),
        ([], "give names, paths, or all"),
        (None, "give names, paths, or all"),
        (3, "give names, paths, or all"),
    ],
)
def test_find_refuses(folder, names, expected):
    with pytest.raises(StudyError, match=expected):
        studies.find(names, folder)


def test_two_studies_of_one_name(folder):
    (folder / "sub").mkdir()
    other = write(folder / "sub", "datasets: [iris]", "one.yaml")
    with pytest.raises(StudyError, match="two studies of one name"):
        studies.find(["one", str(other)], folder)


def test_a_name_that_is_no_folder_name(folder):
    path = write(folder, "datasets: [iris]", "my study.yaml")
    with pytest.raises(StudyError, match="needs a name of letters"):
        studies.find([str(path)], folder)


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "data.csv").touch()
    path = write(tmp_path, "datasets: {a: {file: ~/data.csv, target: y}}")
    (found,) = studies.find("~/mine.yaml", tmp_path / "elsewhere")
    assert found == path
    assert studies.load(found).dataset_file("a") == tmp_path / "data.csv"


def test_a_url_and_a_file_that_is_not_there_are_told_at_once(tmp_path):
    text = 'datasets: {a: {file: "s3://bucket/a.csv", target: y}, b: {file: b.csv, target: y}}'
    with pytest.raises(StudyError) as error:
        load(tmp_path, text)
    first, second = error.value.sentences
    assert first.endswith(
        "a.file: 's3://bucket/a.csv' is a URL; download it, and give the path of the file."
    )
    assert "datasets.b.file: there is no file" in second


@pytest.mark.parametrize(
    ("text", "rounds"),
    [
        ("seeds: 7", []),
        ("seeds: auto", [5, 10, 20, 30]),
        ("seeds: auto\nanswer: {max_units: 5}", [5]),
        ("seeds: auto\nanswer: {max_units: 45}", [5, 10, 20, 40, 45]),
        ("partitions: {n_repeats: auto}", [5, 10, 20, 30]),
        ("partitions: {method: k_fold, n_splits: 5, n_repeats: auto}", [1, 2, 4, 6]),
        ("partitions: {method: k_fold, n_splits: 3, n_repeats: auto}", [2, 4, 8, 10]),
        ("partitions: {method: k_fold, n_splits: 50, n_repeats: auto}", [1]),
    ],
)
def test_a_study_that_goes_on_until_it_is_sure_has_rounds_that_double(tmp_path, text, rounds):
    study = load(tmp_path, f"datasets: [iris]\n{text}\n")
    assert study.rounds == rounds
    runs = [(fold, seed) for fold in study.folds("iris") for seed in study.seeds]
    each = {"k_fold": study.resolved["partitions"]["n_splits"]}
    per_repeat = each.get(study.resolved["partitions"]["method"], 1)
    for number, count in enumerate(rounds):
        own = [run for run in runs if study.round_of(*run) <= number]
        assert len(own) == count * (1 if text.startswith("seeds") else per_repeat)
    assert rounds or {study.round_of(*run) for run in runs} == {0}


def test_rounds_add_what_counts_as_independent(tmp_path):
    two = "datasets: [iris]\nseeds: auto\npartitions: {n_repeats: 2}\n"
    with pytest.raises(
        StudyError, match=r"seeds: auto adds runs on one cut.*n_repeats: auto, and a"
    ):
        load(tmp_path, two)
    with pytest.raises(StudyError, match="seeds: auto adds runs on one cut"):
        load(tmp_path, two.replace("2}", "auto}"))
    (tmp_path / "data.csv").write_text("a,y,part\n")
    own = "datasets: {one: {file: data.csv, target: y, partition: part}}\n"
    with pytest.raises(
        StudyError, match=r"the column datasets\.one\.partition allows one; write seeds"
    ):
        load(tmp_path, own + "partitions: {n_repeats: auto}\n")
    assert load(tmp_path, own + "seeds: auto\n").rounds == [5, 10, 20, 30]


def test_a_study_of_curves_is_written_down_as_it_is(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "mine.yaml").write_text("curves: {net: {files: a.csv}}\n")
    study = studies.load(tmp_path / "mine.yaml")
    assert study.as_run == dict(study.resolved)
    assert not study.trains
