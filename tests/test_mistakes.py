"""Some ninety natural mistakes in studies, data and on the command line, each with the sentence it gets.

None ends in a traceback or well, and none is told twice.
"""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from epochwise.__main__ import main
from helpers import PLUGINS

GOOD = "a,b,y\n" + "".join(f"{i / 3},{'red' if i % 3 else 'blue'},{i / 7}\n" for i in range(60))
THOUSAND = [number / 1000 for number in range(1000)]
HOUSES = "datasets: {houses: {file: data.csv, target: y}}\n"

STUDIES = {  # what is added to a study that is fine, and what is said of it
    "a billion points": (
        f"sweep: {{alpha: {THOUSAND}, power_t: {THOUSAND}, momentum: {THOUSAND}}}",
        "sweep: makes 1,000,000,000 points, of which there may be 100,000",
    ),
    "folds of a method without": (
        "partitions: {n_splits: 7}",
        "partitions.n_splits: 7 has no effect with method 'hold_out'; set method: k_fold, or leave",
    ),
    "a size of a method without": (
        "partitions: {method: k_fold, validation_size: 0.3}",
        "partitions.validation_size: 0.3 has no effect with method 'k_fold'; set method: hold_out",
    ),
    "a hundred million segments": (
        "training: {epochs: 100000000}\njobs: {epochs_per_job: 1}",
        "makes 100,000,000 training jobs, of which there may be 200,000; leave jobs.seeds_per_job",
    ),
    "too many resamples": ("answer: {resamples: 9223372036854775807}", "of at most 1000000"),
    "a key misspelt": ("seed: 5", "unknown key 'seed'; there are: .* Did you mean 'seeds'?"),
    "a key in a section misspelt": (
        "training: {epoch: 5}",
        "unknown key in training 'epoch'; .*'epochs'",
    ),
    "a key in the wrong section": ("network: {epochs: 5}", "unknown key in network 'epochs'"),
    "a word for a number": (
        "training: {epochs: many}",
        "training.epochs: 'many' is not allowed; it must",
    ),
    "half an epoch": ("training: {epochs: 2.5}", r"training.epochs: 2\.5 is not allowed"),
    "no epoch": ("training: {epochs: 0}", "training.epochs: 0 is not allowed; .* at least 1"),
    "a negative rate": (
        "training: {learning_rate_init: -0.1}",
        "learning_rate_init: -0.1 is not allowed",
    ),
    "a decimal comma": (
        'training: {alpha: "0,1"}',
        "training.alpha: '0,1' is not allowed; .* a number",
    ),
    "an activation misspelt": (
        "network: {activation: Relu}",
        "activation: 'Relu' .* one of identity",
    ),
    "layers as a text": (
        "network: {hidden_layer_sizes: 64 32}",
        "hidden_layer_sizes: '64 32' .* a list",
    ),
    "a solver of another library": (
        "training: {solver: adamw}",
        "solver: 'adamw' .* one of adam, sgd",
    ),
    "momentum with adam": (
        "training: {momentum: 0.5}",
        "momentum: 0.5 has no effect with solver 'adam'",
    ),
    "a batch above the rows": (
        "training: {batch_size: 500}",
        "batch_size: 500 is more than the 48 training",
    ),
    "a share above one": (
        "partitions: {validation_size: 1.5}",
        "validation_size: 1.5 is not allowed",
    ),
    "per cent for a share": ("partitions: {test_size: 20%}", "test_size: '20%' is not allowed"),
    "shares that leave nothing": (
        "partitions: {test_size: 0.5, validation_size: 0.5}",
        "leave no training",
    ),
    "more folds than rows": (
        "partitions: {method: k_fold, n_splits: 90}",
        "90 folds are too many for 60",
    ),
    "strata of quantities": (
        "partitions: {stratify: true}",
        "stratify: true needs classes, not numbers",
    ),
    "a backend misspelt": ("backends: [nunpy]", "unknown backend 'nunpy'.*Did you mean 'numpy'"),
    "a backend of no plugin": (
        "backends: [keras]",
        "unknown backend 'keras'; there are: jax, numpy",
    ),
    "a graphics card for NumPy": ("training: {device: cuda}", "'numpy' has no device 'cuda'"),
    "a figure misspelt": (
        "figures: {loss_curve: {}}",
        "unknown figure 'loss_curve'.*'loss_curves'",
    ),
    "a metric of another task": (
        "figures: {loss_curves: {metric: [loss, accuracy]}}",
        r"figures\.loss_curves\.metric: 'accuracy' is not known of .*it may be: loss, mae, rmse",
    ),
    "a criterion misspelt": (
        "stopping: [{criterion: patients, patience: 5}]",
        "unknown criterion 'patients'",
    ),
    "a sweep over seeds": ("sweep: {seeds: [1, 2]}", "sweep: unknown key 'seeds'"),
    "a swept value twice": ("sweep: {alpha: [0.1, 0.1]}", "are the same point; remove one"),
    "seeds twice": ("seeds: [1, 1]", "seeds: .* has a value twice"),
    "a key twice": ("seeds: 5\nseeds: 6", "line 3: the key 'seeds' stands twice"),
    "a tab": ("training:\n\tepochs: 5", "line 3: has a tab where YAML has spaces"),
    "two documents": ("---\nseeds: 5", "line 2: begins a second document; a file holds one"),
    "a tag of Python": (
        "seeds: !!python/tuple [1, 2]",
        "line 2: the tag !!python/tuple is not allo",
    ),
    "not a number": ("training: {alpha: .nan}", "line 2: .nan is not a finite number"),
    "thousands in a number": (
        "training: {epochs: 1_000}",
        "training.epochs: '1_000' is not allowed",
    ),
    "an empty value": (
        "training:",
        "training: an empty value is not allowed; it must be a mapping",
    ),
    "yes for true": (
        "standardise: {target: yes}",
        "target: 'yes' is not allowed; .* true or false",
    ),
    "a rate for a schedule": (
        "training: {learning_rate: 0.01}",
        "training.learning_rate: 0.01 is not allowed; it must be one of constant",
    ),
    "a range of seeds": ("seeds: 0-9", "seeds: '0-9' is not allowed"),
    "a confidence in per cent": ("answer: {interval: 95}", "answer.interval: 95 is not allowed"),
    "a width in millimetres": (
        "figures: {loss_curves: {width: 85}}",
        "figures.loss_curves.width: 85 is not allowed; it may be: page, column",
    ),
    "a figure that has nothing to show": (
        "figures: {best_epoch: {}}",
        "figures.best_epoch: needs two seeds or folds or more",
    ),
    "a criterion without its number": (
        "stopping: [{criterion: patience}]",
        "criterion 'patience' lacks patience; give it",
    ),
    "seeds that go on where cuts do": (
        "seeds: auto\npartitions: {method: k_fold}",
        "seeds: auto adds runs on one cut, and there are several",
    ),
    "more rows than there are": (
        "partitions: {validation_size: 5000}",
        "with validation_size: 5000, none of the 60 rows is left to train on",
    ),
    "a name that is a path": (
        "sweep: {points: {a/b: {}}}",
        "sweep.points: 'a/b' cannot be a name; use letters",
    ),
    "a colon without a blank": ("training: {epochs:5}", "unknown key in training 'epochs:5'"),
}

DATASETS = {  # the options of a dataset, and what is said of them
    "no file": (
        "file: hauses.csv, target: y",
        "datasets.houses.file: there is no file '.*hauses.csv'",
    ),
    "a URL": ("file: https://example.org/data.csv, target: y", "is a URL; download it"),
    "no target": ("file: data.csv", "the option 'target' is missing"),
    "a target misspelt": (
        "file: data.csv, target: Y",
        "target: unknown column 'Y'; there are: a, b, y.",
    ),
    "an option misspelt": (
        "file: data.csv, target: y, seperator: x",
        "unknown option 'seperator'.*'separator'",
    ),
    "a source misspelt": ("source: diabets", "unknown source 'diabets'.*Did you mean 'diabetes'"),
    "a task misspelt": (
        "file: data.csv, target: y, task: regresion",
        "task: 'regresion' .* one of regression",
    ),
    "a rule misspelt": ("file: data.csv, target: y, missing: drop", "missing: unknown rule 'drop'"),
    "two roles": ("file: data.csv, target: y, drop: y", "'y' stands under target and under drop"),
    "a date that is no column": (
        "file: data.csv, target: y, dates: day",
        "dates: unknown column in use 'day'",
    ),
    "a unit that is a number": ("file: data.csv, target: y, unit: 5", "unit: 5 is not allowed"),
    "a target among the features": (
        "file: data.csv, target: y, features: [a, y]",
        "'y' stands under target and under features; choose one",
    ),
    "one sign for two": (
        "file: data.csv, target: y, decimal: '.', thousands: '.'",
        "decimal and thousands are both '.'",
    ),
    "a word for a number of rows": (
        "source: friedman1, rows: many",
        "friedman1: The 'rows' parameter .* Got 'many' instead; change the dataset's options",
    ),
    "a sheet of a text": (
        "file: data.csv, target: y, sheet: one",
        "sheet: 'one' is for .xlsx files",
    ),
    "braces in a name": ("file: '{study}.csv', target: y", "has braces, .* rename it"),
    "an empty seed": (
        "source: friedman1, seed: ",
        "friedman1: seed: None .* a whole number from 0",
    ),
    "a seed that is a yes": ("source: moons, seed: true", "moons: seed: True is not allowed"),
    "a sign that is none": ("file: data.csv, target: y, decimal: ;", "decimal: ';' is not allowed"),
}

DATA = {  # a file, the options that are added, and what is said of it
    "nothing in it": ("", "", "is empty; the first line must name the columns"),
    "no rows": ("a,y\n", "", "has a header but no rows"),
    "no header": ("0.5,1.5\n" + "1,2\n" * 9, "", "the first line has numbers, such as '0.5'"),
    "a title above": ("Prices\na,b,y\n" + "1,2,3\n" * 9, "", "names 1 column, a row has 3"),
    "semicolons": ("a;b;y\n" + "1;2;3\n" * 9, "", '.a;b;y., is one column .* set separator: ";"'),
    "tabs": ("a\ty\n" + "1\t2\n" * 9, "", r'set separator: "\\t"'),
    "a comment above": (
        "# made by hand\na,y\n" + "1,2\n" * 9,
        "",
        "the first line, '# made by hand', is a comment, and it must name the columns; remove it",
    ),
    "a quote that stays open": (
        'a,y\n1,2\n"3,4\n5,6\n',
        "",
        "a text begins with a double quote in row 2 and never ends",
    ),
    "a column twice": ("a,a,y\n1,2,3\n4,5,6\n", "", "the column name 'a' stands twice; rename one"),
    "row numbers without a name": (
        ",a,y\n0,1,2\n1,3,4\n",
        "",
        "column 1 has no name; the first line",
    ),
    "a sum below": (
        "a,y\n" + "1,1.5\n2,2.5\n" * 9 + "Total,40\n",
        "",
        "has the text 'Total' in row 19 among numbers",
    ),
    "a minus in parentheses": (
        "a,y\n" + "".join(f"({i}.5),{i / 7}\n" for i in range(30)),
        "",
        "a negative number in parentheses; write it with a minus sign",
    ),
    "two decimal signs": (
        "a;y\n" + "1,5;2\n2.5;3\n" * 9,
        'separator: ";", decimal: ","',
        "a number, but not written as others of the column; write all of them in one way",
    ),
    "a page of the web": (
        "<!DOCTYPE html>\n<html></html>\n",
        "",
        "is a page of the web, not a table",
    ),
    "another encoding": ("größe,y\n1,2\n".encode("latin-1"), "", "line 1 is not UTF-8 text"),
    "a row too long": (
        "a,y\n1,2\n1,2,3\n",
        "",
        "Expected 2 fields in line 3, saw 3; correct this line",
    ),
    "thousands": (
        'a,y\n"1,037",1\n"2,500",3\n' * 9,
        "",
        "'1,037' in row 1, .* set thousands: .,. if it is 1037 or",
    ),
    "a target in thousands": (
        'a,y\n1,"1,000"\n2,"2,000"\n3,"3,000"\n4,"1,000"\n',
        "",
        "target 'y' has '1,000' in row 1, .* thousands",
    ),
    "prices": (
        "a,y\n" + "".join(f"${i}.50,{i / 7}\n" for i in range(30)),
        "",
        r"\$0.50. in row 1.*units: ..\$..",
    ),
    "per cent": (
        "a,y\n" + "".join(f"{i} %,{i / 7}\n" for i in range(30)),
        "",
        "'0 %' in row 1, .*units: ..%",
    ),
    "decimal commas": (
        "a;y\n" + "1,5;2\n2,5;3\n" * 9,
        'separator: ";"',
        "'1,5' in row 1.* set decimal: ",
    ),
    "hexadecimal": (
        "a,y\n0x1F,1\n0x2A,2\n",
        "",
        "'0x1F' in row 1, which looks like a hexadecimal number",
    ),
    "two units": (
        "a,y\n" + "5 km,1\n300 m,2\n" * 9,
        "",
        "the unit 'm' and the unit 'km'; write one unit",
    ),
    "a word among numbers": (
        "a,y\n" + "1,1\n2,5\n" * 9 + "n/k,3\n",
        "",
        "text 'n/k' in row 19 among numbers",
    ),
    "dates": (
        "a,y\n2020-01-03,1\n2020-01-04,2\n",
        "",
        "has dates, such as '2020-01-03' .*dates .*or under drop",
    ),
    "days or months": (
        "a,y\n03/04/2020,1\n05/06/2020,2\n",
        "dates: a",
        "may be written '%d/%m/%Y' or '%m/%d",
    ),
    "names of rows": (
        "a,y\n" + "".join(f"n{i},{i}\n" for i in range(40)),
        "",
        "40 different texts, another in",
    ),
    "a gap": (
        "a,y\n1,1\n,2\n3,3\n4,4\n",
        "",
        "column 'a' has 1 missing value, the first in row 2",
    ),
    "no value": (
        "a,b,y\n" + "1,,1\n2,,2\n" * 9,
        "missing: impute",
        "column 'b' has no values at all; leave",
    ),
    "infinity": ("a,y\n1,1\ninf,2\n3,3\n4,4\n", "", "column 'a' has an infinite value in row 2"),
    "too large": (
        "a,y\n9007199254740993,1\n1,2\n",
        "",
        "the whole number 9007199254740993 in row 1",
    ),
    "beyond 64 bits": (
        "a,y\n18446744073709551617,1\n1,2\n",
        "",
        "whole number 18446744073709551617 in row 1",
    ),
    "too large a target": (
        "a,y\n1,9007199254740993\n2,1.5\n",
        "",
        "whole number 9007199254740993 in row 1",
    ),
    "one value": ("a,y\n" + "1,5\n2,5\n" * 9, "", "the target 'y' has one value in all 18 rows, 5"),
    "one class": ("a,y\n" + "1,yes\n2,yes\n" * 9, "", "the target has one class only, 'yes'"),
    "few whole numbers": (
        "a,y\n" + "1,1\n2,2\n3,3\n" * 9,
        "",
        "set task: regression or task: classification",
    ),
    "three rows": (
        "a,y\n1,1.5\n2,2.5\n3,3.5\n",
        "",
        "has 3 rows without missing values; it needs",
    ),
    "a rare class": (
        "a,y\n" + "1,b\n2,c\n" * 9 + "3,rare\n",
        "",
        "class rare has 1 row, too few to strat",
    ),
    "a word that is no partition": (
        "a,y,part\n" + "1,1.5,train\n2,2.5,valid\n" * 9,
        "partition: part",
        "the word 'valid' in row 2; it may have train, validation, test",
    ),
}
COMMANDS = {
    "a study misspelt": (
        ["validate", "diabetis"],
        "unknown study 'diabetis'.*Did you mean 'diabetes'",
    ),
    "a study that is not there": (
        ["validate", "my/study.yaml"],
        "there is no file 'my/study.yaml'",
    ),
    "no study": (["validate"], "Missing argument 'STUDIES..."),
    "a command misspelt": (["validat", "x"], "No such command 'validat'"),
    "a file that is not there": (["init", "gone.csv"], "gone.csv: there is no such file"),
    "a folder": (["init", "."], "is a folder; give a file"),
    "a file of another kind": (
        ["init", "notes.pdf"],
        "unknown file type '.pdf'; use .csv, .tsv, .xlsx",
    ),
    "a study for a table": (["validate", "data.csv"], "unknown study 'data.csv'; .* ends in .yaml"),
    "a place that is not there": (
        ["init", "data.csv", "--output", "gone/x.yaml"],
        "--output: there is no folder 'gone'; make it first",
    ),
    "an old Excel file": (["init", "old.xls"], "save it as .xlsx or as .csv"),
    "an option misspelt": (["init", "data.csv", "--targt", "y"], "No such option"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text(GOOD, encoding="utf-8")
    for name in ("notes.pdf", "old.xls"):
        Path(name).write_text("x", encoding="utf-8")
    Path("config/studies").mkdir(parents=True)
    Path("config/studies/diabetes.yaml").write_text("datasets: [diabetes]\n", encoding="utf-8")
    return tmp_path


def run(*arguments):
    """Run a command that is to fail; give the lines it prints, but for warnings."""
    done = CliRunner().invoke(main, [*arguments, "--plugins", str(PLUGINS)])
    assert done.exit_code != 0, done.output
    assert isinstance(done.exception, SystemExit), done.exception
    return [line for line in done.output.splitlines() if not line.startswith("warning: ")]


def check(study, sentence):
    """Validate a study with one mistake: one line that names the file, says it, and ends as a sentence does."""
    Path("mine.yaml").write_text(study, encoding="utf-8")
    (line,) = run("validate", "--quiet", "mine.yaml")
    assert line.startswith("mine.yaml: ")
    assert re.search(sentence, line), line
    assert line.endswith((".", "?")), line


@pytest.mark.parametrize("mistake", STUDIES)
def test_a_mistake_in_a_study(folder, mistake):
    added, sentence = STUDIES[mistake]
    check(f"{HOUSES}{added}\n", sentence)


@pytest.mark.parametrize("mistake", DATASETS)
def test_a_mistake_in_the_options_of_a_dataset(folder, mistake):
    options, sentence = DATASETS[mistake]
    check(f"datasets: {{houses: {{{options}}}}}\n", sentence)


@pytest.mark.parametrize("mistake", DATA)
def test_a_mistake_in_the_data(folder, mistake):
    content, options, sentence = DATA[mistake]
    Path("data.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    check(f"datasets: {{houses: {{file: data.csv, target: y, {options}}}}}\n", sentence)


@pytest.mark.parametrize("mistake", COMMANDS)
def test_a_mistake_on_the_command_line(folder, mistake):
    arguments, sentence = COMMANDS[mistake]
    assert re.search(sentence, run(*arguments)[-1])


def test_a_run_says_the_same_once_and_ends_badly(clone):
    (clone.folder / "data.csv").write_text("a,y\n" + '"1,037",2\n"2,500",3\n' * 9, encoding="utf-8")
    clone.study("mine", HOUSES.replace("data.csv", "../../data.csv"))
    said = clone.run("--config", "studies=mine", ok=False)
    assert said.count("column 'a' has '1,037' in row 1, which looks like a number") == 1
    assert "Traceback" not in said


def test_a_run_of_two_datasets_is_refused_before_any_job(clone):
    (clone.folder / "data.csv").write_text(GOOD, encoding="utf-8")
    (clone.folder / "bad.csv").write_text(GOOD + "n/k,red,1\n1,red,x\n", encoding="utf-8")
    bad = HOUSES.replace("{houses", "{good").replace("}}", "}, bad: {file: bad.csv, target: y}}")
    clone.study("mine", bad.replace("file: ", "file: ../../"))
    said = clone.run("--config", "studies=mine", ok=False)
    assert said.count("bad.csv: column 'a' has the text 'n/k' in row 61 among numbers") == 1
    assert "Traceback" not in said
    assert [file.name for file in (clone.folder / "results").iterdir()] == [".lock"]


def test_a_key_of_the_configuration_that_nobody_knows_is_refused(clone):
    said = clone.run("--config", "studdies=diabetes", ok=False)
    assert said.count("--config: unknown key 'studdies'; there are: studies. Did you mean") == 1
    assert "Traceback" not in said
