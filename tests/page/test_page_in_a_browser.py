import re

import pytest

from figure_samples import answered, make, valley
from helpers import ROOT
from page.conftest import HOSTILE, finish
from page.plots import curves, farthest, toggle

ARTEFACTS = ROOT / "artefacts"


def test_the_page_opens_offline_without_a_word_on_the_console(page_file, open_page):
    page, said = open_page(page_file)
    assert said == []
    assert page.title() == 'A "study" of epochs 🎉 & more'
    assert page.locator("#plot svg").count() > 0
    assert page.locator("#trouble").is_hidden()
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / "report-light.png", full_page=True)
    page, _ = open_page(page_file, "dark")
    page.screenshot(path=ARTEFACTS / "report-dark.png", full_page=True)


def test_backends_with_the_same_curves_are_off_at_first_and_say_so(page_file, open_page):
    page, _ = open_page(page_file)
    same = page.locator('input[name="backend"][value="sklearn"]')
    assert not same.is_checked()
    assert "sklearn (the same curves)" in page.locator("#controls").inner_text()
    assert page.locator('input[name="backend"][value="torch"]').is_checked()


@pytest.mark.parametrize(
    ("name", "value", "gone"),
    [
        ("partition", "test", lambda curve: curve.startswith("test")),
        ("point", "alpha=2.0", lambda curve: "alpha=2.0" in curve),
        ("backend", "torch", lambda curve: "torch" in curve),
        ("seed", "1", lambda curve: "seed 1" in curve),
        ("show", "single runs", lambda curve: "seed" in curve),
        ("show", "mean and band", lambda curve: "mean" in curve),
    ],
)
def test_a_toggle_takes_its_curves_away_and_brings_them_back(
    page_file, open_page, name, value, gone
):
    page, _ = open_page(page_file)
    before = curves(page)
    assert any(map(gone, before))
    toggle(page, name, value)
    after = curves(page)
    assert not any(map(gone, after))
    assert 0 < len(after) < len(before)
    assert f"{len(after)} curve" in page.locator("#chosen").inner_text()
    toggle(page, name, value)
    assert curves(page) == before


def test_the_axes_change_scale_and_count(page_file, open_page):
    page, _ = open_page(page_file)
    types = "[...['xaxis', 'yaxis'].map(a => document.getElementById('plot')._fullLayout[a].type)]"
    assert page.evaluate(types) == ["linear", "log"]
    toggle(page, "ytype", "linear")
    toggle(page, "xtype", "log")
    assert page.evaluate(types) == ["log", "linear"]
    assert farthest(page) == 120
    toggle(page, "x", "iterations")
    assert farthest(page) == 120 * 4
    toggle(page, "x", "samples")
    assert farthest(page) == 120 * 80
    assert "Samples seen" in page.locator("#plot").inner_text()


def test_values_can_be_read_without_a_mouse(page_file, open_page):
    page, _ = open_page(page_file)
    page.locator("#epoch").fill("30")
    reading = page.locator("#reading").inner_text()
    assert "validation, alpha=1.0, numpy, mean: 2.1" in reading  # 2 (1 + 0.05 seed), averaged
    assert "(epoch 30)" in reading


PLACE = """() => {
    const plot = document.getElementById("plot"), frame = plot.getBoundingClientRect();
    const { xaxis, yaxis } = plot._fullLayout;
    const curve = plot.data.find((trace) => trace.name && trace.name.startsWith("validation"));
    return {
        x: frame.x + xaxis._offset + xaxis.d2p(curve.x[60]),
        y: frame.y + yaxis._offset + yaxis.d2p(curve.y[60]),
    };
}"""


def test_hovering_shows_epoch_and_loss(page_file, open_page):
    page, _ = open_page(page_file)
    page.locator("#plot").scroll_into_view_if_needed()
    at = page.evaluate(PLACE)
    page.mouse.move(at["x"] - 30, at["y"] - 30)
    page.mouse.move(at["x"], at["y"], steps=5)
    page.wait_for_selector("#plot .hovertext", timeout=10_000)
    assert re.search(
        r"epoch \d+.*loss [\d.]+", page.locator("#plot .hovertext").first.text_content()
    )


def test_sorting_a_table_sorts_it_and_says_so(page_file, open_page):
    page, _ = open_page(page_file)
    table = page.locator("#table-best_epoch")
    heading = table.locator("th", has_text="validation loss").first
    place = heading.evaluate("cell => cell.cellIndex")
    read = f"t => [...t.tBodies[0].rows].map(r => Number(r.cells[{place}].dataset.v))"
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    values = table.evaluate(read)
    assert values == sorted(values)
    assert len(set(values)) > 1
    heading.locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert table.evaluate(read) == sorted(values, reverse=True)
    assert table.locator("th[aria-sort]").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_overflows(page_file, open_page, scheme):
    page, _ = open_page(page_file, scheme, 390)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=ARTEFACTS / f"report-{scheme}-phone.png", full_page=True)


def run_axe(page, axe):
    page.evaluate(axe)
    return page.evaluate("axe.run()")


def serious(found):
    return [v["id"] for v in found["violations"] if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_axe_finds_nothing_serious_and_enough_contrast(page_file, open_page, axe, scheme):
    page, _ = open_page(page_file, scheme)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    found = run_axe(page, axe)
    assert serious(found) == []
    contrast = [one for one in found["passes"] if one["id"] == "color-contrast"]
    assert len(contrast[0]["nodes"]) > 20  # it was measured


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_and_words_of_the_plot_stand_out_from_the_paper(page_file, open_page, scheme):
    page, _ = open_page(page_file, scheme)
    paper = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    colours = page.evaluate(
        "[...document.querySelectorAll('#plot .lines > path')].map(p => getComputedStyle(p).stroke)"
    )
    words = page.evaluate(
        "[...document.querySelectorAll('#plot text')].map(t => getComputedStyle(t).fill)"
    )
    assert colours
    for least, shown in ((3.0, colours), (4.5, words)):
        for colour in set(shown):
            lighter, darker = sorted([luminance(colour), paper], reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= least, colour


def test_the_button_changes_the_colours_of_page_and_plot(page_file, open_page):
    page, said = open_page(page_file)
    look = "[getComputedStyle(document.body).backgroundColor, document.getElementById('plot').layout.font.color]"
    before = page.evaluate(look)
    page.locator("#theme").click()
    after = page.evaluate(look)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert page.locator("#theme").inner_text() == "Light colours"
    assert said == []


def test_everything_is_reached_by_the_keyboard(page_file, open_page):
    page, _ = open_page(page_file)
    seen = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.name || document.activeElement.tagName"
            )
        )
    assert {"theme", "partition", "point", "backend", "x", "ytype", "epoch", "SUMMARY"} <= seen


def test_hostile_names_are_text_and_run_nothing(hostile_file, open_page):
    page, said = open_page(hostile_file)
    page.wait_for_timeout(300)
    assert said == []
    assert HOSTILE in page.locator("h1").inner_text()
    assert page.title().startswith(HOSTILE)
    assert HOSTILE in page.locator("#table-summary").inner_text()
    assert page.locator("#table-summary th").first.inner_text().startswith("a&b")
    assert page.locator("img[src=x]").count() == 0
    page.locator("summary", has_text="Study file").click()
    assert f"</pre>{HOSTILE}" in page.locator("pre").inner_text()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_the_page_of_all_studies(gallery_file, open_page, scheme, width):
    page, said = open_page(gallery_file, scheme, width, "main")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h2").all_inner_texts() == [f"good {HOSTILE}", f"hostile {HOSTILE}"]
    page.screenshot(path=ARTEFACTS / f"gallery-{scheme}.png", full_page=True)
    assert said == []


def test_the_page_of_all_studies_is_accessible(gallery_file, open_page, axe):
    page, _ = open_page(gallery_file, ready="main")
    assert serious(run_axe(page, axe)) == []


LOST = {"seeds": 3, "training": {"epochs": 9}}


@pytest.mark.parametrize(
    ("losses", "study"),
    [
        (lambda run: {k: v[: 3 + run["seed"]] for k, v in valley(run).items()}, LOST),
        (valley, {"training": {"epochs": 1}}),
        (lambda run: {k: v * 0 for k, v in valley(run).items()}, {}),
    ],
    ids=["diverged", "one epoch", "zero"],
)
def test_the_page_of_a_study_that_went_wrong_draws_what_there_is(
    tmp_path, open_page, losses, study
):
    page, said = open_page(finish(answered(make(tmp_path, losses, **study))))
    assert said == []
    assert len(curves(page)) > 0
    assert page.locator("#plot .lines > path, #plot .points > path").count() > 0


def test_of_runs_that_diverged_one_by_one_each_is_read_by_name(tmp_path, open_page):
    def two_are_lost(run):
        return {k: v[:5] if run["seed"] < 2 else v for k, v in valley(run).items()}

    file = finish(answered(make(tmp_path, two_are_lost, seeds=3, training={"epochs": 40})))
    page, _ = open_page(file)
    page.locator("#epoch").fill("40")
    reading = page.locator("#reading").inner_text()
    assert "validation, seed 0, diverged: " in reading
    assert "validation, seed 2: " in reading
    toggle(page, "seed", "0")
    assert "seed 0" not in page.locator("#reading").inner_text()


def test_a_script_that_the_page_does_not_know_is_not_run(page_file, open_page):
    page, said = open_page(page_file)
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        "document.body.append(s); }"
    )
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in words for words in said)


@pytest.mark.parametrize("file", ["page_file", "gallery_file"])
def test_a_style_or_handler_that_a_page_was_not_made_with_has_no_effect(request, open_page, file):
    page, said = open_page(request.getfixturevalue(file), ready="main")
    page.evaluate(
        "() => { document.body.insertAdjacentHTML('beforeend', '<style>main { display: none }</style>"
        "<p id=odd style=display:none onclick=window.ran=1>x</p>');"
        "document.getElementById('odd').click(); }"
    )
    assert page.locator("main").is_visible()
    assert page.locator("#odd").is_visible()
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in words for words in said)


@pytest.mark.parametrize("file", ["page_file", "gallery_file"])
def test_a_page_allows_nothing_but_what_it_names(request, file):
    text = request.getfixturevalue(file).read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1].replace("&#39;", "'")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    named = f"{rules['script-src']} {rules['style-src']}".replace("'none'", "").split()
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", one) for one in named)
