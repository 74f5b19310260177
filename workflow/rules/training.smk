"""train: one block of seeds of a dataset, fold, point and backend, or of several, over one segment of epochs."""


rule train:
    input:
        arrays=lambda w: PLANS[w.study].fold_files(w, "arrays.npz"),
        scalers=lambda w: PLANS[w.study].fold_files(w, "scaler.json"),
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
    wildcard_constraints:
        fold=r"[0-9+-]+",
    threads: lambda w: PLANS[w.study].threads
    resources:
        gpu=lambda w: PLANS[w.study].gpus(w.point),
        mem_mb=lambda w, input, attempt: PLANS[w.study].megabytes(
            input.size_mb, attempt
        ),
        runtime=lambda w, attempt: PLANS[w.study].minutes(attempt),
    params:
        points=lambda w: PLANS[w.study].told(w.point),
        threads=lambda w: PLANS[w.study].threads,
        # a check of all points, a limit, and where plugins lie; with `input` among the arguments no
        # reason to run again
        besides=lambda w, input: {
            "batches": PLANS[w.study].batch_sizes(w.dataset),
            "epoch_timeout": PLANS[w.study].epoch_timeout,
            "plugins": str(PLUGINS),
            "what": PLANS[w.study].in_words(w),
        },
        code=lambda w: CODE.behind("train", "backends", [w.backend]),
    message:
        "Train {wildcards.backend} on {wildcards.dataset}: {params.besides[what]}, "
        "seeds {wildcards.seeds}, epochs {wildcards.start} to {wildcards.end}"
    script:
        "../scripts/train.py"
