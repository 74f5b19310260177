"""Tables for texts: what stands in them is worked out by hand here."""

import re

import pytest

from epochwise.tables import markup, typeset, written
from epochwise.tables.catalogue import MARKUPS, TYPESET, typeset_files
from figure_samples import answered, make, valley

pytestmark = pytest.mark.versions


def by_alpha(run):
    return {name: values * run["swept"]["alpha"] for name, values in valley(run).items()}


def cells(latex):
    """Read the rows of a tabular."""
    body = re.search(r"\\toprule\n(.*)\\bottomrule", latex, re.DOTALL)[1]
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    lines.remove(r"\midrule")
    assert all(line.endswith(r"\\") for line in lines)
    return [[cell.strip() for cell in line.removesuffix(r"\\").split(" & ")] for line in lines]


@pytest.fixture
def tables(tmp_path):
    made = make(tmp_path, by_alpha, seeds=2, baseline=30.0, sweep={"alpha": [1.0, 10.0]})
    return answered(made)


def test_the_best_epochs_are_rounded_by_their_error(tables):
    heads, one, ten = cells(markup.as_latex(typeset.best_epoch(tables)))
    assert heads == ["Alpha", "Epochs", "Best epoch", "Validation loss", "Baseline"]
    # the losses of the two seeds at epoch 30 are 2 and 2.1, their standard error is 0.05
    assert one == ["1.0", "200", "30", r"2.050 $\pm$ 0.050", "30.00"]
    assert ten == ["10.0", "200", "30", r"20.50 $\pm$ 0.50", "30.00"]


def test_points_stand_beside_each_other(tables):
    heads, one, ten = cells(markup.as_latex(typeset.points(tables)))
    assert heads == ["Alpha", "Standing", "Best epoch", "Validation loss", r"Above the lowest (\%)"]
    assert one == ["1.0", "leads", "30", "2.050", "0"]
    assert ten == ["10.0", "behind", "30", "20.50", "900"]


def test_a_metric_has_a_row_and_a_partition_a_column(tables):
    lines = markup.as_markdown(typeset.scores(tables)).splitlines()
    assert "| Alpha | Metric | Training | Validation | Baseline (validation) |" in lines
    assert "| --- | --- | ---: | ---: | ---: |" in lines
    assert any(line.startswith("| 1.0 | loss | ") and "| 2.050 ± 0.050 |" in line for line in lines)


def test_a_lower_bound_and_ranges_are_written(tables):
    row = tables.rows("best_epoch")[0]
    row |= {"censored": True, "safe_low": 1200, "safe_high": 1300, "safe_cost_percent": 2.0}
    row |= {"interval_low": 4, "interval_high": 85, "interval_coverage": 0.9}
    latex = markup.as_latex(typeset.best_epoch(tables))
    assert cells(latex)[0][3:6] == [r"90 \% interval", "Safe range", r"Cost (\%)"]
    assert cells(latex)[1][2:6] == [r"$\geq$ 30", "4--85", "1,200--1,300", "2"]
    assert cells(latex)[2][2:6] == ["30", "", "", ""]
    assert r"$\geq$ marks a lower bound" in latex
    assert "95 \\% sure" in latex


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.0, "0"),
        (-0.01196, "\u22120.01196"),
        (123456.7, "123,457"),
        (2e-7, "2e\u221207"),
    ],
)
def test_numbers_have_four_digits(value, text):
    assert written.number(value) == text


def test_hostile_names_are_text_in_latex_and_in_markdown():
    name = "[50 % of $x_1$ & \\{a|b} <i>#^~*`"
    table = typeset.Typeset("a-b", name, [(name, False)], [[name]])
    latex, markdown = markup.as_latex(table), markup.as_markdown(table)
    told = (
        r"{[}50 \% of \$x\_1\$ \& \textbackslash{}\{a\textbar{}b\} "
        r"\textless{}i\textgreater{}\#\textasciicircum{}\textasciitilde{}*`"
    )
    assert latex.count(told) == 3
    row = markdown.splitlines()[-1]
    assert re.sub(r"\\(.)", r"\1", row) == f"| {name} |"
    assert len(re.findall(r"(?<!\\)\|", row)) == 2
    assert "<i>" not in markdown


def test_every_file_that_is_promised_is_written_the_same_each_time(tables):
    markup.write_all(tables)
    files = [tables.folder / name for name in typeset_files()]
    before = [file.read_bytes() for file in files]
    assert set(files) == set((tables.folder / "tables").iterdir())
    assert tuple(typeset.MADE) == TYPESET
    assert tuple(markup.WRITERS) == MARKUPS
    markup.write_all(tables)
    assert [file.read_bytes() for file in files] == before
    assert before[0].startswith(b"% needs \\usepackage{booktabs}\n\\begin{table}")


def test_several_datasets_and_backends_are_named(tmp_path):
    study = {"datasets": ["diabetes", "linnerud"], "backends": ["numpy", "sklearn"]}
    heads, *rows = cells(markup.as_latex(typeset.best_epoch(answered(make(tmp_path, **study)))))
    assert heads[:2] == ["Dataset", "Backend"]
    assert [row[:2] for row in rows] == [
        [dataset, backend] for dataset in study["datasets"] for backend in study["backends"]
    ]
