import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from epochwise.figures import loss_curves
from epochwise.figures.choose import choose
from epochwise.figures.save import save
from epochwise.plugins.registry import load_all
from figure_samples import answered, make, options
from helpers import PLUGINS


@pytest.fixture
def saved(tmp_path):
    paths = [tmp_path / "figures" / f"a.{kind}" for kind in ("png", "svg", "pdf")]
    save(loss_curves.draw(make(tmp_path, seeds=3), options()), paths)
    return paths


EVERY_SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from figures.test_save import save_all
save_all(Path(sys.argv[2]))
"""


def save_all(folder):
    """Draw every figure of a study that has data for all, as SVG and PDF, one as PNG; list the files."""
    sweep = {"batch_size": [8, 16]}
    tables = answered(make(folder, seeds=3, backends=["numpy", "sklearn"], sweep=sweep))
    registry = load_all(PLUGINS, "figures")
    made = []
    for name, wish in choose(tables.study, registry).items():
        kinds = ("svg", "pdf", "png") if name == "loss_curves" else ("svg", "pdf")
        made.append([folder / f"{name}.{kind}" for kind in kinds])
        save(registry[name].resolve()(tables, wish), made[-1])
    return made


@pytest.mark.long
def test_every_figure_is_the_same_to_the_byte_in_another_process_with_another_matplotlibrc(
    tmp_path,
):
    figures = save_all(tmp_path / "here")
    assert len(figures) == 7
    other, there = tmp_path / "matplotlibrc", tmp_path / "there"
    other.write_text("font.size: 20\nlines.linewidth: 9\nsavefig.dpi: 50\n")
    environment = {**os.environ, "PYTHONHASHSEED": "1", "MATPLOTLIBRC": str(tmp_path)}
    command = [sys.executable, "-c", EVERY_SCRIPT, str(Path(__file__).parents[1]), str(there)]
    subprocess.run(command, env=environment, check=True)
    for path in [path for paths in figures for path in paths]:
        assert path.read_bytes() == (there / path.name).read_bytes(), path.name


def test_png_has_300_dots_per_inch_and_the_width_of_the_page(saved):
    from PIL import Image

    with Image.open(saved[0]) as image:
        assert image.width == pytest.approx(175 / 25.4 * 300, abs=1)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_svg_has_text_as_text_a_title_and_no_date(saved):
    svg = saved[1].read_text(encoding="utf-8")
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert "best epoch 30" in texts
    assert "validation, mean of runs" in texts
    assert "<dc:title>diabetes: the validation loss is lowest at epoch 30" in svg
    assert "<dc:date>" not in svg


def test_pdf_has_no_date_and_embeds_its_fonts(saved):
    pdf = saved[2].read_bytes()
    assert b"CreationDate" not in pdf
    assert b"/FontFile2" in pdf


def test_the_users_settings_are_left_as_they_were(tmp_path):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    loss_curves.draw(make(tmp_path), options())
    assert dict(mpl.rcParams) == before
