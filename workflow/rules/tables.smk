"""losses -> tables: pure functions of what was trained; and, where a study asks for it, how much is."""


rule losses:
    input:
        segments=lambda w: PLANS[w.study].segment_files("parquet", last_round(w.study)),
        rounds=lambda w: judgements(w.study),
    output:
        parquet="results/{study}/losses.parquet",
        csv="results/{study}/losses.csv",
        made="results/{study}/records/losses.json",
    log:
        "logs/{study}/losses.log",
    wildcard_constraints:
        study=any_of(WITH_CSV),
    localrule: True
    params:
        labels=lambda w: PLANS[w.study].segment_labels(last_round(w.study)),
        epochs=lambda w: PLANS[w.study].study.resolved["training"]["epochs"],
        code=CODE.behind("losses"),
    message:
        "Join the loss tables of {wildcards.study}"
    script:
        "../scripts/losses.py"


use rule losses as losses_without_csv with:
    output:
        parquet="results/{study}/losses.parquet",
        made="results/{study}/records/losses.json",
    wildcard_constraints:
        study=any_of(TRAINED - WITH_CSV),


rule read_curves:
    input:
        made_again,
        files=lambda w: PLANS[w.study].curve_files(),
        plugins=lambda w: CODE.files("curves", PLANS[w.study].reader_plugins(PLUGINS)),
    output:
        parquet="results/{study}/losses.parquet",
        csv="results/{study}/losses.csv",
        made="results/{study}/records/losses.json",
    log:
        "logs/{study}/read_curves.log",
    wildcard_constraints:
        study=any_of(set(PLANS) - TRAINED),
    localrule: True
    params:
        curves=lambda w: PLANS[w.study].curves(),
        files=lambda w: PLANS[w.study].curve_files(),
        # where they lie is no reason to run again; with `input` among the arguments it is none
        besides=lambda w, input: {"plugins": str(PLUGINS)},
        code=lambda w: CODE.behind(
            "read_curves", "curves", PLANS[w.study].reader_plugins(PLUGINS)
        ),
    message:
        "Read the loss histories of {wildcards.study}"
    script:
        "../scripts/read_curves.py"


checkpoint judge_round:
    input:
        segments=lambda w: PLANS[w.study].segment_files("parquet", int(w.round)),
    output:
        "results/{study}/work/rounds/{round}.json",
        made="results/{study}/work/rounds/{round}.made.json",
    log:
        "logs/{study}/rounds/{round}.log",
    localrule: True
    params:
        labels=lambda w: PLANS[w.study].segment_labels(int(w.round)),
        epochs=lambda w: PLANS[w.study].study.resolved["training"]["epochs"],
        answer=lambda w: PLANS[w.study].answer_settings()["answer"],
        code=CODE.behind("judge_round"),
    message:
        "Judge whether {wildcards.study} is sure enough after round {wildcards.round}"
    script:
        "../scripts/judge_round.py"


rule timings:
    input:
        segments=lambda w: PLANS[w.study].segment_files(
            "timings.json", last_round(w.study)
        ),
        rounds=lambda w: judgements(w.study),
    output:
        "results/{study}/timings.csv",
        made="results/{study}/records/timings.json",
    log:
        "logs/{study}/timings.log",
    localrule: True
    params:
        labels=lambda w: PLANS[w.study].segment_labels(last_round(w.study)),
        code=CODE.behind("timings"),
    message:
        "Collect the times of {wildcards.study}"
    script:
        "../scripts/timings.py"


rule study_file:
    input:
        made_again,
    output:
        "results/{study}/study.yaml",
        made="results/{study}/records/study.json",
    log:
        "logs/{study}/study_file.log",
    localrule: True
    params:
        study=lambda w: PLANS[w.study].study.as_run,
        code=CODE.behind("study_file"),
    message:
        "Write down {wildcards.study} with every default"
    script:
        "../scripts/study_file.py"
