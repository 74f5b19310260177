"""train: one block of seeds of one dataset, fold, point and backend, over one segment of epochs."""


rule train:
    input:
        arrays=rules.standardise.output.arrays,
        scaler=rules.standardise.output.scaler,
        state=lambda w: PLANS[w.study].state_before(w),
        plugin=lambda w: CODE.files("backends", [w.backend]),
    output:
        losses="results/{study}/work/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}/{start}-{end}.parquet",
        state="results/{study}/work/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}/{start}-{end}.npz",
        timings="results/{study}/work/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}/{start}-{end}.timings.json",
        made="results/{study}/work/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}/{start}-{end}.made.json",
    log:
        "logs/{study}/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}/{start}-{end}.log",
    benchmark:
        "logs/{study}/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}/{start}-{end}.benchmark.tsv"
    threads: lambda w: PLANS[w.study].threads
    resources:
        gpu=lambda w: PLANS[w.study].gpus(w.point),
        mem_mb=lambda w, input, attempt: PLANS[w.study].megabytes(
            input.size_mb, attempt
        ),
        runtime=lambda w, attempt: PLANS[w.study].minutes(attempt),
    params:
        hyperparameters=lambda w: PLANS[w.study].points[w.point].hyperparameters,
        shuffle=lambda w: PLANS[w.study].points[w.point].values["shuffle"],
        threads=lambda w: PLANS[w.study].threads,
        # a check of all points, a limit, and where plugins lie; with `input` among the arguments no
        # reason to run again
        besides=lambda w, input: {
            "batches": PLANS[w.study].batch_sizes(w.dataset),
            "epoch_timeout": PLANS[w.study].epoch_timeout,
            "plugins": str(PLUGINS),
        },
        code=lambda w: CODE.behind("train", "backends", [w.backend]),
    message:
        "Train {wildcards.backend} on {wildcards.dataset}: {wildcards.point}, fold {wildcards.fold}, "
        "seeds {wildcards.seeds}, epochs {wildcards.start} to {wildcards.end}"
    script:
        "../scripts/train.py"
