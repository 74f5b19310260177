"""losses -> tables: pure functions of what was trained."""


rule losses:
    input:
        segments=lambda w: PLANS[w.study].segment_files("parquet"),
    output:
        parquet="results/{study}/losses.parquet",
        csv="results/{study}/losses.csv",
    log:
        "logs/{study}/losses.log",
    params:
        labels=lambda w: PLANS[w.study].segment_labels(),
        epochs=lambda w: PLANS[w.study].study.resolved["training"]["epochs"],
        code=CODE.behind("losses"),
    message:
        "Join the loss tables of {wildcards.study}"
    script:
        "../scripts/losses.py"


rule timings:
    input:
        segments=lambda w: PLANS[w.study].segment_files("timings.json"),
    output:
        "results/{study}/timings.csv",
    log:
        "logs/{study}/timings.log",
    params:
        labels=lambda w: PLANS[w.study].segment_labels(),
        code=CODE.behind("timings"),
    message:
        "Collect the times of {wildcards.study}"
    script:
        "../scripts/timings.py"


rule study_file:
    output:
        "results/{study}/study.yaml",
    log:
        "logs/{study}/study_file.log",
    params:
        study=lambda w: dict(PLANS[w.study].study.resolved),
        code=CODE.behind("study_file"),
    message:
        "Write down {wildcards.study} with every default"
    script:
        "../scripts/study_file.py"
