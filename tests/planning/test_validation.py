"""All that is wrong with a study and its data, at once; and a look at all data before any is trained."""

import os
import shutil
import warnings

import pytest

from epochwise.data import loading
from epochwise.errors import DataError, DataWarning, StudyError
from epochwise.planning import first_look
from epochwise.planning.first_look import check_data
from epochwise.planning.refusals import check_config, read_plans
from epochwise.planning.reruns import Code
from epochwise.planning.validation import Findings, describe_cut, validate
from helpers import PLUGINS, ROOT

GOOD = "a,b,y\n" + "".join(f"{i / 3},{i % 5},{i / 7}\n" for i in range(200))


def write(folder, **files):
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8")


def found(folder, *names):
    return validate([str(folder / name) for name in names], folder, PLUGINS)


def test_a_study_that_can_run_is_told_in_a_line_for_each_dataset(tmp_path):
    write(tmp_path, good_csv=GOOD)
    write(
        tmp_path,
        mine_yaml="datasets: {houses: {file: good.csv, target: y}, iris: }\npartitions: {test_size: 0.25}\n",
    )
    report = found(tmp_path, "mine.yaml")
    assert (report.problems, report.warnings) == ([], [])
    assert [line.removeprefix(f"{tmp_path}/mine.yaml: ") for line in report.fine] == [
        "dataset 'houses': 200 rows, 2 features, regression of 'y'; train 110, validation 40, test 50",
        "dataset 'iris': 150 rows, 4 features, classification of 'target' (3 classes); train 82, "
        "validation 30, test 38",
    ]
    assert sorted(os.listdir(tmp_path)) == ["good.csv", "mine.yaml"]


def test_all_mistakes_are_told_at_once_and_each_once(tmp_path):
    messy = 'a,b,day,y\n"1,037",x,2020-01-03,\n' + '"2,500",y,2020-01-04,3\n' * 9
    write(tmp_path, messy_csv=messy, good_csv=GOOD)
    write(
        tmp_path,
        mine_yaml="""
datasets:
  gone: {file: gone.csv, target: y, drp: a}
  far: {file: "https://example.org/a.csv", target: y}
  odd: {source: moons, row: 5}
  messy: {file: messy.csv, target: y}
  good: {file: good.csv, target: y}
backends: [nunpy, sklearm]
stopping: [{criterion: GLL, alpha: 5}]
figures: {loss_curve: {}}
training: {batch_size: 180}
""",
    )
    lines = found(tmp_path, "mine.yaml", "mine.yaml", "no.yaml").problems
    expected = [
        "no.yaml'; check the path",
        "datasets.gone.file: there is no file",
        "datasets.far.file: 'https://example.org/a.csv' is a URL; download it",
        "dataset 'gone': unknown option 'drp'",
        "dataset 'odd': unknown option 'row'",
        "unknown backend 'nunpy'",
        "unknown backend 'sklearm'",
        "unknown criterion 'GLL'",
        "unknown figure 'loss_curve'",
        "column 'a' has '1,037' in row 1",
        "column 'day' has dates",
        "training.batch_size: 180 is more than the 160 training rows of dataset 'good'",
    ]
    for part in expected:
        assert sum(part in line for line in lines) == 1, (part, lines)
    assert len(lines) == len(expected)


def test_of_a_study_that_the_schema_refuses_the_data_are_looked_at_as_well(tmp_path):
    write(tmp_path, bad_csv="a,y\n" + "1,2\n" * 9)
    text = "datasets: {bad: {file: bad.csv, target: y}}\nsedes: 5\nepoch: 3\ntraining: {epochs: 0, alpha: -1}\n"
    write(tmp_path, mine_yaml=text)
    lines = "\n".join(found(tmp_path, "mine.yaml").problems)
    for part in (
        "key 'sedes'",
        "key 'epoch'",
        "training.epochs: 0",
        "training.alpha: -1",
        "has one value",
    ):
        assert lines.count(part) == 1, lines


def test_what_a_figure_shows_has_to_be_known_of_the_data(tmp_path):
    write(tmp_path, good_csv=GOOD)
    text = "datasets: {good: {file: good.csv, target: y}}\nfigures: {loss_curves: {metric: accuracy}}\n"
    write(tmp_path, mine_yaml=text)
    (problem,) = found(tmp_path, "mine.yaml").problems
    assert "figures.loss_curves.metric: 'accuracy' is not known of 'good'" in problem


def test_a_problem_is_noted_once_with_its_file_in_front():
    findings = Findings()
    findings.note("a.yaml", ["epochs: 0", "a.yaml: seeds: x", "epochs: 0"])
    findings.note("a.yaml", ["seeds: x"])
    findings.note("b.yaml", ["seeds: x"])
    assert findings.problems == ["a.yaml: epochs: 0", "a.yaml: seeds: x", "b.yaml: seeds: x"]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("seed: 5\nepoch: 3", "regression of 'y'; train 160, validation 40"),
        ("seed: 5\npartitions: {validation_size: 0.6, test_size: 0.6}", "regression of 'y'"),
        (
            "partitions: {n_repeats: 3}",
            "regression of 'y'; 3 cuts, the first train 160, validation 40",
        ),
    ],
)
def test_data_are_cut_unless_the_cut_itself_is_wrong(tmp_path, text, ends):
    write(tmp_path, good_csv=GOOD)
    write(tmp_path, mine_yaml=f"datasets: {{good: {{file: good.csv, target: y}}}}\n{text}\n")
    (line,) = found(tmp_path, "mine.yaml").fine
    assert line.endswith(f": dataset 'good': 200 rows, 2 features, {ends}")


def test_folds_are_counted_where_there_are_several():
    assert describe_cut({"train": 1500, "test": 3}, 1) == "train 1,500, test 3"
    assert describe_cut({"train": 1500, "test": 3}, 2) == "2 cuts, the first train 1,500, test 3"


NARROW = """
from epochwise.api import hookimpl


@hookimpl
def register_backends(register):
    register("narrow", object, honours={"activation": ["tanh"]})
"""


def test_what_a_backend_has_said_that_it_cannot_do_is_told(tmp_path):
    shutil.copytree(PLUGINS, tmp_path / "plugins")
    (tmp_path / "plugins/narrow_backend.py").write_text(NARROW, encoding="utf-8")
    write(tmp_path, mine_yaml="datasets: [iris]\nbackends: [narrow]\n")
    report = validate([str(tmp_path / "mine.yaml")], tmp_path, tmp_path / "plugins")
    assert [line for line in report.problems if "'relu'" in line]


@pytest.mark.filterwarnings("default")
def test_of_all_that_is_warned_of_only_what_is_about_the_data_is_told(tmp_path, monkeypatch):
    load = loading.load

    def warn(*arguments):
        warnings.warn("a library is old", UserWarning, stacklevel=1)
        warnings.warn("mind the gap", DataWarning, stacklevel=1)
        return load(*arguments)

    monkeypatch.setattr(loading, "load", warn)
    write(tmp_path, mine_yaml="datasets: [iris]\n")
    assert found(tmp_path, "mine.yaml").warnings == [f"{tmp_path}/mine.yaml: mind the gap"]


def test_what_is_no_study_at_all_is_told(tmp_path):
    write(tmp_path, a_yaml="datasets: [", b_yaml="- 1\n", c_yaml="seeds: 1\n")
    lines = found(tmp_path, "a.yaml", "b.yaml", "c.yaml").problems
    assert [line.split(": ", 1)[0].rpartition("/")[2] for line in lines] == [
        "a.yaml",
        "b.yaml",
        "c.yaml",
    ]


def test_a_key_of_the_configuration_that_nobody_knows():
    check_config({"studies": "all"})
    with pytest.raises(
        StudyError, match=r"--config: unknown key 'studdies'.*Did you mean 'studies'"
    ):
        check_config({"studies": ["diabetes"], "studdies": "x"})


def look(folder):
    plans = read_plans(str(folder / "mine.yaml"), folder, PLUGINS, folder / "results")
    check_data(plans.values(), PLUGINS, Code(ROOT / "workflow/scripts", PLUGINS), folder / "passed")


TWO = "datasets: {good: {file: good.csv, target: y}, other: {file: other.csv, target: y}}\n"


def test_a_broken_second_dataset_is_told_before_anything_is_trained(tmp_path):
    write(tmp_path, good_csv=GOOD, other_csv=GOOD + "n/k,1,2\nx,?,3\n", mine_yaml=TWO)
    with pytest.raises(DataError) as error:
        look(tmp_path)
    (sentence,) = error.value.sentences
    assert sentence.startswith(
        f"{tmp_path}/mine.yaml: {tmp_path}/other.csv: column 'a' has the text 'n/k'"
    )
    assert not (tmp_path / "passed").exists()


def test_data_that_have_passed_are_looked_at_again_when_they_change(tmp_path, monkeypatch):
    write(tmp_path, good_csv=GOOD, other_csv=GOOD, mine_yaml=TWO)
    looks = []
    monkeypatch.setattr(first_look, "_validate", lambda *arguments: looks.append(arguments))
    changes = [
        lambda: None,
        lambda: write(tmp_path, other_csv=GOOD + "1,2,3\n"),
        lambda: write(tmp_path, mine_yaml=TWO + "partitions: {test_size: 0.1}\n"),
        lambda: write(tmp_path, mine_yaml=TWO + "partitions: {test_size: 0.1}\nseeds: 9\n"),
    ]
    for change, new in zip(changes, [1, 2, 3, 3], strict=True):
        change()
        look(tmp_path)
        look(tmp_path)
        assert len(looks) == new


def test_one_dataset_is_loaded_by_its_job_alone(tmp_path, monkeypatch):
    write(tmp_path, good_csv=GOOD, mine_yaml="datasets: {good: {file: good.csv, target: y}}\n")
    monkeypatch.setattr(first_look, "_validate", None)
    look(tmp_path)


def test_two_studies_of_one_name_are_told(tmp_path):
    (tmp_path / "sub").mkdir()
    files = [tmp_path / "mine.yaml", tmp_path / "sub/mine.yaml"]
    for file in files:
        file.write_text("datasets: [diabetes]\n")
    found = validate([str(file) for file in files], tmp_path, PLUGINS)
    (problem,) = found.problems
    assert problem.endswith("two studies of one name; rename one of the files.")
