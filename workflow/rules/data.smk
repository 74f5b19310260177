"""load -> standardise: from a dataset's source to the arrays of one fold."""


rule load:
    input:
        made_again,
        file=lambda w: PLANS[w.study].dataset_file(w.dataset),
        plugin=lambda w: CODE.files(
            "datasets", [PLANS[w.study].dataset_plugin(w.dataset)]
        ),
    output:
        table="results/{study}/work/{dataset}/raw.parquet",
        facts="results/{study}/work/{dataset}/raw.json",
        made="results/{study}/work/{dataset}/made.json",
    log:
        "logs/{study}/{dataset}/load.log",
    priority: 2  # a file that cannot be used is told before anything else
    localrule: True
    params:
        options=lambda w: PLANS[w.study].dataset_options(w.dataset),
        # checks, and where plugins lie; with `input` among the arguments no reason to run again
        besides=lambda w, input: {
            "folds": len(PLANS[w.study].study.folds(w.dataset)),
            "shown": PLANS[w.study].shown_metrics(w.dataset),
            "plugins": str(PLUGINS),
        },
        code=lambda w: CODE.behind(
            "load", "datasets", [PLANS[w.study].dataset_plugin(w.dataset)]
        ),
    message:
        "Load {wildcards.dataset}"
    script:
        "../scripts/load.py"


rule standardise:
    input:
        table=rules.load.output.table,
        facts=rules.load.output.facts,
    output:
        arrays="results/{study}/work/{dataset}/fold-{fold}/arrays.npz",
        scaler="results/{study}/work/{dataset}/fold-{fold}/scaler.json",
        made="results/{study}/work/{dataset}/fold-{fold}/made.json",
    log:
        "logs/{study}/{dataset}/fold-{fold}/standardise.log",
    priority: 1  # what cannot be trained is told before anything is
    localrule: True
    params:
        partitions=lambda w: PLANS[w.study].partitions(),
        standardise=lambda w: PLANS[w.study].study.resolved["standardise"],
        # a check; with `input` among the arguments it is no reason to run again
        besides=lambda w, input: {"batches": PLANS[w.study].batch_sizes(w.dataset)},
        code=CODE.behind("standardise"),
    message:
        "Standardise {wildcards.dataset}, fold {wildcards.fold}"
    script:
        "../scripts/standardise.py"
