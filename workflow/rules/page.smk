"""report: what the results are, to the byte, and a page to read them on."""


rule manifest:
    input:
        lambda w: PLANS[w.study].results(),
    output:
        "results/{study}/manifest.json",
    log:
        "logs/{study}/manifest.log",
    localrule: True
    params:
        code=CODE.behind("manifest"),
    message:
        "Write the manifest of {wildcards.study}"
    script:
        "../scripts/manifest.py"


rule report:
    input:
        lambda w: PLANS[w.study].results(),
        manifest=rules.manifest.output,
    output:
        report(
            "results/{study}/report.html",
            caption="../report/page.rst",
            category="{study}",
            labels={"shows": "the page of the study"},
        ),
    log:
        "logs/{study}/report.log",
    localrule: True
    params:
        study=lambda w: dict(PLANS[w.study].study.resolved),
        code=CODE.behind("report"),
    message:
        "Write the page of {wildcards.study}"
    script:
        "../scripts/report.py"


rule gallery:
    input:
        [f"results/{study}/report.html" for study in PLANS],
    output:
        report(
            "results/index.html",
            caption="../report/gallery.rst",
            category="All studies",
        ),
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
