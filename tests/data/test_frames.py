"""A file read as it is written: which cells it has, and what is no table at all."""

import numpy as np
import pandas as pd
import pytest

from epochwise.data import frames
from epochwise.data.frames import read_frame
from epochwise.data.text_frames import CODES, SEEN, find_separator, first_bad_line, quoted
from epochwise.errors import DataError
from helpers import require

pytestmark = pytest.mark.versions


def read(tmp_path, content, name="data.csv", **options):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_frame(file, **options)


def refusal(tmp_path, content, name="data.csv", **options):
    with pytest.raises(DataError) as error:
        read(tmp_path, content, name, **options)
    return str(error.value).removeprefix(f"{tmp_path / name}: ")


# ---- text files ----


def test_numbers_texts_and_gaps_are_read_as_they_stand(tmp_path):
    frame = read(tmp_path, "n, a  b ,c\n1, x,0.1\n2,NA,\n3,,7\n")
    assert list(frame.columns) == ["n", "a b", "c"]
    assert frame["n"].tolist() == [1, 2, 3]
    assert frame["n"].dtype == "int64"
    assert frame["a b"].tolist()[:2] == ["x", "NA"]
    assert frame["a b"].isna().tolist() == [False, False, True]
    np.testing.assert_array_equal(frame["c"], [0.1, np.nan, 7])


def test_names_and_texts_may_stand_in_quotes_behind_a_blank(tmp_path):
    frame = read(tmp_path, 'a, "b, c"\n1, "x, y"\n')
    assert frame.to_dict("list") == {"a": [1], "b, c": ["x, y"]}


def test_columns_that_are_to_stay_texts_keep_their_zeros(tmp_path):
    frame = read(tmp_path, "zip,n\n007,007\n", texts=["zip"])
    assert (frame["zip"].tolist(), frame["n"].tolist()) == (["007"], [7])


def test_a_decimal_comma_is_read_where_it_is_said(tmp_path):
    assert read(tmp_path, "a;b\n1,5;2\n", separator=";", decimal=",")["a"].tolist() == [1.5]
    assert read(tmp_path, "a\tb\n1,5\t2\n", "data.tsv")["a"].tolist() == ["1,5"]


def test_blanks_may_separate_and_then_each_counts(tmp_path):
    frame = read(tmp_path, "a b c\n1  3\n", separator=" ")
    assert frame.iloc[0].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        (["9007199254740993", "1", ""], ["9007199254740993", "1", None]),
        (["9007199254740992.5", "1.5"], ["9007199254740992.5", "1.5"]),
        (["-9007199254740993", "1.5"], ["-9007199254740993", "1.5"]),
        (["9007199254740991", "1.5"], [9007199254740991.0, 1.5]),
        (["inf", "1.5"], [np.inf, 1.5]),
    ],
)
def test_a_column_of_numbers_too_large_for_floats_stays_text(tmp_path, cells, read_as):
    frame = read(tmp_path, "b,a\n" + "".join(f"1,{cell}\n" for cell in cells))
    assert frame["a"].astype(object).where(frame["a"].notna(), None).tolist() == read_as
    assert frame["b"].tolist() == [1] * len(cells)


def test_codes_that_are_read_as_numbers_are_told_with_their_row(tmp_path):
    frame = read(tmp_path, "zip,n,t\n10115,0,01\n 01067,10,x\n02000,7,y\n")
    told = (
        "has '01067' in row 2, which is read as the number 1067; put it under categorical or drop"
    )
    assert frame.attrs[CODES] == {"zip": f"{told} if it is a code", "n": ""}
    late = "zip\n" + "1\n" * SEEN + "02\n"
    assert read(tmp_path, late).attrs[CODES] == {"zip": ""}  # not all of a long file is looked at


def test_lines_may_end_in_a_separator_but_a_column_of_values_needs_a_name(tmp_path):
    assert list(read(tmp_path, "a,b,\n1,2,\n3,4,\n").columns) == ["a", "b"]
    assert list(read(tmp_path, "a,b\n1,\n3,\n").columns) == ["a", "b"]
    assert "column 3 has no name" in refusal(tmp_path, "a,b,\n1,2,\n3,4,5\n")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty; the first line must name the columns."),
        ("\n", "the first line is empty; it must name the columns."),
        (",\n1,2\n", "the first line is empty; it must name the columns."),
        ("a,b\n", "has a header but no rows."),
        ("a,b\n\n", "has a header but no rows."),
        ("a,,c\n1,2,3\n", "column 2 has no name; the first line must name every column"),
        ("1.5,2\n3,4\n", "the first line has numbers, such as '1.5', where it must name the col"),
        ("a,b,a\n1,2,3\n", "the column name 'a' stands twice; rename one."),
        ("a,a b, a  b\n1,2,3\n", "the column name 'a b' stands twice; rename one."),
        (
            "a;b\n1;2\n",
            "the first line, 'a;b', is one column where ',' separates them; set separator: ",
        ),
        ("a,b\n1,2,3\n", "the first line names 2 columns, a row has 3; name every column"),
        ("a,b\n1\n", "the first line names 2 columns, a row has 1; name every column"),
        *(
            (
                f"{start}\n<body>1,2\n",
                "is a page of the web, not a table; download the file itself.",
            )
            for start in ("<!doctype html>", " <HTML>", "<?xml version='1.0'?>")
        ),
    ],
)
def test_what_is_no_table_is_told(tmp_path, content, sentence):
    assert refusal(tmp_path, content).startswith(sentence)


def test_years_and_other_whole_numbers_may_be_names(tmp_path):
    assert list(read(tmp_path, "2020,2021\n1,2\n").columns) == ["2020", "2021"]
    assert list(read(tmp_path, "a,1.5\n1,2\n").columns) == ["a", "1.5"]
    assert list(read(tmp_path, "a\n1\n").columns) == ["a"]


def test_a_separator_is_one_character(tmp_path):
    for separator in ("--", 5):
        assert refusal(tmp_path, "a,b\n1,2\n", separator=separator).startswith(
            f"separator: {separator!r} cannot be one; give one character"
        )


def test_the_separator_that_is_proposed_is_the_one_that_stands_there_most():
    assert find_separator("a;b;c|d") == ";"
    assert find_separator("a;b|c|d") == "|"
    assert find_separator("a\tb c d e") == "\t"
    assert find_separator("a b c") == " "
    assert find_separator("abc") is None
    assert [quoted("\t"), quoted(";")] == [r'"\t"', '";"']


def test_the_line_that_is_not_utf8_is_counted_from_one(tmp_path):
    file = tmp_path / "data.csv"
    for line in (1, 3):
        file.write_bytes(b"a\n" * (line - 1) + "é\n".encode("latin-1") + b"b\n")
        assert first_bad_line(file) == line
    file.write_text("a\n")
    assert first_bad_line(file) == 1
    assert refusal(tmp_path, "a,b\n1,é\n".encode("latin-1")).startswith("line 2 is not UTF-8 text")


def test_a_quote_that_is_not_closed_and_a_comment_above_the_names_are_told(tmp_path):
    assert refusal(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n').startswith(
        "cannot be read: a text begins with a double quote in row 2 and never ends"
    )
    assert refusal(tmp_path, "# of 2020\na,b\n1,2\n") == (
        "the first line, '# of 2020', is a comment, and it must name the columns; remove it."
    )
    (tmp_path / "ids.csv").write_text("#id,b\n1,2\n")
    assert list(read_frame(tmp_path / "ids.csv")) == ["#id", "b"]


def test_a_row_that_is_too_long_is_told_with_what_to_do(tmp_path):
    assert refusal(tmp_path, "a,b\n1,2\n1,2,3\n") == (
        "cannot be read: Expected 2 fields in line 3, saw 3; correct this line (a text that holds the "
        "separator stands in double quotes), or give the separator."
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "ValueError"),
        ("Expected\n  an object", "Expected an object"),
        ("no fields", "no fields"),
    ],
)
def test_what_another_library_says_is_told_in_one_line(tmp_path, monkeypatch, words, told):
    def refuse(*arguments):
        raise ValueError(words)

    monkeypatch.setattr(frames, "read_text", refuse)
    said = f"cannot be read: {told}; it is damaged or of another kind, so write it once more."
    assert refusal(tmp_path, "a,b\n1,2\n") == said


# ---- which files ----


def test_what_is_no_file_of_a_known_type_is_told(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="is a folder; give a file"):
        read_frame(tmp_path / "folder.csv")
    with pytest.raises(DataError, match="there is no such file; a path is relative"):
        read_frame(tmp_path / "gone.csv")
    assert (
        refusal(tmp_path, "a", "a.xls") == "unknown file type '.xls'; save it as .xlsx or as .csv."
    )
    assert refusal(tmp_path, "a", "a.jpg") == (
        "unknown file type '.jpg'; use .csv, .tsv, .xlsx or .parquet."
    )
    assert list(read(tmp_path, "a,b\n1,2\n", "DATA.CSV").columns) == ["a", "b"]


def parquet(tmp_path, frame):
    frame.to_parquet(tmp_path / "data.parquet")
    return read_frame(tmp_path / "data.parquet")


def test_parquet_keeps_whole_numbers_beside_gaps_and_its_rows_are_counted(tmp_path):
    numbers = pd.array([2**53 + 1, None], dtype="Int64")
    frame = parquet(tmp_path, pd.DataFrame({"a": numbers, "b": [1, 2]}, index=[7, 9]))
    assert frame["a"].tolist()[0] == 2**53 + 1
    assert frame.index.tolist() == [0, 1]
    assert list(parquet(tmp_path, pd.DataFrame({0: [1.5], 1: [2.5]})).columns) == ["0", "1"]
    with pytest.raises(DataError, match="has a header but no rows"):
        parquet(tmp_path, pd.DataFrame({"a": []}))
    with pytest.raises(DataError, match="column 2 has no name"):
        parquet(tmp_path, pd.DataFrame({"a": [1], "": [2]}))


def test_the_sheet_that_is_asked_for_is_read_from_where_its_table_begins(tmp_path):
    require("openpyxl")
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["a", "y"])
    sheet = book.create_sheet("Two")
    for row in ([], [None, 2020, "y z"], [None, 1.5, "NA"], [None, None, None], [None, 2, None]):
        sheet.append(row)
    book.save(tmp_path / "data.xlsx")
    frame = read_frame(tmp_path / "data.xlsx", sheet="Two")
    assert list(frame.columns) == ["2020", "y z"]
    assert frame["2020"].tolist() == [1.5, 2]
    assert frame["2020"].dtype == float
    assert frame["y z"].tolist()[0] == "NA"
    assert frame["y z"].isna().tolist() == [False, True]
    with pytest.raises(
        DataError, match="sheet: there is no sheet 'Three'; there are: 'Sheet', 'Two'"
    ):
        read_frame(tmp_path / "data.xlsx", sheet="Three")
