"""One page per study that opens in any browser, offline, and tells how to make itself again."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from epochwise.page import glossary, library, parts, plot_data, provenance
from epochwise.page.embedding import as_json, read
from epochwise.study.study import Study
from epochwise.tables.metric_curves import curves_of
from epochwise.tables.results import Tables

# a page names each script and style by its digest: the browser takes these and no others, and
# opens no connection at all
POLICY = (
    "default-src 'none'; img-src data:; script-src {scripts}; style-src {styles}; base-uri 'none'; "
    "form-action 'none'"
)

SCRIPTS = ("page.js", "traces.js", "chart.js")


def write(folder: Path, study: Study, out: str | Path, results: Sequence[str | Path] = ()) -> None:
    """Write the report page of a study; the same results give the same bytes.

    Parameters
    ----------
    folder : the study's results: `losses.parquet`, and of the other tables, the figures,
        `answer.json` and `study.yaml` what there is.
    study : the study.
    out : the page.
    results : those of its files that are the study's results; by default all that lies there.

    Raises
    ------
    epochwise.errors.DataError
        Where the loss table is missing or broken.
    """
    folder = Path(folder)
    results = results or [file for file in sorted(folder.rglob("*")) if file.is_file()]
    tables = Tables(folder, study)
    every = curves_of(tables, plot_data.DRAWN)
    drawn = plot_data.drawn(every)
    scripts, plotly = [read(name) for name in SCRIPTS], library.plotly()
    style = read("page.css")
    page = render(
        "report.html",
        title=study.resolved.get("title", study.name),
        description=study.resolved.get("description", ""),
        policy=policy((*scripts, plotly.text), (style, *plotly.styles)),
        style=style,
        scripts=scripts,
        plotly=plotly,
        data=as_json(plot_data.payload(tables, drawn)),
        thinning=plot_data.explain(drawn, len(every)),
        csv=(folder / "losses.csv").is_file(),
        answer=glossary.linked(parts.answer(tables, every)),
        overview=[(tables.in_their_words(n), v) for n, v in parts.overview(study, every)],
        taken=parts.taken(tables),
        tables=parts.tables(tables),
        figures=parts.figures(folder, results),
        linked=glossary.linked,
        words=glossary.TERMS,
        made=provenance.read(folder, study, results),
    )
    Path(out).write_text(page, encoding="utf-8")


def render(template: str, **values: Any) -> str:
    """Fill in a template; everything that a study brings is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("epochwise.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """Give the content security policy of a page that has these scripts and styles alone."""
    named = [" ".join(map(digest_of, every)) or "'none'" for every in (scripts, styles)]
    return POLICY.format(scripts=named[0], styles=named[1])


def digest_of(script: str) -> str:
    """Name a script or style as a content security policy does."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
