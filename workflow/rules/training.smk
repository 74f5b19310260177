"""train: one block of seeds of one dataset, fold, point and backend, over one segment of epochs."""

BLOCK = "results/{study}/work/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}"
BLOCK_LOGS = "logs/{study}/{dataset}/fold-{fold}/{point}/{backend}/seeds-{seeds}"


rule train:
    input:
        arrays=rules.standardise.output.arrays,
        scaler=rules.standardise.output.scaler,
        state=lambda w: PLANS[w.study].state_before(BLOCK.format(**w), int(w.start)),
        plugin=lambda w: plugin_file(PLUGINS, w.backend) or [],
    output:
        losses=BLOCK + "/{start}-{end}.parquet",
        state=BLOCK + "/{start}-{end}.npz",
        timings=BLOCK + "/{start}-{end}.timings.json",
    params:
        hyperparameters=lambda w: PLANS[w.study].hyperparameters(w.point),
        plugins=str(PLUGINS),
        installed=lambda w: fingerprint(PLUGINS, w.backend),
        version=VERSION,
    log:
        BLOCK_LOGS + "/{start}-{end}.log",
    benchmark:
        BLOCK_LOGS + "/{start}-{end}.benchmark.tsv"
    threads: 1
    message:
        "Train {wildcards.backend} on {wildcards.dataset}: {wildcards.point}, fold {wildcards.fold}, "
        "seeds {wildcards.seeds}, epochs {wildcards.start} to {wildcards.end}"
    script:
        "../scripts/train.py"
