"""figures: drawn from the tables."""


rule figure:
    input:
        tables=lambda w: PLANS[w.study].figure_tables(w.figure),
        plugin=lambda w: CODE.files("figures", [PLANS[w.study].figure_plugin(w.figure)]),
    output:
        png=report(
            "results/{study}/figures/{figure}.png",
            caption="../report/figure.rst",
            category="{study}",
            labels={"shows": "{figure}"},
        ),
        svg="results/{study}/figures/{figure}.svg",
        pdf="results/{study}/figures/{figure}.pdf",
        made="results/{study}/records/figures/{figure}.json",
    log:
        "logs/{study}/figures/{figure}.log",
    localrule: True
    params:
        study=lambda w: PLANS[w.study].drawn_study(),
        options=lambda w: PLANS[w.study].figures[w.figure],
        # where they lie is no reason to run again; with `input` among the arguments it is none
        besides=lambda w, input: {"plugins": str(PLUGINS)},
        code=lambda w: CODE.behind(
            "figure",
            "figures",
            [PLANS[w.study].figure_plugin(w.figure)],
            PLANS[w.study].figure_code(w.figure),
        ),
    message:
        "Draw {wildcards.figure} of {wildcards.study}"
    script:
        "../scripts/figure.py"
