"""figures: drawn from the tables."""


rule figure:
    input:
        tables=lambda w: PLANS[w.study].figure_tables(w.figure),
        drawers=sorted(map(str, PLUGINS.glob("*_figures.py"))),
    output:
        png=report(
            "results/{study}/figures/{figure}.png",
            caption="../report/figure.rst",
            category="{study}",
            labels={"shows": "{figure}"},
        ),
        svg="results/{study}/figures/{figure}.svg",
        pdf="results/{study}/figures/{figure}.pdf",
    log:
        "logs/{study}/figures/{figure}.log",
    params:
        study=lambda w: PLANS[w.study].drawn_study(),
        options=lambda w: PLANS[w.study].figures[w.figure],
        plugins=lambda w: str(PLUGINS),
        version=VERSION,
    message:
        "Draw {wildcards.figure} of {wildcards.study}"
    script:
        "../scripts/figure.py"
