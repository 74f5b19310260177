"""report: a page to read the results on, and what they all are, to the byte."""


rule report:
    input:
        lambda w: PLANS[w.study].results(),
    output:
        report(
            "results/{study}/report.html",
            caption="../report/page.rst",
            category="{study}",
            labels={"shows": "the page of the study"},
        ),
        made="results/{study}/records/report.json",
    log:
        "logs/{study}/report.log",
    localrule: True
    params:
        study=lambda w: dict(PLANS[w.study].study.resolved),
        results=lambda w: PLANS[w.study].results(),
        code=CODE.behind("report"),
    message:
        "Write the page of {wildcards.study}"
    script:
        "../scripts/report.py"


rule manifest:
    input:
        lambda w: PLANS[w.study].results(),
        "results/{study}/report.html",
    output:
        "results/{study}/manifest.json",
        made="results/{study}/records/manifest.json",
    log:
        "logs/{study}/manifest.log",
    localrule: True
    params:
        results=lambda w: PLANS[w.study].results(),
        code=CODE.behind("manifest"),
    message:
        "Write the manifest of {wildcards.study}"
    script:
        "../scripts/manifest.py"


rule gallery:
    input:
        [f"results/{study}/report.html" for study in PLANS],
        [f"results/{study}/manifest.json" for study in PLANS],
    output:
        report(
            "results/index.html",
            caption="../report/gallery.rst",
            category="All studies",
        ),
        made="results/index.made.json",
    log:
        "logs/gallery.log",
    localrule: True
    params:
        studies={name: dict(plan.study.resolved) for name, plan in PLANS.items()},
        code=CODE.behind("gallery"),
    message:
        "Hang the gallery"
    script:
        "../scripts/gallery.py"
