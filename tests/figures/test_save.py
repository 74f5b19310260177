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

SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from figure_samples import make, options
from epochwise.figures import loss_curves
from epochwise.figures.save import save
tables = make(Path(sys.argv[2]) / "study", seeds=3)
save(loss_curves.draw(tables, options()), [Path(sys.argv[2]) / f"a.{k}" for k in ("png", "svg", "pdf")])
"""


@pytest.fixture
def saved(tmp_path):
    paths = [tmp_path / "figures" / f"a.{kind}" for kind in ("png", "svg", "pdf")]
    save(loss_curves.draw(make(tmp_path, seeds=3), options()), paths)
    return paths


def test_a_second_process_with_another_matplotlibrc_gives_the_same_bytes(tmp_path, saved):
    other = tmp_path / "other"
    other.mkdir()
    (other / "matplotlibrc").write_text("font.size: 20\nlines.linewidth: 9\nsavefig.dpi: 50\n")
    here = str(Path(__file__).parents[1])
    settings = {**os.environ, "MATPLOTLIBRC": str(other)}
    subprocess.run([sys.executable, "-c", SCRIPT, here, str(other)], env=settings, check=True)
    for path in saved:
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name


EVERY_SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from figures.test_save import save_all
save_all(Path(sys.argv[2]))
"""


def save_all(folder):
    """Draw every figure of a study that has data for all, as SVG and PDF."""
    sweep = {"batch_size": [8, 16]}
    tables = answered(make(folder, seeds=3, backends=["numpy", "sklearn"], sweep=sweep))
    registry = load_all(PLUGINS, "figures")
    chosen = choose(tables.study, registry)
    for name, wish in chosen.items():
        save(
            registry[name].resolve()(tables, wish), [folder / f"{name}.{k}" for k in ("svg", "pdf")]
        )
    return chosen


def test_every_figure_is_the_same_to_the_byte_in_another_process(tmp_path):
    names = save_all(tmp_path / "here")
    assert len(names) == 7
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    here, there = str(Path(__file__).parents[1]), tmp_path / "there"
    command = [sys.executable, "-c", EVERY_SCRIPT, here, str(there)]
    subprocess.run(command, env=environment, check=True)
    for path in [tmp_path / "here" / f"{name}.{kind}" for name in names for kind in ("svg", "pdf")]:
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
