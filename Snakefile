from snakemake.utils import min_version

min_version("9.19")


wildcard_constraints:
    study=r"[A-Za-z][A-Za-z0-9_-]*",
    dataset=r"[A-Za-z][A-Za-z0-9_-]*",
    fold=r"\d+",
    point=r"[^/]+",
    backend=r"[A-Za-z][A-Za-z0-9_-]*",
    seeds=r"[0-9+-]+",
    start=r"\d+",
    end=r"\d+",
    round=r"\d+",
    figure=r"[A-Za-z][A-Za-z0-9_-]*",


include: "workflow/rules/planning.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/answers.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/page.smk"
include: "workflow/rules/records.smk"


rule all:
    default_target: True
    input:
        all_results,


onstart:
    before_any_job()


onsuccess:
    say_the_answer()


onerror:
    print(ENDING["words"](PLANS.values()))
