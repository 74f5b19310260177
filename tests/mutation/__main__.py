"""Mutation testing: `python -m mutation [MODULE OR FOLDER ...]` with `tests` on the path.

Tests are imported once. Every test is run once to see which lines it reaches; every mutant is
then tried in a fork of that process, by the tests that reach its statement, the quickest first,
until one fails. A mutated function is put in place by its code alone; what lies outside of
functions takes a new import.

`survivors.txt` lists the mutants that may survive, and why.
"""

import argparse
import ast
import gc
import hashlib
import importlib.util
import os
import pickle
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import _lru_cache_wrapper, partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings

from mutation import mutants
from mutation.mutants import Mutant

TESTS = Path(__file__).parents[1]
LIBRARY = TESTS.parent / "workflow" / "epochwise"
SEEN = TESTS.parent / ".mutation_seen"  # what each test reaches, to be quick the next time
LISTED = Path(__file__).with_name("survivors.txt")
MODULES = """
    training/metrics training/host training/returned training/training_job training/states
    training/baselines
    data/standardise data/partitions data/sizes data/tasks data/cells data/written_numbers
    data/lookalikes data/dates data/date_columns data/text_frames data/frames data/guessing
    data/mending study/jobs study/sweeps study/schema
    tables/loss_table tables/reading tables/curves tables/minima tables/summary tables/agreement
    tables/scores columns plugins/honours
    planning/reruns planning/validation planning/endings planning/first_look answers/
    tables/runs tables/pieces tables/matrices tables/their_words study/job_sizes study/run_files
    study/sharing planning/blocks training/shared_files
    curves/scoring curves/tabulating curves/gathering
"""
PYTEST = (
    *("-n0", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # hypothesis is imported already
    *("-k", "not (jax or torch or tensorflow)"),  # slow to import, and other tests reach as much
)
Reached = dict[str, tuple[float, set[tuple[str, int]]]]  # by test: seconds, (module, line)
EXAMPLES = 25  # of a property: fewer than when it is tested for its own sake
LEAST = 0.9  # of the mutants must be killed
SLOW = 3.0  # seconds of a test that is left out
MOST = 8.0  # seconds of tests for one mutant that survives, besides those of its own module


def main() -> int:
    """Run; 0 if enough mutants are killed and those that survive are listed."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="such as training/host or answers; default all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--among", type=Path, help="try only the mutants that this file lists")
    parser.add_argument("--verbose", action="store_true", help="tell of survivors as they come")
    options = parser.parse_args()
    run = Run(options)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = f"{folder}/hypothesis"
        os.environ["PYTEST_DEBUG_TEMPROOT"] = run.folder = folder
        code = pytest.main([*PYTEST, *tests()], plugins=[run])
    return int(code) or run.verdict


def tests() -> list[str]:
    """List the folders of tests that run in the same process as what they test."""
    names = "answers curves data planning plugins/test_honours.py plugins/test_registry.py study tables training"
    return [str(TESTS / name) for name in (*names.split(), "test_atomic_write.py")]


def chosen(wanted: list[str]) -> list[str]:
    """List the modules to mutate, such as "training/host.py"."""
    every = []
    for name in MODULES.split():
        found = sorted(LIBRARY.glob(f"{name}*.py")) if name[-1] == "/" else [LIBRARY / f"{name}.py"]
        every += [str(path.relative_to(LIBRARY)) for path in found if path.name != "__init__.py"]
    if not wanted:
        return every
    plain = [name.rstrip("/").removesuffix(".py") for name in wanted]
    return [m for m in every if any(m == f"{n}.py" or m.startswith(f"{n}/") for n in plain)]


class Run:
    """A plugin of pytest that, in place of running the tests, tries the mutants."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.verdict, self.folder = options, 1, ""
        self.modules, self.listed = chosen(options.modules), read_list(LISTED)
        self.trees, self.mutants = {}, list[Mutant]()
        for module in self.modules:
            self.trees[module], found = mutants.of(LIBRARY / module, module)
            self.mutants += found
        if options.among:
            among = read_list(options.among)
            self.mutants = [m for m in self.mutants if key(m) in among]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session = session
        for item in session.items:  # a counterexample is enough, it need not be small
            usual = getattr(item.obj, "_hypothesis_internal_use_settings", None)
            if usual:
                examples = min(usual.max_examples, EXAMPLES)
                item.obj._hypothesis_internal_use_settings = settings(
                    usual, phases=[Phase.explicit, Phase.generate], max_examples=examples
                )
        began = time.monotonic()
        self.functions, self.caches = functions_of(chosen([])), caches()
        gc.freeze()  # the forks share it
        reached = self.baseline(session)
        print(f"\n{len(reached)} tests seen, {len(self.mutants)} mutants", flush=True)
        outcome = self.try_all(session, reached)
        self.verdict = report(self.modules, self.mutants, outcome, bool(self.options.among))
        print(f"{time.monotonic() - began:.0f} s")
        return True

    def fork(self, work: Any, seconds: float) -> int:
        """Do some work in a process of its own; give its id."""
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        code = 3
        self.session.config.pluginmanager.unregister(name="terminalreporter")
        try:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.mkdtemp(dir=self.folder)
            signal.setitimer(signal.ITIMER_PROF, seconds)  # of computing: a busy machine ends none
            signal.alarm(int(30 * seconds))
            code = work()
        except BaseException:
            code = 3
        finally:
            shutil.rmtree(os.environ["PYTEST_DEBUG_TEMPROOT"], ignore_errors=True)
            os._exit(code)

    def baseline(self, session: pytest.Session) -> Reached:
        """Run every test by itself; say how long it took and which lines it reached.

        It is remembered as long as the test's file and the library stay as they are.
        """
        every = chosen(
            []
        )  # whichever are mutated now, so that others need no baseline of their own
        code = [path for path in LIBRARY.rglob("*.*y*") if path.parent.name != "__pycache__"]
        library = digest([*sorted(code), *sorted(TESTS.glob("*/made.py"))], *every)
        file_of = {item.nodeid: f"{library} {digest([item.path])}" for item in session.items}
        known = pickle.loads(SEEN.read_bytes()) if SEEN.exists() else {}
        items = [item for item in session.items if file_of[item.nodeid] not in known]
        shares = [items[start :: self.options.jobs] for start in range(self.options.jobs)]
        outs = [Path(self.folder) / f"seen-{number}" for number in range(len(shares))]

        def work(share: list[pytest.Item], out: Path) -> int:
            for module in every:
                watch_lines(module, self.functions, lines)
            found = {}
            for item in share:
                lines.clear()
                for cached in self.caches:  # what another test computed is reached by this one too
                    cached.cache_clear()
                failed, began = session.testsfailed, time.process_time()
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                took = time.process_time() - began
                found[item.nodeid] = (took, set(lines), session.testsfailed > failed)
            out.write_bytes(pickle.dumps(found))
            return 0

        lines: set[tuple[str, int]] = set()
        pairs = list(zip(shares, outs, strict=True))
        for pid in [self.fork(partial(work, *pair), 3600) for pair in pairs]:
            os.waitpid(pid, 0)
        for out in outs:
            for name, seen in pickle.loads(out.read_bytes()).items():
                known.setdefault(file_of[name], {})[name] = seen
        SEEN.write_bytes(pickle.dumps({file: known[file] for file in file_of.values()}))
        reached = {}
        for item in session.items:
            took, places, failed = known[file_of[item.nodeid]][item.nodeid]
            if failed or took > SLOW:
                print(f"left out: {item.nodeid} ({'it fails' if failed else f'{took:.1f} s'})")
            else:
                reached[item.nodeid] = (took, places)
        return reached

    def try_all(self, session: pytest.Session, reached: Reached) -> list[str]:
        """Try every mutant; say of each how it ended."""
        items = {item.nodeid: item for item in session.items}
        by_line = defaultdict(list)
        for name in sorted(reached, key=lambda name: reached[name][0]):
            for place in reached[name][1]:
                by_line[place].append(name)
        outcome, running = [""] * len(self.mutants), dict[int, int]()

        def wait() -> None:
            pid, status = os.wait()
            if pid in running:
                ended = {0: "survived", 256: "killed", 2 * 256: "killed"}
                number = running.pop(pid)
                outcome[number] = ended.get(status, "killed" if status < 256 else "broken")
                if outcome[number] != "killed" and self.options.verbose:
                    print(*key(self.mutants[number]), outcome[number], sep="\n  ", flush=True)

        for number, mutant in enumerate(self.mutants):
            if number % 100 == 99:
                print(f"{number + 1} of {len(self.mutants)}", flush=True)
            names = self.tests_of(mutant, by_line, reached)
            if not names:
                outcome[number] = "not reached"
                continue
            work = self.work(session, mutant, [items[name] for name in names])
            seconds = 10 + 5 * sum(reached[name][0] for name in names)
            running[self.fork(work, seconds)] = number
            while len(running) >= self.options.jobs:
                wait()
        while running:
            wait()
        return outcome

    def tests_of(self, mutant: Mutant, by_line: Any, reached: Reached) -> list[str]:
        lines = mutant.lines
        if mutant.outer is None:  # it counts wherever the module is used
            lines = range(1, 100_000)
        names = {
            name
            for place, tests in by_line.items()
            if place[0] == mutant.module and place[1] in lines
            for name in tests
        }
        mirror = f"test_{Path(mutant.module).name}"
        if mutant.outer is None and not names:  # it holds nothing that runs
            folder = f"tests/{mutant.module.split('/')[0]}/"
            names = {name for name in reached if name.startswith(folder)}
        elif mutant.outer is None:
            names |= {name for name in reached if mirror in name}
        far = {name: mirror not in name for name in names}
        found, total = [], 0.0
        for name in sorted(names, key=lambda n: (mutant.outer is None and far[n], reached[n][0])):
            total += reached[name][0]
            if total <= MOST or not far[name]:
                found.append(name)
        return found

    def work(self, session: pytest.Session, mutant: Mutant, items: list[Any]) -> Any:
        """Make what a fork does to try a mutant: 0 if it survives."""
        tree, path = self.trees[mutant.module], LIBRARY / mutant.module
        listed = key(mutant) in self.listed

        def in_place() -> int:
            for function, code in patch:
                function.__code__ = code
            failed = session.testsfailed
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed > failed:
                    return 1
            return 0

        def anew() -> int:
            folders = tuple(f"{TESTS.parent / name}/" for name in ("tests", "workflow", "plugins"))
            for name, module in list(sys.modules.items()):
                ours = (getattr(module, "__file__", None) or "").startswith(folders)
                if ours and not name.startswith(("mutation", "__main__")):
                    del sys.modules[name]
            sys.meta_path.insert(0, Importer(mutant, code))
            names = [str(TESTS.parent / item.nodeid) for item in items]
            return min(int(pytest.main([*PYTEST, "-x", *names])), 2)

        def work() -> int:
            nonlocal code, patch
            mutant.swap()
            code = compile(tree, str(path), "exec", dont_inherit=True)
            if mutant.outer is None:
                return anew()
            new = next(c for c in codes(code) if (c.co_qualname, c.co_firstlineno) == mutant.outer)
            patch = [(function, new) for function in self.functions[mutant.module, mutant.outer]]
            if any(old.__code__.co_freevars != new.co_freevars for old, _ in patch):
                return anew()  # as where `super` is no longer called
            killed = patch and in_place()
            # what tests call while they are imported was as it is: a survivor that is news is
            # tried again with all of it imported anew
            return 1 if killed else 0 if patch and listed else anew()

        code: Any = None
        patch: list[tuple[FunctionType, CodeType]] = []
        return work


class Importer:
    """Gives the mutated module to whoever imports it."""

    def __init__(self, mutant: Mutant, code: CodeType) -> None:
        self.name = "epochwise." + mutant.module.removesuffix(".py").replace("/", ".")
        self.code, self.path = code, LIBRARY / mutant.module

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name == self.name:
            return importlib.util.spec_from_file_location(name, self.path, loader=self)
        return None

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def watch_lines(module: str, functions: Any, lines: set[tuple[str, int]]) -> None:
    """Have every statement of a module's functions note that it was reached."""
    path = LIBRARY / module
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        for inner in ast.walk(node):
            for field in ("body", "orelse", "finalbody"):
                body = getattr(inner, field, None)
                if isinstance(body, list) and not (body and isinstance(body[0], ast.expr)):
                    setattr(inner, field, [one for s in body for one in _noting(s)])
    code = compile(tree, str(path), "exec", dont_inherit=True)
    for new in codes(code):
        for function in functions.get((module, (new.co_qualname, new.co_firstlineno)), ()):
            function.__globals__["_reached_by_a_test"] = lambda line: lines.add((module, line))
            function.__code__ = new


def _noting(statement: ast.stmt) -> list[ast.stmt]:
    line = ast.Constant(statement.lineno)
    note = ast.Expr(ast.Call(ast.Name("_reached_by_a_test", ast.Load()), [line], []))
    return [ast.fix_missing_locations(ast.copy_location(note, statement)), statement]


def digest(files: list[Path], *others: str) -> str:
    """Give a digest of what is in some files, and of some texts."""
    found = hashlib.sha256("".join(others).encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def functions_of(modules: list[str]) -> dict[Any, list[FunctionType]]:
    """Find the functions that live in memory, by module, name and first line."""
    files = {str(LIBRARY / module): module for module in modules}
    found = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in files:
            code = one.__code__
            place = (files[code.co_filename], (code.co_qualname, code.co_firstlineno))
            found[place].append(one)
    return found


def caches() -> list[Any]:
    """Find the functions of the library that remember what they gave."""
    found = [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]
    return [one for one in found if one.__module__.startswith("epochwise.")]


def key(mutant: Mutant) -> tuple[str, str]:
    """Name a mutant as the list of survivors does."""
    return f"{mutant.module} {mutant.function}".strip(), mutant.text


def read_list(path: Path) -> dict[tuple[str, str], str]:
    """Read a list of survivors: [module function], mutants below it, each reason indented."""
    found, place, waiting = {}, "", list[tuple[str, str]]()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            place = line[1:].rstrip().removesuffix("]")
        elif line.startswith("    "):
            found |= dict.fromkeys(waiting, line.strip())
            waiting = []
        elif line and not line.startswith("#"):
            waiting.append((place, line))
    return found | dict.fromkeys(waiting, "")


def report(modules: list[str], every: list[Mutant], outcome: list[str], part: bool) -> int:
    """Print the scores and what is wrong; 0 if nothing is."""
    listed = read_list(LISTED)
    totals: Counter[str] = Counter()
    print(f"{'module':32} {'killed':>7} {'survived':>9} {'score':>6}")
    for module in [*modules, "total"]:
        own = [
            how
            for mutant, how in zip(every, outcome, strict=True)
            if module in ("total", mutant.module)
        ]
        killed = own.count("killed")
        totals[module] = killed
        score = killed / max(len(own), 1)
        print(f"{module:32} {killed:7} {len(own) - killed:9} {score:6.1%}")
    survivors = {key(m): how for m, how in zip(every, outcome, strict=True) if how != "killed"}
    new = [one for one in survivors if not listed.get(one)]
    there = {key(mutant) for mutant in every}
    own = {one for one in listed if one[0].split()[0] in modules}
    gone = [] if part else sorted(own - there)
    place = ""
    for title, names in (("survive and are not listed", new), ("are listed and are gone", gone)):
        if names:
            print(f"\n# {len(names)} {title}")
        for one in names:
            if one[0] != place:
                print(f"[{one[0]}]")
            place = one[0]
            how = survivors.get(one, "survived")
            print(one[1] + (f"  ({how})" if how != "survived" else ""))
    dead = sorted(own & there - set(survivors))
    if dead:
        print(f"\n# {len(dead)} listed and killed all the same")
        for one in dead:
            print(f"[{one[0]}] {one[1]}")
    low = not part and score < LEAST
    if low:
        print(f"\nThe score is below {LEAST:.0%}.")
    return int(bool(new or gone or low))


if __name__ == "__main__":
    sys.exit(main())
