import subprocess
import sys

import pytest

from epochwise.errors import StudyError
from epochwise.figures import choose
from epochwise.plugins import registry
from epochwise.plugins.registry import Registered
from figure_samples import make
from helpers import PLUGINS


@pytest.fixture
def figures():
    return registry.load_all(PLUGINS, "figures")


@pytest.mark.parametrize(
    ("study", "expected"),
    [
        ({}, {"loss_curves", "under_and_overfitting", "early_stopping"}),
        ({"seeds": 2}, {"best_epoch"}),
        ({"partitions": {"method": "k_fold"}}, {"best_epoch"}),
        ({"backends": ["numpy", "sklearn"]}, {"backends_agree"}),
        ({"sweep": {"alpha": [0.1, 1.0]}}, {"sweep"}),
        ({"sweep": {"batch_size": [8, "auto"]}}, {"sweep", "batch_size"}),
    ],
)
def test_a_study_gets_the_figures_that_it_has_data_for(tmp_path, figures, study, expected):
    always = {"loss_curves", "under_and_overfitting", "early_stopping"}
    chosen = choose.choose(make(tmp_path, **study).study, figures)
    assert set(chosen) == always | expected
    assert next(iter(chosen)) == "loss_curves"


def test_one_epoch_has_nothing_to_stop_early(tmp_path, figures):
    study = make(tmp_path, training={"epochs": 1}).study
    assert "early_stopping" not in choose.choose(study, figures)


def test_false_leaves_a_figure_out_and_options_are_completed(tmp_path, figures):
    wish = {"early_stopping": False, "loss_curves": {"yscale": "linear"}}
    chosen = choose.choose(make(tmp_path, figures=wish).study, figures)
    assert "early_stopping" not in chosen
    expected = {"yscale": "linear", "metric": "loss", "width": "page", "title": None}
    assert chosen["loss_curves"] == expected
    assert chosen["under_and_overfitting"]["yscale"] == "log"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"los_curves": True}, ["figures", "'los_curves'", "Did you mean 'loss_curves'?"]),
        ({"loss_curves": {"scale": "log"}}, ["figures.loss_curves", "'scale'", "yscale"]),
        ({"loss_curves": {"yscale": "cube"}}, ["loss_curves.yscale", "'cube'", "log, linear"]),
        ({"loss_curves": {"title": 0}}, ["loss_curves.title", "0", "a text, false"]),
        ({"loss_curves": {"title": True}}, ["loss_curves.title", "True", "a text, false"]),
        ({"loss_curves": {"metric": "auc"}}, ["'auc'", "one of loss, accuracy"]),
        ({"loss_curves": {"metric": []}}, ["loss_curves.metric", "[]", "or a list of some"]),
        ({"loss_curves": {"metric": ["mae", "mae"]}}, ["['mae', 'mae']", "or a list of some"]),
        ({"loss_curves": {"metric": [["mae"]]}}, ["[['mae']]", "or a list of some"]),
        ({"sweep": True}, ["figures.sweep", "a sweep of two points or more", "false"]),
    ],
)
def test_a_wrong_wish_is_refused_in_one_sentence(tmp_path, figures, wish, words):
    study = make(tmp_path, figures=wish).study
    with pytest.raises(StudyError) as caught:
        choose.choose(study, figures)
    assert all(word in str(caught.value) for word in [*words, "made.yaml"])


def test_a_figure_of_a_plugin_is_drawn_by_default_with_its_own_options(tmp_path):
    mine = Registered(
        "mine", lambda tables, options: None, "mine.py", {"options": {"size": (1, 2)}}
    )
    chosen = choose.choose(make(tmp_path).study, {"mine": mine})
    assert chosen == {"mine": {"size": 1, "width": "page", "title": None}}
    assert choose.tables_of(mine) == ["losses.parquet"]


def test_choosing_figures_imports_nothing_heavy():
    script = (
        "import sys; from pathlib import Path; from epochwise.plugins import registry;"
        f"registry.load_all(Path({str(PLUGINS)!r}), 'figures');"
        "print({'matplotlib', 'pandas', 'pyarrow', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
