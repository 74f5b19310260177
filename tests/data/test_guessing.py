"""The options that are guessed of a file: each by itself; `test_starting_study` has whole files."""

import pandas as pd
import pytest

from epochwise.data import guessing
from epochwise.data.guessing import guess
from epochwise.errors import DataError
from helpers import require

pytestmark = pytest.mark.versions

CUTS = ["train", "train", "validation", "test"]


def guessed(tmp_path, content, name="data.csv", target=None):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    return guess(file, [target] if target else [])


def table(separator=",", rows=40, **columns):
    """Write a table; each column is a function of the row's number."""
    lines = [separator.join(columns)]
    lines += [separator.join(str(of(i)) for of in columns.values()) for i in range(rows)]
    return "\n".join(lines) + "\n"


def number(i):
    return i * 1.5 + i % 7


def options(found):
    return {key: value for key, value in found.options.items() if key != "file"}


# ---- what to predict ----


def test_the_target_is_the_last_column_unless_it_is_named(tmp_path):
    found = guessed(tmp_path, table(a=number, b=number))
    assert options(found) == {"target": "b"}
    assert found.reasons == {"target": "the last column; change it if you want to predict another"}
    found = guessed(tmp_path, table(a=number, b=number), target="a")
    assert (options(found), found.reasons) == ({"target": "a"}, {})
    with pytest.raises(DataError, match="target: unknown column 'c'"):
        guessed(tmp_path, table(a=number, b=number), target="c")


@pytest.mark.parametrize(
    ("words", "cuts"),
    [
        (CUTS, True),
        (["train", "validation"], True),
        (["train", "test"], False),
        (["validation", "test"], False),
        ([*CUTS, "valid"], False),
    ],
)
def test_a_column_of_the_partitions_words_cuts_and_is_not_the_target(tmp_path, words, cuts):
    found = guessed(tmp_path, table(a=number, y=number, part=lambda i: words[i % len(words)]))
    assert options(found) == ({"target": "y", "partition": "part"} if cuts else {"target": "part"})


def test_a_column_that_cuts_may_have_gaps(tmp_path):
    found = guessed(tmp_path, table(a=number, y=number, part=lambda i: [*CUTS, ""][i % 5]))
    assert (found.options["target"], found.options["partition"]) == ("y", "part")


def test_where_every_column_cuts_the_first_is_the_target(tmp_path):
    parts = {name: lambda i: CUTS[i % 4] for name in "ab"}
    assert options(guessed(tmp_path, table(**parts))) == {"target": "a", "partition": "b"}


# ---- how the file is laid out ----


@pytest.mark.parametrize(
    ("separator", "name", "given"),
    [
        (",", "data.csv", None),
        ("\t", "data.tsv", None),
        (",", "data.tsv", ","),
        (";", "data.csv", ";"),
        ("|", "data.CSV", "|"),
        ("\t", "data.csv", "\t"),
        (" ", "data.csv", " "),
    ],
)
def test_the_separator_is_the_sign_that_stands_there_most(tmp_path, separator, name, given):
    found = guessed(tmp_path, table(separator, a=number, b=number, c=number), name)
    assert found.options.get("separator") == given
    assert list(found.columns) == ["a", "b", "c"]


def test_blanks_in_names_separate_nothing_where_commas_do(tmp_path):
    content = table(**{"a b c d": number, "y": number})
    assert options(guessed(tmp_path, content)) == {"target": "y"}
    assert options(guessed(tmp_path, " y \n1.5\n2.5\n")) == {"target": "y"}


def test_of_an_excel_files_sheets_the_first_is_taken_and_the_others_are_told(tmp_path):
    require("openpyxl")
    frame = pd.DataFrame({"a": [1.5, 2.5], "y": [0.5, 0.7]})
    for sheets in (["One"], ["One", "Two", "Three"]):
        with pd.ExcelWriter(tmp_path / "data.xlsx") as book:
            for name in sheets:
                frame.to_excel(book, sheet_name=name, index=False)
        found = guess(tmp_path / "data.xlsx")
        assert found.options.get("sheet") == (None if len(sheets) == 1 else "One")
    assert found.reasons["sheet"] == "there are also: Two, Three"


def test_what_cannot_be_read_is_told_as_when_it_is_read(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        guess(tmp_path / "gone.csv")
    (tmp_path / "data.csv").write_bytes("é,b\n1,2\n".encode("latin-1"))
    with pytest.raises(DataError, match="line 1 is not UTF-8"):
        guess(tmp_path / "data.csv")


# ---- how numbers are written ----


def test_of_signs_that_read_as_many_columns_the_plain_one_is_taken(tmp_path):
    """A thousand may be 1,037 or 1.037: where points separate decimals elsewhere, it is a thousand."""
    thousands = table(a=lambda i: f'"{i + 1},{100 + i}"' if i else 123456789, y=number)
    found = guessed(tmp_path, thousands)
    assert options(found) == {"thousands": ",", "target": "y"}
    assert found.reasons["thousands"] == "as in 10,109 of column 'a'"


def test_where_semicolons_separate_the_decimal_comma_is_tried_first(tmp_path):
    found = guessed(tmp_path, table(";", a=lambda i: f"{i + 1},{100 + i}", y=lambda i: i))
    assert options(found) == {"separator": ";", "decimal": ",", "target": "y"}
    assert found.reasons["decimal"] == "as in 10,109 of column 'a'"
    found = guessed(tmp_path, table(";", a=lambda i: f"{i + 1},{100 + i}.5", y=lambda i: i))
    assert options(found) == {"separator": ";", "thousands": ",", "target": "y"}


def test_the_signs_are_those_with_which_fewest_columns_are_left(tmp_path):
    """Two columns have decimal commas, one points; a sign between thousands stands nowhere."""
    columns = {"a": lambda i: f"{i},5", "b": lambda i: f"{i},25", "c": lambda i: f"{i}.75"}
    found = guessed(tmp_path, table(";", **columns, y=lambda i: i))
    assert options(found) == {"separator": ";", "decimal": ",", "target": "y"}
    assert found.reasons["decimal"] == "as in 10,25 of column 'b'"
    columns["b"] = columns["c"]
    assert "decimal" not in guessed(tmp_path, table(";", **columns, y=lambda i: i)).options


def test_numbers_with_a_unit_count_as_well(tmp_path):
    found = guessed(tmp_path, table(";", a=lambda i: f"{i + 1}.{100 + i},5 €", y=lambda i: i))
    assert options(found) == {
        "separator": ";",
        "decimal": ",",
        "thousands": ".",
        "units": ["€"],
        "target": "y",
    }


def test_a_sign_that_is_written_another_way_is_shown_as_it_stands(tmp_path):
    found = guessed(tmp_path, table(";", a=lambda i: f"{i + 1}\u202f{100 + i}", y=lambda i: i))
    assert found.options["thousands"] == " "
    assert found.reasons["thousands"] == "as in 10\u202f109 of column 'a'"


# ---- what is left out, and what is missing ----


def test_every_column_that_is_not_left_out_is_looked_at_again(tmp_path):
    columns = {
        "name": lambda i: f"n {i}",
        "day": lambda i: f"0{i % 9 + 1}/0{i % 8 + 1}/2020",
        "rooms": lambda i: i % 3 if i % 5 else "3+",
        "way": lambda i: f"{i} km",
    }
    found = guessed(tmp_path, table(**columns, y=number))
    assert found.options["drop"] == ["name"]
    kinds = {name: column.kind for name, column in found.columns.items()}
    assert kinds == {"day": "number", "rooms": "text", "way": "number", "y": "number"}


def test_a_column_has_one_place_and_an_id_is_a_number(tmp_path):
    found = guessed(tmp_path, table(day=lambda i: "2020-01-03", a=number, y=number))
    assert options(found) == {"target": "y", "dates": ["day"]}
    found = guessed(tmp_path, table(id=lambda i: f"n{i}", a=number, y=number, rows=9))
    assert options(found) == {"target": "y"}


def test_what_says_nothing_is_left_out_but_never_the_target(tmp_path):
    columns = {"id": lambda i: i, "empty": lambda i: "", "same": lambda i: 7, "a": number}
    found = guessed(tmp_path, table(**columns, y=number))
    assert options(found) == {"target": "y", "drop": ["id", "empty", "same"]}
    assert [found.reasons["drop", name] for name in ("id", "empty", "same")] == [
        "another whole number in every row, called like an id",
        "no values at all",
        "one value in all rows",
    ]
    assert list(found.columns) == ["a", "y"]
    for target in ("id", "same"):
        assert target not in guessed(tmp_path, table(**columns), target=target).options["drop"]


def test_one_value_beside_gaps_says_something(tmp_path):
    found = guessed(tmp_path, table(a=lambda i: 7 if i % 2 else "", y=number))
    assert options(found) == {"target": "y", "missing": "impute"}


def test_missing_values_are_imputed_unless_the_target_has_some(tmp_path):
    gaps = {"a": lambda i: "" if i % 10 == 0 else number(i), "b": number}
    found = guessed(tmp_path, table(**gaps, y=number))
    assert found.options["missing"] == "impute"
    assert found.reasons["missing"] == "in a (4); drop_rows leaves the rows out"
    found = guessed(tmp_path, table(**gaps), target="a")
    assert found.options["missing"] == "drop_rows"
    assert found.reasons["missing"] == "in a (4); a target cannot be imputed"


def test_what_one_option_makes_readable_may_ask_for_another(tmp_path, monkeypatch):
    """Dates may be listed, then get a format; no column keeps the guessing from ending."""
    content = table(a=lambda i: f"0{i % 9 + 1}/0{i % 8 + 1}/2020", y=number)
    assert guessed(tmp_path, content).options["dates"] == {"a": "%d/%m/%Y"}
    rounds = []
    monkeypatch.setattr(guessing, "mend", lambda *column: rounds.append(column[0]) or True)
    guessed(tmp_path, content)
    assert rounds == ["a", "y"] * guessing.ROUNDS
