"""report: what the results are, to the byte, and a page to read them on."""


rule manifest:
    input:
        lambda w: PLANS[w.study].results(),
    output:
        "results/{study}/manifest.json",
    log:
        "logs/{study}/manifest.log",
    params:
        version=VERSION,
    message:
        "Write the manifest of {wildcards.study}"
    script:
        "../scripts/manifest.py"
