"""A user's own file: what is read from a good one, and what is said of a bad one."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from epochwise.data import frames, loading
from epochwise.data.datasets import Dataset
from epochwise.data.frames import read_frame
from epochwise.data.guessing import guess
from epochwise.data.standardise import cut_rows
from epochwise.errors import DataError, DataWarning
from epochwise.plugins import registry
from epochwise.study.schema import fill_defaults
from helpers import PLUGINS, require

pytestmark = pytest.mark.versions

SOURCES = registry.load_all(PLUGINS, "datasets")
GOOD = "x,colour,y\n" + "".join(f"{i},{'red' if i % 3 else 'blue'},{i / 7}\n" for i in range(12))


def load(tmp_path, content, name="data.csv", **options):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    options = {"source": "file", "file": str(file), "target": "y"} | options
    return loading.load("mine", SOURCES, options)


def rule(**changes):
    return fill_defaults({"datasets": ["x"], "partitions": changes})["partitions"]


def test_a_csv_is_read_exactly(tmp_path):
    table, facts = load(tmp_path, GOOD)
    assert facts.task == "regression"
    assert facts.features == ["x", "colour"]
    assert facts.categorical == ["colour"]
    assert facts.rows == 12
    assert table["y"].to_pylist() == [i / 7 for i in range(12)]
    assert table["x"].to_pylist() == list(map(float, range(12)))
    assert table["colour"].to_pylist()[:4] == ["blue", "red", "red", "blue"]


def test_tsv_parquet_bom_and_separator_hold_the_same_data(tmp_path):
    table, facts = load(tmp_path, GOOD)
    frame = pd.read_csv(tmp_path / "data.csv")
    frame.to_parquet(tmp_path / "raw.parquet")
    variants = [
        ("data.tsv", GOOD.replace(",", "\t"), {}),
        ("data.parquet", (tmp_path / "raw.parquet").read_bytes(), {}),
        ("bom.csv", b"\xef\xbb\xbf" + GOOD.encode(), {}),
        ("semicolon.csv", GOOD.replace(",", ";"), {"separator": ";"}),
    ]
    for name, content, options in variants:
        other, other_facts = load(tmp_path, content, name, **options)
        assert other.equals(table), name
        assert other_facts == facts, name


def test_a_folder_named_like_a_key_adds_no_column(tmp_path):
    (tmp_path / "year=2020").mkdir()
    frame = pd.DataFrame({"x": np.arange(9) / 2, "y": np.arange(9) / 7})
    frame.to_parquet(tmp_path / "year=2020" / "data.parquet")
    content = (tmp_path / "year=2020" / "data.parquet").read_bytes()
    assert load(tmp_path / "year=2020", content, "data.parquet")[1].features == ["x"]


def test_several_targets_and_chosen_features(tmp_path):
    content = "a,b,c,d\n" + "".join(f"{i},{i * 2},{i * 0.3},{i * 0.7}\n" for i in range(8))
    table, facts = load(tmp_path, content, target=["c", "d"], features="a")
    assert facts.task == "regression"
    assert facts.target == ["c", "d"]
    assert table.column_names == ["a", "c", "d"]
    _, facts = load(tmp_path, content, target="d", drop=["b"])
    assert facts.features == ["a", "c"]


def test_numbers_can_be_categories(tmp_path):
    content = "postcode,y\n" + "".join(f"{1000 + i % 3},{i * 0.5}\n" for i in range(8))
    table, facts = load(tmp_path, content, categorical="postcode")
    assert facts.categorical == ["postcode"]
    assert table["postcode"].to_pylist()[0] == "1000"


def test_drop_rows_and_impute_and_how_many(tmp_path):
    content = "a,c,y\n,red,1.5\n2,,2.5\n" + "".join(f"{i},blue,{i + 0.25}\n" for i in range(6))
    told = r"missing: drop_rows leaves out 2 of 8 rows; missing are values of 'a' \(1\), 'c' \(1\)$"
    with pytest.warns(DataWarning, match=told):
        table, facts = load(tmp_path, content, missing="drop_rows")
    assert facts.rows == table.num_rows == 6
    assert (facts.dropped_rows, facts.missing_values) == (2, {"a": 1, "c": 1})
    with pytest.warns(DataWarning, match=r"missing: impute fills in 2 values of 'a' \(1\), 'c'"):
        table, facts = load(tmp_path, content, missing="impute")
    assert table.num_rows == 8
    assert facts.missing == "impute"
    assert (facts.dropped_rows, facts.missing_values) == (0, {"a": 1, "c": 1})
    assert table["c"].null_count == 1


def test_classes_keep_their_names_beside_missing_values(tmp_path):
    content = "a,y\n1,\n" + "".join(f"{i},{i % 3}\n" for i in range(9))
    with pytest.warns(DataWarning, match="leaves out 1 of 10 rows"):
        _, facts = load(tmp_path, content, task="classification", missing="drop_rows")
    assert facts.classes == ["0", "1", "2"]
    assert facts.task == "multiclass"


def test_a_column_of_numbers_as_text_in_parquet_is_numbers(tmp_path):
    frame = pd.DataFrame({"a": ["1", "2.5", "3", "4"], "y": [0.1, 0.2, 0.3, 0.4]})
    frame.to_parquet(tmp_path / "text.parquet")
    table, facts = load(tmp_path, (tmp_path / "text.parquet").read_bytes(), "data.parquet")
    assert facts.categorical == []
    assert table["a"].to_pylist() == [1.0, 2.5, 3.0, 4.0]


def load_parquet(tmp_path, frame, **options):
    frame.to_parquet(tmp_path / "made.parquet")
    return load(tmp_path, (tmp_path / "made.parquet").read_bytes(), "data.parquet", **options)


@pytest.mark.parametrize("task", [None, "regression"])
def test_decimals_are_numbers(tmp_path, task):
    texts = ["0.1", "0.3", "1.15", "2.5", "12345678.9"]
    decimals = [Decimal(text) for text in texts]
    table, facts = load_parquet(tmp_path, pd.DataFrame({"a": decimals, "y": decimals}), task=task)
    assert facts.task == "regression"
    assert table["a"].to_pylist() == table["y"].to_pylist() == list(map(float, texts))


def test_decimals_of_any_source_are_numbers():
    values = pa.array([Decimal("0.1"), Decimal("0.3"), None, Decimal("7.7"), Decimal("2.5")])
    dataset = Dataset(pa.table({"x": values, "y": values}), ["x"], ["y"], missing="drop_rows")
    with pytest.warns(DataWarning, match="leaves out 1 of 5 rows"):
        table, facts = loading.settle("mine", dataset, None)
    assert facts.task == "regression"
    assert table["x"].to_pylist() == table["y"].to_pylist() == [0.1, 0.3, 7.7, 2.5]


@pytest.mark.parametrize("task", [None, "regression"])
def test_numbers_as_text_in_a_target_are_told(tmp_path, task):
    frame = pd.DataFrame({"a": np.arange(4.0), "y": ["0.5", "1.5", "2.5", "3.5"]})
    sentence = "target 'y' has '0.5' in row 1, a number written as text; .*set task: classification"
    with pytest.raises(DataError, match=sentence):
        load_parquet(tmp_path, frame, task=task)
    assert load_parquet(tmp_path, frame, task="classification")[1].task == "multiclass"


def test_whole_numbers_beside_gaps_keep_their_last_digit(tmp_path):
    large = pa.table({"a": [2**53 + 1, None, 1, 2, 3], "y": [0.5, 1.5, 2.5, 3.5, 4.5]})
    pq.write_table(large, tmp_path / "made.parquet")
    with pytest.raises(
        DataError, match="column 'a' has the whole number 9007199254740993 in row 1"
    ):
        load(tmp_path, (tmp_path / "made.parquet").read_bytes(), "data.parquet", missing="impute")
    pq.write_table(
        pa.table({"a": [0.5, 1.5] * 3, "y": [1, 2, None] * 2}), tmp_path / "made.parquet"
    )
    content = (tmp_path / "made.parquet").read_bytes()
    with pytest.warns(DataWarning, match="leaves out 2 of 6 rows"):
        table, facts = load(tmp_path, content, "data.parquet", missing="drop_rows")
    assert facts.classes == ["1", "2"]
    assert table["y"].to_pylist() == [1, 2, 1, 2]


def test_codes_of_numbers_are_numbers(tmp_path):
    frame = pd.DataFrame({"a": np.arange(4.0), "y": pd.Categorical([0.5, 1.5, 2.5, 0.5])})
    table, facts = load_parquet(tmp_path, frame)
    assert facts.task == "regression"
    assert table["y"].to_pylist() == [0.5, 1.5, 2.5, 0.5]


def test_rows_of_parquet_are_counted_whatever_its_index_is(tmp_path):
    frame = pd.DataFrame({"a": ["1", "2", "3", "4", "n/k"], "y": np.arange(5) / 7})
    frame.index = ["one", "two", "three", "four", "five"]
    with pytest.raises(DataError, match="the text 'n/k' in row 5 among numbers"):
        load_parquet(tmp_path, frame)
    frame.index = [3, 5, 7, 9, 11]
    with pytest.raises(DataError, match="the text 'n/k' in row 5 among numbers"):
        load_parquet(tmp_path, frame)


def test_a_source_without_a_target_is_told():
    with pytest.raises(DataError, match="dataset 'mine': target names no column"):
        loading.settle("mine", Dataset(pa.table({"x": np.arange(5.0)}), ["x"], []), None)


NUMBERS = "".join(f"{i},{i * 0.5}\n" for i in range(12))
MANY = "".join(f"name {i},{i * 0.5}\n" for i in range(150))
BAD = {
    "an empty file": ("", {}, "is empty; the first line must name the columns"),
    "an empty first line": ("\n1,2\n", {}, "the first line is empty"),
    "a header only": ("a,y\n", {}, "has a header but no rows"),
    "names twice": ("a,a,y\n" + "1,2,3\n" * 5, {}, "the column name 'a' stands twice"),
    "no name": (",a,y\n" + "1,2,3\n" * 5, {}, "column 1 has no name"),
    "no target": ("a,price\n" + NUMBERS, {"target": "prize"}, "Did you mean 'price'"),
    "text among numbers": (
        "a,y\n" + NUMBERS + "n/k,3\n",
        {},
        "column 'a' has the text 'n/k' in row 13 among numbers",
    ),
    "infinite values": ("a,y\n" + NUMBERS + "inf,3\n", {}, "'a' has an infinite value in row 13"),
    "an infinite target": (
        "a,y\n" + NUMBERS + "1,-inf\n",
        {},
        "'y' has an infinite value in row 13",
    ),
    "missing values": ("a,y\n" + NUMBERS + ",3\n", {}, "1 missing value, the first in row 13"),
    "a missing target": (
        "a,y\n" + NUMBERS + "3,\n",
        {"missing": "impute"},
        "column 'y' has 1 missing value",
    ),
    "a column without values": (
        "a,b,y\n" + "1,,2\n" * 5,
        {"missing": "impute"},
        "no values at all",
    ),
    "one row": ("a,y\n1,2\n", {}, "has 1 row without missing values; it needs at least 4"),
    "no features": ("y\n" + "1\n" * 5, {}, "no feature columns are left"),
    "a row too long": ("a,y\n1,2\n1,2,3\n", {}, "Expected 2 fields in line 3, saw 3"),
    "all rows too long": ("a,y\n" + "1,2,3\n" * 5, {}, "names 2 columns, a row has 3"),
    "semicolons": (
        "a;y\n" + "1;2\n" * 5,
        {},
        "the first line, 'a;y', is one column where ',' separates them; set separator: \";\"",
    ),
    "names of things": (
        "a,y\n" + MANY,
        {},
        "has 150 different texts, another in every row, such as 'name 0' in row 1; put it under drop",
    ),
    "two roles": ("a,y\n" + NUMBERS, {"features": ["a", "y"]}, "'y' stands under target and under"),
    "a role twice": ("a,y\n" + NUMBERS, {"features": ["a", "a"]}, "'a' stands under features and"),
    "categories that are no features": (
        "a,y\n" + NUMBERS,
        {"categorical": "b"},
        "categorical: unknown feature 'b'",
    ),
    "an unknown rule": ("a,y\n" + NUMBERS, {"missing": "ignore"}, "missing: unknown rule 'ignore'"),
    "a long separator": ("a,y\n" + NUMBERS, {"separator": "--"}, "'--' cannot be one; give"),
    "an unknown option": ("a,y\n" + NUMBERS, {"targets": "y"}, "unknown option 'targets'"),
    "a target of one class": (
        "a,y\n" + "1,yes\n" * 6,
        {},
        "the target has one class only, 'yes'",
    ),
    "texts as quantities": (
        "a,y\n" + "1,yes\n2,no\n" * 6,
        {"task": "regression"},
        "task regression needs numbers, but the target 'y' has 'yes' in row 1",
    ),
    "text in the target": (
        "a,y\n" + NUMBERS + "3,oops\n",
        {},
        "the target 'y' has 'oops' in row 13 among numbers",
    ),
    "a task that is not plain": (
        "a,y\n" + "1,0\n2,1\n3,2\n" * 6,
        {},
        "has 3 different whole numbers, which may be quantities or classes",
    ),
    "an empty target": (
        "a,y\n" + NUMBERS,
        {"target": None},
        "target: is empty; name one or several",
    ),
    "a target of no column": ("a,y\n" + NUMBERS, {"target": []}, "target: is empty; name one"),
    "text in the second target": (
        "a,y,z\n" + "1,0.5,2\n" * 6 + "1,0.5,oops\n",
        {"target": ["y", "z"]},
        "the target 'z' has 'oops' in row 7, and several targets must all be numbers",
    ),
    "two columns of classes": (
        "a,y,z\n" + "1,yes,no\n" * 6,
        {"target": ["y", "z"]},
        "classification takes one target column",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_gets_one_sentence(tmp_path, case):
    content, options, expected = BAD[case]
    with pytest.raises(DataError) as error:
        load(tmp_path, content, **options)
    sentence = str(error.value)
    assert expected in sentence
    assert "data.csv" in sentence or "dataset 'mine'" in sentence
    assert "\n" not in sentence


def test_a_missing_file():
    options = {"source": "file", "file": "nowhere/data.csv", "target": "y"}
    with pytest.raises(DataError, match=r"nowhere/data\.csv: there is no such file"):
        loading.load("mine", SOURCES, options)


def test_a_missing_option():
    with pytest.raises(DataError, match="dataset 'mine': the option 'target' is missing"):
        loading.load("mine", SOURCES, {"source": "file", "file": "data.csv"})


def test_an_unknown_type(tmp_path):
    with pytest.raises(DataError, match="unknown file type"):
        load(tmp_path, GOOD, "data.pdf")


def test_a_file_that_is_not_utf8_names_the_line(tmp_path):
    with pytest.raises(DataError, match="line 2 is not UTF-8 text"):
        load(tmp_path, "x,y\nrosé,1\n".encode("latin-1"))
    with pytest.raises(DataError, match="line 1 is not UTF-8 text"):
        load(tmp_path, GOOD.encode("utf-16"))


def test_a_parquet_file_that_is_none(tmp_path):
    with pytest.raises(DataError, match=r"data\.parquet: cannot be read"):
        load(tmp_path, GOOD, "data.parquet")


def test_an_excel_file_without_what_reads_it_is_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "is_installed", lambda module: module != "openpyxl")
    with pytest.raises(
        DataError, match=r"needs openpyxl.*pip install -c constraints.txt -e '.\[excel\]'"
    ):
        load(tmp_path, b"PK", "data.xlsx")


def book(tmp_path, **sheets):
    require("openpyxl")
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(tmp_path / "made.xlsx")
    return (tmp_path / "made.xlsx").read_bytes()


TABLE = [["a", "c", "y"], *([i / 4, "NA" if i % 2 else "ZA", i / 8] for i in range(9)), [None] * 3]


@pytest.mark.filterwarnings("ignore:.*column 'c' has 'NA' in 4 row")
def test_an_excel_file_is_read_as_the_same_table_in_text(tmp_path):
    content = book(tmp_path, One=[[], *TABLE], Two=[["x"]])
    table, facts = load(tmp_path, content, "data.xlsx", sheet="One")
    text = "\n".join(",".join(map(str, row)) for row in TABLE[:-1])
    other, other_facts = load(tmp_path, text)
    assert table.equals(other)
    assert facts == other_facts


@pytest.mark.parametrize(
    ("sheets", "options", "sentence"),
    [
        (
            {"One": TABLE, "Two": TABLE},
            {},
            "has the sheets 'One', 'Two'; name one, such as sheet: One",
        ),
        ({"One": TABLE}, {"sheet": "one"}, "there is no sheet 'one'; there are: 'One'"),
        ({"One": []}, {}, "the sheet 'One' is empty; its first row must name the columns"),
        (
            {"One": [["Report"], *TABLE]},
            {},
            "column 2 has no name; the first line must name every column",
        ),
    ],
)
def test_an_excel_file_that_is_no_table_is_told(tmp_path, sheets, options, sentence):
    content = book(tmp_path, **sheets)
    with pytest.raises(DataError) as error:
        load(tmp_path, content, "data.xlsx", **options)
    assert sentence in str(error.value)


def test_what_is_no_excel_file_is_told(tmp_path):
    require("openpyxl")
    told = r"data\.xlsx: cannot be read: File is not a zip file, .* save it as \.xlsx or as \.csv"
    with pytest.raises(DataError, match=told):
        load(tmp_path, GOOD, "data.xlsx")
    with pytest.raises(DataError, match=told):
        guess(tmp_path / "data.xlsx")


def test_an_excel_file_by_another_name_is_told(tmp_path):
    require("openpyxl")
    pd.DataFrame({"a": range(99)}).to_excel(tmp_path / "data.xlsx")
    (tmp_path / "data.xlsx").rename(tmp_path / "data.csv")
    with pytest.raises(DataError, match=r"data\.csv: is packed, .* rename it to \.xlsx\."):
        read_frame(tmp_path / "data.csv")


def test_several_columns_with_mistakes_get_a_sentence_each(tmp_path):
    with pytest.raises(DataError) as error:
        load(tmp_path, "a,b,c,y\n" + "0x1F,2020-01-03,1,1.5\n" * 5 + "0x2F,2020-01-04,n/k,2.5\n")
    assert [one.split("column ")[1][:8] for one in error.value.sentences] == [
        "'a' has ",
        "'b' has ",
        "'c' has ",
    ]
    assert str(error.value).endswith("And 2 more: `epochwise validate` lists all.")


def test_codes_and_ids_are_numbers_with_a_warning(tmp_path):
    content = "zip,order_id,y\n" + "".join(f"0{1000 + i},{i},{i / 7}\n" for i in range(9))
    with pytest.warns(DataWarning) as told:
        load(tmp_path, content)
    first, second = (str(one.message).split("data.csv: ")[1] for one in told)
    assert first.startswith(
        "column 'zip' has '01000' in row 1, which is read as the number 1000; put it"
    )
    assert second.startswith(
        "column 'order_id' has another whole number in every row and is called like"
    )
    table, _ = load(tmp_path, content, categorical="zip", drop="order_id")
    assert table["zip"][0].as_py() == "01000"


def test_numbers_dates_and_gaps_are_read_as_the_study_says(tmp_path):
    content = (
        "price;day;c;y\n"
        + "1.037,50 €;31.12.2020;red;k.A.\n" * 2
        + "2,5 €;1.1.2021;k.A.;-0,5\n" * 4
    )
    said = {"separator": ";", "decimal": ",", "thousands": ".", "units": "€", "dates": "day"}
    content += "7 €;2.1.2021;blue;0\n" * 4 + "8 €;2.1.2021;blue;1,5\n"
    with pytest.warns(DataWarning, match="leaves out 6 of 11 rows"):
        table, facts = load(tmp_path, content, **said, missing_words="k.A.", missing="drop_rows")
    assert table["price"].to_pylist() == [7, 7, 7, 7, 8]
    assert table["day"].to_pylist() == [18629] * 5
    assert facts.missing_values == {"c": 4, "y": 2}


def test_dates_are_refused(tmp_path):
    frame = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=6), "y": np.arange(6) / 7})
    frame.to_parquet(tmp_path / "days.parquet")
    with pytest.raises(DataError, match="column 'day' has dates"):
        load(tmp_path, (tmp_path / "days.parquet").read_bytes(), "data.parquet")


CUTS = {
    "an unknown word": (
        "a,part,y\n" + "1,train,0.5\n2,train,0.7\n" * 3 + "1,valid,0.5\n",
        {"partition": "part"},
        {},
        "column 'part' has the word 'valid' in row 7; it may have train, validation, test",
    ),
    "a partition of one row": (
        "a,part,y\n" + "1,train,0.5\n2,train,0.7\n" * 3 + "1,validation,0.5\n",
        {"partition": "part"},
        {},
        "the validation partition has 1 row; it needs at least 2",
    ),
    "a class of one row": (
        "a,y\n" + "1,yes\n2,no\n" * 6 + "3,perhaps\n",
        {},
        {},
        "class perhaps has 1 row, too few to stratify into 2 parts",
    ),
    "a class of three rows in five folds": (
        "a,y\n" + "1,yes\n2,no\n" * 6 + "3,perhaps\n" * 3,
        {},
        {"method": "k_fold"},
        "class perhaps has 3 rows, too few to stratify into 5 parts",
    ),
    "more folds than rows": (
        "a,y\n" + NUMBERS,
        {},
        {"method": "k_fold", "n_splits": 50},
        "50 folds are too many for 12 rows",
    ),
    "a partition larger than the data": (
        "a,y\n" + NUMBERS,
        {},
        {"validation_size": 40},
        "partitions: with validation_size: 40, none of the 12 rows is left to train on; set less",
    ),
    "stratified numbers": (
        "a,y\n" + NUMBERS,
        {},
        {"stratify": True},
        "partitions.stratify: true needs classes",
    ),
    "a class without training rows": (
        "a,part,y\n" + "1,train,yes\n2,train,no\n" * 3 + "1,validation,perhaps\n" * 2,
        {"partition": "part"},
        {},
        "class perhaps has no row in the train partition",
    ),
}


@pytest.mark.parametrize("case", CUTS)
def test_data_that_cannot_be_cut_gets_one_sentence(tmp_path, case):
    content, options, partitions, expected = CUTS[case]
    table, facts = load(tmp_path, content, **options)
    with pytest.raises(DataError) as error:
        cut_rows(table, facts, rule(**partitions), 0)
    assert expected in str(error.value)
    assert "dataset 'mine'" in str(error.value)
