import base64
import itertools
import json
import re
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochwise.errors import DataError
from epochwise.page import comparison, gallery, library, plot_data, report
from epochwise.page.embedding import as_json
from epochwise.records.digests import of_file, of_value
from epochwise.tables.results import Tables
from figure_samples import answered, make, valley, with_accuracy, with_test
from page.conftest import HOSTILE, finish

pytestmark = pytest.mark.versions


def data_of(file):
    text = file.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1])


def prose(file):
    """Read a page without the links from words to what they mean."""
    return re.sub(r'<a class="word"[^>]*>(.*?)</a>', r"\1", file.read_text(encoding="utf-8"))


def unpack(packed, kind="<f4"):
    epoch, *losses = (base64.b64decode(text) for text in packed)
    return np.frombuffer(epoch, "<u4"), *(np.frombuffer(one, kind) for one in losses)


def test_the_page_names_no_address_to_load_from(page_file):
    text = page_file.read_text(encoding="utf-8")
    for source in re.findall(r'\b(?:src|href|action)="([^"]*)"', text):
        assert not source.startswith(("http:", "https:", "//")), source
    assert "default-src 'none'" in unescape(text)
    assert 'rel="stylesheet"' not in text


def test_the_same_results_give_the_same_bytes(page_file, tmp_path):
    folder = page_file.parent
    from epochwise.study.study import load

    study = load(folder.parent / "made.yaml")
    report.write(folder, study, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == page_file.read_bytes()


def test_the_answer_in_words_comes_first(page_file):
    text = prose(page_file)
    assert "train 30 epochs, the best of 120." in text
    assert text.index("train 30 epochs") < text.index('id="plot"')


def test_the_page_tells_how_to_make_it_again(page_file):
    text = page_file.read_text(encoding="utf-8")
    losses = {"losses.parquet": of_file(page_file.parent / "losses.parquet")}
    assert of_value(losses) in text
    assert "epochwise verify results/made" in text
    assert "for matrix products,\nopenblas 0.3 Haswell, 1 thread" in text
    assert "snakemake --cores 4 --config studies=made" in text
    assert "<dt>numpy</dt><dd>2.4.6</dd>" in text
    assert "alpha:" in text


def test_figures_are_in_the_page_and_their_files_beside_it(page_file):
    text = page_file.read_text(encoding="utf-8")
    assert 'src="data:image/svg+xml;base64,' in text
    for kind in ("png", "svg", "pdf"):
        assert f'href="figures/loss_curves.{kind}" download' in text
        assert (page_file.parent / "figures" / f"loss_curves.{kind}").is_file()


def test_hostile_names_are_escaped(hostile_file):
    text = hostile_file.read_text(encoding="utf-8")
    assert HOSTILE not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert data_of(hostile_file)["curves"][0]["dataset"] == HOSTILE


@given(st.dictionaries(st.text(), st.text() | st.floats(allow_nan=False, allow_infinity=False)))
def test_data_come_back_as_they_were_and_cannot_end_their_element(value):
    text = str(as_json(value))
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)


def test_thinned_curves_keep_minimum_ends_and_values(tmp_path):
    def noisy(run):
        random = np.random.default_rng(run["seed"])
        return {k: v * random.lognormal(0, 0.1, len(v)) for k, v in valley(run).items()}

    tables = make(tmp_path, noisy, training={"epochs": 5000})
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    data = data_of(tmp_path / "page.html")
    (run,) = data["curves"][0]["runs"]
    epoch, losses = unpack(run["losses"]["loss"]["validation"])
    expected = noisy({"seed": 0, "fold": 0, "epochs": 5000})["validation_loss"]
    assert len(epoch) <= plot_data.MOST
    assert (epoch[0], epoch[-1]) == (0, 5000)
    assert expected.argmin() in epoch
    np.testing.assert_array_equal(losses, expected[epoch].astype("f4"))
    assert "equal stretches" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_of_many_points_the_page_has_those_of_the_lowest_loss(tmp_path, monkeypatch):
    """The same of every dataset and backend, and a page that does not grow with them."""
    study = {"backends": ["numpy", "sklearn"], "sweep": {"alpha": [0.5, 0.1, 0.3, 0.2, 0.4]}}
    study |= {"datasets": ["diabetes", "linnerud"], "seeds": 2}

    def by_alpha(run):
        own = run["swept"]["alpha"]
        return {
            k: v * (own if run["dataset"] == "diabetes" else 1 - own)
            for k, v in valley(run).items()
        }

    tables = make(tmp_path, by_alpha, **study)
    monkeypatch.setattr(plot_data, "MOST_CURVES", 12)
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    drawn = {
        (c["dataset"], c["point"], c["backend"]) for c in data_of(tmp_path / "page.html")["curves"]
    }
    points = ["alpha=0.1", "alpha=0.5", "alpha=0.2"]  # the lowest of each in turn
    assert drawn == set(itertools.product(study["datasets"], points, study["backends"]))
    assert (
        "Of 20 curves, those of the points with the lowest" in (tmp_path / "page.html").read_text()
    )


def test_losses_too_large_for_single_precision_are_doubles(tmp_path):
    tables = make(tmp_path, lambda run: {k: v * 1e40 for k, v in valley(run).items()})
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    data = data_of(tmp_path / "page.html")
    assert data["precision"] == "f8"
    _, losses = unpack(data["curves"][0]["runs"][0]["losses"]["loss"]["train"], "<f8")
    assert losses[0] == 8.5e40


def test_many_runs_are_bands_and_means(tmp_path):
    tables = make(tmp_path, with_test, seeds=plot_data.MOST_RUNS + 1, training={"epochs": 30})
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    (one,) = data_of(tmp_path / "page.html")["curves"]
    assert one["runs"] == []
    epoch, low, high = unpack(one["band"]["loss"]["test"])
    runs = tables.curves()[0].losses["test_loss"]
    np.testing.assert_allclose(low, np.percentile(runs, 10, axis=0)[epoch], rtol=1e-6)
    np.testing.assert_allclose(high, np.percentile(runs, 90, axis=0)[epoch], rtol=1e-6)
    assert "bands are drawn instead of single runs" in (tmp_path / "page.html").read_text("utf-8")


def test_a_hundred_runs_of_five_thousand_epochs_stay_under_eight_megabytes(tmp_path):
    def noisy(run):
        random = np.random.default_rng(run["seed"])
        return {k: v * random.lognormal(0, 0.1, len(v)) for k, v in with_test(run).items()}

    tables = make(tmp_path, noisy, seeds=100, training={"epochs": 5000})
    assert len(data_of(finish(tables))["curves"][0]["runs"]) == 100
    assert (tables.folder / "report.html").stat().st_size < 8_000_000


@pytest.mark.parametrize(
    ("losses", "study", "words"),
    [
        (
            lambda run: {k: v[:4] for k, v in valley(run).items()},
            {"seeds": 2},
            "no run reached epoch",
        ),
        (valley, {"training": {"epochs": 1}}, "the best epoch of this run is at least 1"),
        (lambda run: {k: v * 0 + 2 for k, v in valley(run).items()}, {}, "nothing is learnt"),
        (
            lambda run: {k: v * run["swept"]["alpha"] for k, v in valley(run).items()},
            {"sweep": {"alpha": [float(n) for n in range(1, 41)]}, "training": {"epochs": 30}},
            "It leads 40 points:",
        ),
    ],
    ids=["diverged", "one epoch", "constant", "forty points"],
)
def test_a_study_that_went_wrong_still_gets_a_page_that_says_so(tmp_path, losses, study, words):
    tables = answered(make(tmp_path, losses, **study))
    assert words in prose(finish(tables))


def test_a_page_needs_nothing_but_the_loss_table(tmp_path):
    tables = make(tmp_path)
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    assert "the validation loss is lowest at epoch 30 of 200" in prose(tmp_path / "page.html")


def test_without_a_loss_table_there_is_a_sentence(tmp_path):
    study = make(tmp_path).study
    with pytest.raises(DataError, match="by running the workflow"):
        report.write(tmp_path / "nowhere", study, tmp_path / "page.html")


def test_the_library_is_whole_and_its_licence_told(page_file):
    import gzip

    plotly = library.plotly()
    assert gzip.decompress(base64.b64decode(plotly.packed)).decode("utf-8") == plotly.text
    assert f"plotly.js {plotly.version} (MIT licence" in page_file.read_text(encoding="utf-8")


def test_long_tables_are_cut_and_linked(tmp_path):
    tables = make(tmp_path)
    lines = "\n".join(f"{number},{number / 7}" for number in range(500))
    (tables.folder / "summary.csv").write_text(f"seed,loss\n{lines}\n")
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count("<tr>") == 1 + 200
    assert "The first 200 rows are shown." in text
    assert 'href="summary.csv"' in text


def test_the_gallery_shows_every_study_with_a_sentence(tmp_path):
    first = answered(make(tmp_path / "a", name="first", title="One <b>", description="Shows x."))
    results = tmp_path / "results"
    results.mkdir()
    finish(first)
    first.folder.rename(results / "first")
    second = make(tmp_path / "b", name="second")
    second.folder.rename(results / "second")
    gallery.write(results, [first.study, second.study], results / "index.html")
    text = (results / "index.html").read_text(encoding="utf-8")
    gallery.write(results, [first.study, second.study], results / "again.html")
    assert (results / "again.html").read_text(encoding="utf-8") == text
    assert 'href="first/report.html#gallery">One &lt;b&gt;</a>' in text
    assert "Shows x." in text
    assert "train 30 epochs, the best of 200." in text
    assert "the validation loss is lowest at epoch 30 of 200." in text
    assert text.count("data:image/svg+xml") == 1
    assert Tables(results / "second", second.study).curves()


def test_every_link_within_the_page_leads_somewhere(page_file):
    text = page_file.read_text(encoding="utf-8").split("<script")[0]
    targets = re.findall(r'href="#([^"]+)"', text)
    assert {"answer", "curves", "figures", "tables", "words", "again"} <= set(targets)
    assert {"word-epoch", "word-safe", "word-baseline", "word-censored"} <= set(targets)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert set(targets) <= set(ids)
    assert len(ids) == len(set(ids))


def test_the_data_have_what_is_marked(classes_file):
    data = data_of(classes_file)
    (one,) = data["curves"]
    (row,) = Tables(classes_file.parent, load_study(classes_file)).rows("best_epoch")
    assert one["safe"] == [row["safe_low"], row["safe_high"], row["safe_cost_percent"]]
    assert (one["bound"], one["best"], data["start"]) == (False, 30, {"diabetes": 30})
    assert one["baseline"] == {"loss": 4.0}
    assert list(data["metrics"]["diabetes"].items()) == [
        ("loss", ["loss", "log loss, nats"]),
        ("accuracy", ["accuracy", "accuracy, share of rows"]),
    ]


def load_study(file):
    from epochwise.study.study import load

    return load(file.parent.parent / "made.yaml")


def test_the_best_epoch_is_kept_when_another_metric_is_thinned(tmp_path):
    tables = make(tmp_path, with_accuracy, seeds=2, task="binary", training={"epochs": 9000})
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    (one,) = data_of(tmp_path / "page.html")["curves"]
    for packed in (one["mean"]["accuracy"], one["runs"][1]["losses"]["accuracy"]):
        epoch, values = unpack(packed["validation"])
        assert len(epoch) <= plot_data.MOST + 1
        assert values[epoch == 30] == pytest.approx(
            0.9 - 0.5 / 31 - (0.005 if packed is one["mean"]["accuracy"] else 0.01), rel=1e-6
        )


@pytest.mark.parametrize(("seeds", "banded"), [(9, False), (10, True)])
def test_fewer_than_ten_runs_have_no_band(tmp_path, seeds, banded):
    tables = make(tmp_path, seeds=seeds, training={"epochs": 10})
    report.write(tables.folder, tables.study, tmp_path / "page.html")
    (one,) = data_of(tmp_path / "page.html")["curves"]
    assert bool(one["band"]) == banded
    assert len(one["runs"]) == seeds


def test_tables_for_texts_are_beside_the_page(tmp_path):
    from epochwise.tables import markup

    tables = answered(make(tmp_path))
    assert 'href="tables/' not in finish(tables).read_text(encoding="utf-8")
    markup.write_all(tables)
    text = finish(tables).read_text(encoding="utf-8")
    assert len(re.findall(r'href="(tables/\w+\.(?:tex|md))"', text)) == 6


def test_studies_are_compared_in_the_gallery(tmp_path):
    def two(run):
        factor = 100 if run["dataset"] == "linnerud" else run["swept"]["alpha"]
        if run["dataset"] == "linnerud" and run["swept"]["alpha"] == 2:
            return {k: v[:3] for k, v in valley(run).items()}
        return {k: v * factor for k, v in valley(run).items()}

    study = {"datasets": ["diabetes", "linnerud"], "sweep": {"alpha": [2.0, 1.0]}, "seeds": 2}
    tables = answered(make(tmp_path, two, baseline=30.0, **study))
    first, second = comparison.lines(tables)
    assert first == comparison.Line(
        "diabetes",
        "alpha=1.0",
        "30",
        "200",
        "2.050 ± 0.050",
        "30.00",
        "mean squared error, target unit²",
    )
    assert (second.point, second.loss) == ("alpha=1.0", "205.0 ± 5.0")
    tables.rows("best_epoch")[1]["censored"] = True
    assert comparison.lines(tables)[0].best_epoch == "≥ 30"


def test_a_study_without_an_answer_has_an_empty_line(tmp_path):
    assert comparison.lines(make(tmp_path)) == [comparison.Line("diabetes", "", "", "", "", "", "")]
    lost = answered(make(tmp_path / "b", lambda run: {k: v[:3] for k, v in valley(run).items()}))
    assert comparison.lines(lost)[0].loss == "every run diverged"


def test_a_task_is_drawn_in_its_own_metrics_where_the_table_has_another_tasks_too():
    losses = {"validation_loss": np.ones((1, 3)), "validation_accuracy": np.full((1, 3), np.nan)}
    assert plot_data.metrics_of(SimpleNamespace(losses=losses)) == ["loss"]
    losses["validation_accuracy"][0, 1] = 0.5
    assert plot_data.metrics_of(SimpleNamespace(losses=losses)) == ["loss", "accuracy"]
