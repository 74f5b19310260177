"""Fuzz one target in this process: `python -m fuzz.one TARGET INPUTS SEED FOLDER`.

The coverage of the library's code guides what is tried next (Atheris, on libFuzzer). A finding is
written down, once for each place, and the fuzzing goes on.
"""

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from random import Random
from types import FunctionType

import atheris

with atheris.instrument_imports(include=["epochwise"]):
    from fuzz import targets
from epochwise.plugins.registry import load_all
from fuzz.guards import Guard, TooLong, WrongError
from helpers import PLUGINS, ROOT

LONGEST = 8192  # bytes of an input
HANGS = 120  # seconds after which libFuzzer ends the process, where no signal does


class Fuzzer:
    """Runs inputs, counts them and keeps what they find."""

    def __init__(self, name: str, out: Path) -> None:
        self.target = targets.TARGETS[name]
        self.name, self.out = name, out
        self.count = os.open(out / f"{name}.count", os.O_RDWR | os.O_CREAT)
        self.tried = int(os.pread(self.count, 20, 0) or 0)
        self.found = {path.stem for path in out.glob(f"{name}/*.json")}
        (out / name).mkdir(exist_ok=True)
        self.work = Path(tempfile.mkdtemp(dir=out))
        os.chdir(self.work)  # where a name without a folder would be written
        self.guard = Guard(self.work)

    def begin(self) -> None:
        """Run what there is to begin with, so that all is imported; then limit the memory."""
        for seed in self.target.seeds:
            self.try_one(seed)
        self.guard.limit_memory()

    def try_one(self, data: bytes) -> None:
        """Run one input."""
        self.tried += 1
        os.pwrite(self.count, f"{self.tried:<20}".encode(), 0)
        try:
            self.guard.check(lambda: self.target.run(self.work, data))
        except (Exception, TooLong) as error:
            self.note(error, data)

    def note(self, error: BaseException, data: bytes) -> None:
        """Write down an input, the first of those that fail alike."""
        where = [
            f"{Path(frame.filename).name}:{frame.name}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)
            if str(ROOT / "workflow") in frame.filename or str(PLUGINS) in frame.filename
        ]
        last = where[-1] if where else "outside"
        if isinstance(error, WrongError):
            last = "".join(c for c in str(error) if c.isalpha())[:40]
        key = "".join(c if c.isalnum() else "_" for c in f"{type(error).__name__} {last}")[:120]
        if key in self.found:
            return
        self.found.add(key)
        about = {"target": self.name, "error": repr(error)[:600], "where": where[-4:]}
        (self.out / self.name / f"{key}.input").write_bytes(data)
        (self.out / self.name / f"{key}.json").write_text(json.dumps(about, indent=1))


def instrument_plugins() -> None:
    """Have the coverage of the shipped plugins guide as well."""
    for kind in ("curves", "datasets", "stopping", "figures"):
        load_all(PLUGINS, kind)
    for name, module in list(sys.modules.items()):
        if name.startswith("epochwise_plugin_"):
            for one in list(vars(module).values()):
                if isinstance(one, FunctionType) and one.__module__ == name:
                    atheris.instrument_func(one)


def main(name: str, inputs: int, seed: int, out: Path) -> None:
    """Fuzz; ends the process."""
    instrument_plugins()
    fuzzer = Fuzzer(name, out)
    fuzzer.begin()

    def mutate(data: bytes, most: int, number: int) -> bytes:
        random = Random(number)
        if random.random() < 0.5:
            return fuzzer.target.mutate(data, random)[:most]
        return atheris.Mutate(data, most)

    corpus = out / f"{name}.corpus"
    corpus.mkdir(exist_ok=True)
    for number, one in enumerate(fuzzer.target.seeds):
        (corpus / f"seed-{number}").write_bytes(one)
    flags = [f"-runs={inputs}", f"-seed={seed + 1}", f"-max_len={LONGEST}", f"-timeout={HANGS}"]
    flags += ["-rss_limit_mb=0", f"-artifact_prefix={out}/{name}/", "-verbosity=0"]
    atheris.Setup(["fuzz", str(corpus), *flags], fuzzer.try_one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]).resolve())
