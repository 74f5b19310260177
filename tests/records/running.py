"""Jobs as the workflow hands them over, without it."""

from pathlib import Path
from types import SimpleNamespace


class Files(list):
    """Files in a list, some of which have names."""

    def __init__(self, **named):
        super().__init__(named.values())
        self.__dict__.update(named)


def job(rule, inputs, outputs, made, study="mine", **params):
    """Make what `recorded` is given; `inputs` and `outputs` by name."""
    for file in (*outputs.values(), made):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    return SimpleNamespace(
        rule=rule,
        wildcards=SimpleNamespace(study=study) if study else SimpleNamespace(),
        params=params,
        input=Files(**inputs),
        output=Files(**outputs, made=made),
    )
