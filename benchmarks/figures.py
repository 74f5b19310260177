"""Time and memory of all figures and the page for 1,000 runs of 5,000 epochs.

    python benchmarks/figures.py [folder]

Each figure is drawn and saved (PNG, SVG, PDF) in a process of its own, as the workflow does. Where there
are Playwright and Chromium, the page is opened as well.
"""

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
STUDY = {
    "backends": ["numpy", "sklearn"],
    "seeds": 50,
    "sweep": {"batch_size": [1, 2, 4, 8, 10, 16, 20, 32, 40, 80]},
    "training": {"epochs": 5000},
}
PAGE = "report page"


def prepare(folder: Path) -> None:
    """Write 1,000 noisy curves, the answers and the summary."""
    sys.path.insert(0, str(ROOT / "tests"))
    import numpy as np

    from figure_samples import answered, make, with_test

    def noisy(run):  # type: ignore[no-untyped-def]  # the samples' functions are untyped
        random = np.random.default_rng([run["seed"], run["swept"]["batch_size"]])
        return {k: v * random.lognormal(0, 0.02, len(v)) for k, v in with_test(run).items()}

    answered(make(folder, noisy, **STUDY))


def draw(folder: Path, name: str) -> None:
    """Draw one figure, or write the page, and print seconds, seconds of CPU and megabytes."""
    start = time.perf_counter()
    from epochwise.figures import choose
    from epochwise.figures.save import save
    from epochwise.page import report
    from epochwise.plugins import registry
    from epochwise.study import study
    from epochwise.tables.results import Tables

    made, results = study.load(folder / "made.yaml"), folder / "results"
    if name == PAGE:
        report.write(results, made, results / "report.html")
    else:
        registry = registry.load_all(ROOT / "plugins", "figures")
        options = choose.choose(made, registry)[name]
        figure = registry[name].resolve()(Tables(results, made), options)
        save(figure, [results / "figures" / f"{name}.{kind}" for kind in ("png", "svg", "pdf")])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([time.perf_counter() - start, time.process_time(), memory]))


def opening(page: Path, times: int = 7) -> list[float]:
    """Open a page in a browser, the network off, and time how long until its curves are drawn."""
    from playwright.sync_api import sync_playwright

    taken = []
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for _ in range(times):
            tab = browser.new_context(offline=True).new_page()
            start = time.perf_counter()
            tab.goto(page.resolve().as_uri())
            tab.wait_for_selector("html[data-ready]", timeout=60_000)
            taken.append(time.perf_counter() - start)
            tab.context.close()
        browser.close()
    return taken


def main(folder: Path) -> None:
    """Print the table."""
    if not (folder / "results" / "summary.csv").is_file():
        # its own process: a child would report its parent's peak as its own
        subprocess.run([sys.executable, __file__, str(folder), "prepare"], check=True)
    from epochwise.figures import choose
    from epochwise.plugins import registry
    from epochwise.study import study

    registry = registry.load_all(ROOT / "plugins", "figures")
    names = list(choose.choose(study.load(folder / "made.yaml"), registry))
    total, busy, most = 0.0, 0.0, 0.0
    print(f"{'figure':24} {'seconds':>8} {'of CPU':>8} {'MB':>8}")
    for name in [*names, PAGE]:
        call = [sys.executable, __file__, str(folder), name]
        done = subprocess.run(call, capture_output=True, text=True, check=True)
        seconds, own, memory = json.loads(done.stdout)
        if name != PAGE:
            total, busy, most = total + seconds, busy + own, max(most, memory)
        print(f"{name:24} {seconds:8.1f} {own:8.1f} {memory:8.0f}", flush=True)
    size = (folder / "results" / "report.html").stat().st_size / 1e6
    print(
        f"{'all figures':24} {total:8.1f} {busy:8.1f} {most:8.0f}\nreport.html: {size:.1f} MB",
        end="",
    )
    if shutil.which("chromium"):
        taken = opening(folder / "results" / "report.html")
        print(f", opens in {statistics.median(taken):.1f} s, median of {len(taken)}", end="")
    print()


if __name__ == "__main__":
    if sys.argv[2:] == ["prepare"]:
        prepare(Path(sys.argv[1]))
    elif len(sys.argv) > 2:
        draw(Path(sys.argv[1]), sys.argv[2])
    elif len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
