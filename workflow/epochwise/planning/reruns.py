"""What runs again after an edit: each rule depends on the code that it uses, and on no other.

What a rule uses is read from the imports: those of its script, of the library's modules that the
script imports, and so on; of a plugin, what it takes from `epochwise.api`. Files are read, nothing is imported.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path

from epochwise.api import HOME
from epochwise.plugins.registry import fingerprint, plugin_file

IMPORT = re.compile(r"^[ \t]*from (epochwise[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
REFERENCE = re.compile(r"epochwise((?:\.\w+)+):")


class Code:
    """The code of the library, of the rules' scripts and of the plugins.

    Parameters
    ----------
    scripts : the folder of the rules' scripts.
    plugins : the folder of plugins.
    """

    def __init__(self, scripts: Path, plugins: Path) -> None:
        self.scripts, self.plugins = scripts, plugins
        self.library = Path(__file__).parents[1]

    def files(self, kind: str, names: Iterable[str]) -> list[str]:
        """List the files of plugins that lie in the folder: what a rule has for its inputs."""
        found = [plugin_file(self.plugins, name, kind) for name in dict.fromkeys(names)]
        return [str(file) for file in found if file]

    def behind(
        self, rule: str, kind: str = "", names: Iterable[str] = (), uses: str = ""
    ) -> dict[str, str]:
        """Give the digests of what a rule's jobs run, but for the files that are inputs.

        Parameters
        ----------
        kind, names : the plugins that the job uses.
        uses : what the job uses that is only named, as "epochwise.module:name".
        """
        names = list(dict.fromkeys(names))
        installed = {name: fingerprint(self.plugins, name, kind) for name in names}
        told = {name: " ".join(found.values()) for name, found in installed.items() if found}
        files = tuple(self.files(kind, names)) if names else ()
        return {"library": self._digest(rule, files, uses), **told}

    @cache  # noqa: B019  # one object serves a whole run
    def _digest(self, rule: str, plugins: tuple[str, ...], uses: str) -> str:
        files = [self.scripts / f"{rule}.py", *map(Path, plugins)]
        script, *texts = [file.read_text(encoding="utf-8") for file in files]
        roots = set().union(*map(self.modules_in, (script, *texts)))
        digest = hashlib.sha256(script.encode())
        for name in sorted(self.modules_behind(roots | self.named_in(uses))):
            digest.update(f"{name}\n{self.modules[name]}\n".encode())
            for file in self.data.get(name, ()):
                digest.update(file.read_bytes())
        return digest.hexdigest()

    def modules_behind(self, roots: Iterable[str]) -> set[str]:
        """Name the library's modules that some of them import, directly or through others."""
        todo, found = list(roots), set[str]()
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self.imports[name]
        return found

    def modules_in(self, text: str) -> set[str]:
        """Name the library's modules that a piece of code imports."""
        found = set()
        for home, names in IMPORT.findall(text):
            package = home.removeprefix("epochwise").strip(".")
            found.add(package)
            for name in re.findall(r"\w+", re.sub(r"#[^\n]*|\bas \w+", "", names)):
                found.add(f"{package}.{name}".strip("."))
                found |= {HOME[name]} if package == "api" and name in HOME else set()
        return {name for name in found if name in self.modules}

    def named_in(self, text: str) -> set[str]:
        """Name the library's modules that a piece of code names, as "epochwise.module:name"."""
        found = {match[1].strip(".") for match in REFERENCE.finditer(text)}
        return {name for name in found if name in self.modules}

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """The modules that each module imports; the door of the plugins leads where they ask to go.

        One that resolves names also imports what is named in the modules that it reads.
        """
        every = {name: self.modules_in(text) for name, text in self.modules.items()}
        for name, text in self.modules.items():
            if "resolve_name(" in text:
                read = list(every[name])
                every[name] |= set().union(*(self.named_in(self.modules[one]) for one in read))
        return every | {"api": {"plugins.hookspecs"}}

    @cached_property
    def modules(self) -> dict[str, str]:
        """The text of every module of the library, by its name; packages themselves hold nothing."""
        files = [file for file in self.library.rglob("*.py") if file.name != "__init__.py"]
        return {self._name(file): file.read_text(encoding="utf-8") for file in files}

    @cached_property
    def data(self) -> dict[str, list[Path]]:
        """The files besides code that each module reads: those of its package that it mentions."""
        files = [f for f in self.library.rglob("*.*") if f.suffix not in (".py", ".pyc", ".typed")]
        found: dict[str, list[Path]] = {}
        for name, text in self.modules.items():
            package = self.library.joinpath(*name.split(".")[:-1])
            own = [f for f in files if f.is_relative_to(package) and f.name in text]
            if own:
                found[name] = sorted(own)
        return found

    def _name(self, file: Path) -> str:
        return ".".join(file.relative_to(self.library).with_suffix("").parts)
