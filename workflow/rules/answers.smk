"""answers: a row per run, how many epochs, how sure, what early stopping would have done."""


rule answers:
    input:
        losses=LOSSES,
        facts=lambda w: PLANS[w.study].facts_files(),
        plugins=lambda w: CODE.files("stopping", PLANS[w.study].stopping_plugins()),
    output:
        summary=report(
            "results/{study}/summary.csv",
            caption="../report/summary.rst",
            category="{study}",
            labels={"shows": "a row per run"},
        ),
        csv=[f"results/{{study}}/{table.name}.csv" for table in ANSWERS],
        parquet=[f"results/{{study}}/{table.name}.parquet" for table in ANSWERS],
        answer="results/{study}/answer.json",
        made="results/{study}/records/answers.json",
    log:
        "logs/{study}/answers.log",
    localrule: True
    params:
        study=lambda w: PLANS[w.study].answer_settings(),
        # where they lie is no reason to run again; with `input` among the arguments it is none
        besides=lambda w, input: {"plugins": str(PLUGINS)},
        code=lambda w: CODE.behind(
            "answers",
            "stopping",
            PLANS[w.study].stopping_plugins(),
            PLANS[w.study].stopping_code(),
        ),
    message:
        "Answer {wildcards.study}"
    script:
        "../scripts/answers.py"


rule agreement:
    input:
        losses=LOSSES,
    output:
        summary="results/{study}/agreement.csv",
        by_epoch="results/{study}/agreement_by_epoch.csv",
        made="results/{study}/records/agreement.json",
    log:
        "logs/{study}/agreement.log",
    localrule: True
    params:
        backends=lambda w: PLANS[w.study].study.compared,
        code=CODE.behind("agreement"),
    message:
        "Compare the backends of {wildcards.study}"
    script:
        "../scripts/agreement.py"


rule typeset:
    input:
        losses=LOSSES,
        csv=[f"results/{{study}}/{name}.csv" for name in TYPESET],
    output:
        [f"results/{{study}}/{name}" for name in typeset_files()],
        made="results/{study}/records/typeset.json",
    log:
        "logs/{study}/typeset.log",
    localrule: True
    params:
        study=lambda w: PLANS[w.study].drawn_study(),
        code=CODE.behind("typeset"),
    message:
        "Set the tables of {wildcards.study} for texts"
    script:
        "../scripts/typeset.py"
