"""A study is begun for a stranger's file: what is found in it, and that the study is ready to run."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from epochwise.__main__ import main
from epochwise.errors import DataError, StudyError
from epochwise.planning.starting_study import start
from epochwise.planning.validation import validate
from epochwise.study import yaml_files
from helpers import PLUGINS, require

DRAW = random.Random(0)


def rows(number, row):
    return "".join(row(i) + "\n" for i in range(number))


def day(i):
    return date(2020, 1, 1) + timedelta(days=i)


def amount():
    return DRAW.uniform(1, 9)


FILES = {
    "prices with a currency and thousands": (
        "listing_id,side,area,sold_on,price\n"
        + rows(
            90,
            lambda i: (
                f'{700 + i},{["north", "NA"][i % 2]},{i + 30} m²,{day(i)},"${200_000 + 991 * i:,}"'
            ),
        ),
        {
            "thousands": ",",
            "units": ["m²", "$"],
            "target": "price",
            "task": "regression",
            "dates": ["sold_on"],
            "drop": ["listing_id"],
        },
    ),
    "churn of four in a hundred, with words, gaps and comments": (
        "CustomerID,plan,total,since,comment,churned\n"
        + rows(
            200,
            lambda i: (
                f"{i},{'ab'[i % 2]},{'unknown' if i % 50 == 7 else amount()},{i % 28 + 1:02}/{i % 12 + 1:02}/2021"
                f",note {amount()},{'yes' if i % 25 == 0 else 'no'}"
            ),
        ),
        {
            "missing_words": ["unknown"],
            "target": "churned",
            "task": "classification",
            "dates": ["since"],
            "drop": ["comment", "CustomerID"],
            "missing": "impute",
        },
    ),
    "semicolons, decimal commas and points between thousands": (
        "Zeit;Druck;Ventil;Kosten\n"
        + rows(
            60,
            lambda i: (
                f"{day(i):%d.%m.%Y} 10:30;1.0{i % 30 + 10},5;{['auf', 'zu'][i % 2]};12{i % 9}.345,{i + 10}"
            ),
        ),
        {
            "separator": ";",
            "decimal": ",",
            "thousands": ".",
            "target": "Kosten",
            "task": "regression",
            "dates": ["Zeit"],
        },
    ),
    "a country called NA, gaps among numbers, and marks": (
        "country,sugar,quality\n"
        + rows(
            120,
            lambda i: f"{['NA', 'ZA', 'FR'][i % 3]},{'-' if i % 40 == 1 else amount()},{3 + i % 5}",
        ),
        {"target": "quality", "task": "classification", "missing": "impute"},
    ),
    "spaces between thousands, and a currency behind": (
        "a;y\n" + rows(40, lambda i: f"{i % 9 + 1}\u202f{100 + i},50;{i % 7},{i + 10} €"),
        {
            "separator": ";",
            "decimal": ",",
            "thousands": " ",
            "units": ["€"],
            "target": "y",
            "task": "regression",
        },
    ),
    "dates in many ways": (
        "when,month,short,either,y\n"
        + rows(
            40,
            lambda i: (
                f"2020-01-{i % 28 + 1:02}T10:00:00Z,{i % 28 + 1} Mar 2021,{i % 28 + 1:02}.02.21,0{i % 9 + 1}/0{i % 8 + 1}/2020,{amount()}"
            ),
        ),
        {
            "target": "y",
            "task": "regression",
            "dates": {"when": None, "month": None, "short": "%d.%m.%y", "either": "%d/%m/%Y"},
        },
    ),
    "a column that cuts, one without values, one that is constant": (
        "a,none,same,y,part\n"
        + rows(
            50,
            lambda i: (
                f"{amount()},,7,{amount()},{['train', 'validation', 'test'][max(0, i % 5 - 2)]}"
            ),
        ),
        {"target": "y", "task": "regression", "partition": "part", "drop": ["none", "same"]},
    ),
    "a target with gaps": (
        "a,y\n" + rows(50, lambda i: f"{amount()},{'n/a' if i % 10 == 0 else amount()}"),
        {"target": "y", "task": "regression", "missing": "drop_rows"},
    ),
    "a number of rooms that ends in 3+": (
        "rooms,y\n" + rows(50, lambda i: f"{'3+' if i % 5 == 0 else i % 3},{amount()}"),
        {"target": "y", "task": "regression", "categorical": ["rooms"]},
    ),
    "names that YAML would read as something else": (
        'yes,null,1,"a: b",#x,größe,y\n'
        + rows(40, lambda i: ",".join(f"{amount()}" for _ in range(7))),
        {"target": "y", "task": "regression"},
    ),
    "lines that end in a separator": (
        "a|b|y|\n" + rows(40, lambda i: f"{amount()}|{i % 2}|{amount()}|"),
        {"separator": "|", "target": "y", "task": "regression"},
    ),
    "a class of one row": (
        "a,y\n" + rows(60, lambda i: f"{amount()},{'rare' if i == 1 else 'ab'[i % 2]}"),
        {"target": "y", "task": "classification"},
    ),
    "six rows": (
        "a,y\n" + rows(6, lambda i: f"{amount()},{amount()}"),
        {"target": "y", "task": "regression"},
    ),
}


def begin(path, **options):
    started = start(str(path), options.get("targets", ()), options.get("output"), PLUGINS)
    (one,) = yaml_files.read(started.path)["datasets"].values()
    return started, one


@pytest.mark.parametrize("case", FILES)
def test_what_is_found_is_written_and_ready_to_run(tmp_path, case):
    content, expected = FILES[case]
    (tmp_path / "my data (1).csv").write_text(content, encoding="utf-8")
    started, options = begin(tmp_path / "my data (1).csv")
    assert started.path == tmp_path / "my_data_1.yaml"
    assert options == {"file": "my data (1).csv", **expected}
    report = validate([str(started.path)], tmp_path, PLUGINS)
    assert report.problems == []
    assert "my_data_1.yaml: dataset 'my_data_1': " in report.fine[0]


def test_several_targets_and_a_column_that_cuts_the_rows(tmp_path):
    parts = ["train", "validation", "test"]
    lines = rows(60, lambda i: f"{amount()},{amount()},{'' if i == 7 else amount()},{parts[i % 3]}")
    (tmp_path / "two.csv").write_text("a,power,wear,part\n" + lines)
    started, options = begin(tmp_path / "two.csv", targets=["wear", "power", "wear"])
    assert options["target"] == ["wear", "power"]
    assert (options["partition"], options["missing"]) == ("part", "drop_rows")
    assert "regression of 'wear', 'power'." in started.said[0]
    study = yaml_files.read(started.path)
    assert ("partitions" in study, study["seeds"]) == (False, 5)
    assert validate([str(started.path)], tmp_path, PLUGINS).problems == []


def test_what_tells_how_sure_is_runs_on_several_cuts(tmp_path):
    (tmp_path / "one.csv").write_text("a,y\n" + rows(60, lambda i: f"{amount()},{amount()}"))
    study = yaml_files.read(begin(tmp_path / "one.csv")[0].path)
    assert (study["partitions"]["n_repeats"], study["seeds"]) == (5, 1)


def test_an_excel_file_with_notes_beside_the_table(tmp_path):
    require("openpyxl")
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Sales 2023"
    sheet.append(["Order No", "Date", "Region", "Discount", "Paid", "Revenue"])
    for i in range(40):
        when = datetime(2023, 1, 1) + timedelta(days=i)
        sheet.append([i + 1, when, "EU" if i % 2 else "US", f"{i % 30} %", i % 3 == 0, i * 1.7])
    book.create_sheet("Notes").append(["made by", "someone"])
    book.save(tmp_path / "sales.xlsx")
    started, options = begin(tmp_path / "sales.xlsx")
    assert options == {
        "file": "sales.xlsx",
        "sheet": "Sales 2023",
        "units": ["%"],
        "target": "Revenue",
        "task": "regression",
        "dates": ["Date"],
        "drop": ["Order No"],
    }
    assert validate([str(started.path)], tmp_path, PLUGINS).problems == []


UNFIT = {
    "negative numbers in parentheses": (
        "profit,y\n"
        + rows(60, lambda i: f"{'(5.' if i % 3 else '6.'}{i}{')' if i % 3 else ''},{amount()}"),
        "which looks like a negative number in parentheses; write it with a minus sign",
    ),
    "a row of totals": (
        "a,y\n" + rows(40, lambda i: f"{amount()},{amount()}") + "Total,3\n",
        "the text 'Total' in row 41",
    ),
    "a target of one value": (
        "a,y\n" + rows(40, lambda i: f"{amount()},5"),
        "the target 'y' has one value in all",
    ),
    "nothing but names": (
        "name,y\n" + rows(60, lambda i: f"n {i},{amount()}"),
        "no feature columns are left",
    ),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_the_data_do_not_allow_is_told_and_the_study_is_written(tmp_path, case):
    content, sentence = UNFIT[case]
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    started, _ = begin(tmp_path / "data.csv")
    assert sentence in next(
        line for line in started.said if line.startswith("It cannot be trained on")
    )
    (problem,) = validate([str(started.path)], tmp_path, PLUGINS).problems
    assert sentence in problem


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"targets": ["price", "prize"]},
            "data.csv: target: unknown column 'prize'.*Did you mean 'price'",
        ),
        ({"output": Path("1.yaml")}, "'1.yaml' cannot be a study's file"),
        ({"output": Path("no/such/a.yaml")}, "there is no folder 'no/such'"),
        ({"data": "https://example.org/data.csv"}, "is a URL; download it"),
        ({"data": "gone.csv"}, "gone.csv: there is no such file"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(tmp_path, monkeypatch, changes, sentence):
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("a,price\n" + rows(20, lambda i: f"{amount()},{amount()}"))
    given = {"data": "data.csv", "targets": [], "output": None} | changes
    with pytest.raises((DataError, StudyError), match=sentence):
        start(*given.values(), PLUGINS)
    assert [path.name for path in Path().iterdir()] == ["data.csv"]


def test_the_command_says_what_was_guessed_and_what_to_type_next_and_overwrites_nothing(tmp_path):
    (tmp_path / "data.csv").write_text("a,b\n" + rows(20, lambda i: f"{amount()},{amount()}"))
    arguments = ["init", str(tmp_path / "data.csv"), "--plugins", str(PLUGINS)]
    done = CliRunner().invoke(main, arguments)
    first, last = done.output.splitlines()
    assert done.exit_code == 0
    assert "20 rows, 1 feature, regression of 'b' (guessed: the last column; --target" in first
    made = tmp_path / "data.yaml"
    check, run = last.removeprefix("Next: ").split("   then: ")
    assert check.endswith(f"epochwise validate {made}")
    assert run.endswith(f"snakemake --cores 4 --config studies={made}")
    again = CliRunner().invoke(main, arguments)
    assert (again.exit_code, again.output) == (
        1,
        f"Error: {made} already exists; write to another file with --output another.yaml, or remove it.\n",
    )
    other = tmp_path / "deeper" / "b_first.yaml"
    other.parent.mkdir()
    assert (
        CliRunner().invoke(main, [*arguments, "--target", "a", "--output", str(other)]).exit_code
        == 0
    )
    options = yaml_files.read(other)["datasets"]["data"]
    assert options == {"file": "../data.csv", "target": "a", "task": "regression"}
