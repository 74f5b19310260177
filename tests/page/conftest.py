"""A page of a study with everything, and a browser to open it in."""

import os
import shutil
from pathlib import Path

import pytest

from epochwise.columns import described
from epochwise.figures import loss_curves
from epochwise.figures.save import save
from epochwise.page import gallery, report
from epochwise.records.digests import of_file
from epochwise.records.record import Record
from epochwise.study.study import load as load_study
from figure_samples import answered, make, options, valley, with_accuracy, with_test
from helpers import lack, load

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("EPOCHWISE_CHROMIUM") or shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MACHINE = {
    "python": "3.11.7",
    "machine": "Linux",
    "packages": {"numpy": "2.4.6"},
    "blas": ["openblas 0.3 Haswell, 1 thread"],
    "cpu": "AVX2",
}
HOSTILE = "<script>alert(1)</script>"


def lifted(run):
    """Tell settings, seeds and a drifting backend apart."""
    factor = run["swept"]["alpha"] * (1.01 if run["backend"] == "torch" else 1)
    return {name: values * factor for name, values in with_test(run).items()}


def finish(tables):
    """Draw the loss curves, write study and manifest, and then the page."""
    folder = tables.folder
    drawn = [folder / "figures" / f"loss_curves.{kind}" for kind in ("png", "svg", "pdf")]
    save(loss_curves.draw(tables, options()), drawn)
    shutil.copy(tables.study.file, folder / "study.yaml")
    made = {"losses.parquet": (of_file(folder / "losses.parquet"), 1)}
    (folder / "records").mkdir(exist_ok=True)
    Record("train", "", {}, {}, made, MACHINE).save(folder / "records" / "losses.json")
    report.write(folder, tables.study, folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="session")
def page_file(tmp_path_factory):
    tables = make(
        tmp_path_factory.mktemp("page"),
        lifted,
        title='A "study" of epochs 🎉 & more',
        seeds=3,
        partitions={"test_size": 0.2},
        backends=["numpy", "sklearn", "torch"],
        sweep={"alpha": [1.0, 2.0]},
        training={"epochs": 120},
    )
    return finish(answered(tables))


@pytest.fixture(scope="session")
def classes_file(tmp_path_factory):
    """A study of two classes with so many runs that there is a band."""
    study = {"seeds": 12, "training": {"epochs": 120}, "baseline": 4.0, "task": "binary"}
    return finish(answered(make(tmp_path_factory.mktemp("classes"), with_accuracy, **study)))


@pytest.fixture(scope="session")
def hostile_file(tmp_path_factory):
    """A study whose every name wants to be a script; no schema has looked at it."""
    from dataclasses import replace

    folder = tmp_path_factory.mktemp("hostile")
    tables = make(folder, valley, seeds=2, training={"epochs": 20})
    path = tables.folder / "losses.parquet"
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    names = pa.array([HOSTILE] * table.num_rows)
    table = table.set_column(0, "dataset", names).append_column("point", names)
    table = table.append_column("alpha", pa.array([0.5] * table.num_rows))
    pq.write_table(described(table, {"tasks": {HOSTILE: "regression"}, "epochs": 20}), path)
    resolved = {**tables.study.resolved, "title": f"{HOSTILE} \"'🎉</title>"}
    resolved |= {"datasets": {HOSTILE: {}}, "description": "</style><img src=x onerror=alert(2)>"}
    resolved["sweep"] = {"points": {HOSTILE: {"alpha": 0.5}}}
    study = replace(tables.study, resolved=resolved)
    (tables.folder / "summary.csv").write_text(f'a&b,"{HOSTILE}"\n"</td>{HOSTILE}",1\n')
    (tables.folder / "study.yaml").write_text(f"# </pre>{HOSTILE}\n")
    report.write(tables.folder, study, tables.folder / "report.html")
    return tables.folder / "report.html"


@pytest.fixture(scope="session")
def gallery_file(tmp_path_factory, page_file, hostile_file):
    """The page of all studies, one of them hostile."""
    from dataclasses import replace

    results = tmp_path_factory.mktemp("gallery")
    studies = []
    for name, file in (("good", page_file), ("hostile", hostile_file)):
        shutil.copytree(file.parent, results / name)
        study = load_study(next(file.parent.parent.glob("*.yaml")))
        resolved = {**study.resolved, "title": f"{name} {HOSTILE}", "description": HOSTILE}
        studies.append(replace(study, name=name, resolved=resolved))
    gallery.write(results, studies, results / "index.html")
    return results / "index.html"


@pytest.fixture(scope="session")
def browser():
    playwright = load("playwright.sync_api")
    if not CHROMIUM:
        lack("chromium is not installed, so no page is opened in a browser")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, as `npm install axe-core` leaves it."""
    path = Path(os.environ.get("EPOCHWISE_AXE") or ROOT / "node_modules/axe-core/axe.min.js")
    if path.is_file():
        return path.read_text(encoding="utf-8")
    lack("axe-core is not installed (npm install axe-core), so accessibility is not checked")
    return ""


def open_in(browser, file, scheme="light", width=1200, ready="html[data-ready]"):
    """Open a page with the network off; give its context, the page and what the console said."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, offline=True
    )
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: said.append(request.url) if asks(request) else None)
    page.goto(file.as_uri())
    page.wait_for_selector(ready, timeout=60_000)
    return context, page, said


@pytest.fixture
def open_page(browser):
    """Open a page of its own for a test."""
    contexts = []

    def open_it(file, *args, **kwargs):
        context, page, said = open_in(browser, file, *args, **kwargs)
        contexts.append(context)
        return page, said

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def opened_once(browser, classes_file):
    """The page of two classes, opened once for many tests."""
    context, page, said = open_in(browser, classes_file)
    yield page, said
    context.close()


RESET = """() => {
    document.getElementById("controls").reset();
    document.getElementById("controls").dispatchEvent(new Event("change"));
}"""


@pytest.fixture
def classes_page(opened_once):
    """That page, its controls as they are at first."""
    page, said = opened_once
    page.evaluate(RESET)
    return page, said


def asks(request):
    """Tell whether a request goes anywhere but to the file itself."""
    return not request.url.startswith(("file:", "data:", "blob:"))
