"""Finding plugins: files in a `plugins/` folder, and installed packages.

`plugins/<name>_backend.py` registers the backend `<name>`. An installed package does
the same with an entry point `<name>_backend` in the group `epochwise`. So one backend
is imported without importing the others. Likewise `_datasets`, `_curves`,
`_stopping` and `_figures`. Plugins are code that the user chose to run.
"""

import hashlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from shlex import quote
from types import ModuleType
from typing import Any

import pluggy

from epochwise.errors import PluginError, unknown
from epochwise.plugins import hookspecs
from epochwise.plugins.containment import contained
from epochwise.readable import why_no_file

SUFFIXES = {
    "backends": "_backend",
    "datasets": "_datasets",
    "curves": "_curves",
    "stopping": "_stopping",
    "figures": "_figures",
}
KINDS = {bool: "boolean", int: "integer", float: "number", str: "string"}  # of defaults
EXTRAS = ("excel", "jax", "tensorflow", "torch")  # what pyproject.toml can install besides


@dataclass(frozen=True)
class Registered:
    """What a plugin registered under a name, and where it came from.

    Parameters
    ----------
    value : what was registered, or where it is, as "package.module:name".
    source : the plugin's file.
    about : what else it told `register`.
    plugin : the plugin's name: that of its file or entry point, without the suffix.
    """

    name: str
    value: Any
    source: str
    about: dict[str, Any] = field(default_factory=dict)
    plugin: str = ""

    def resolve(self) -> Any:
        """Give what was registered; what was only named is imported now."""
        if not isinstance(self.value, str):
            return self.value
        try:
            with contained(self.source, f"importing {self.value}"):
                return pkgutil.resolve_name(self.value)
        except (ImportError, AttributeError) as error:
            raise PluginError(
                f"{self.source}: registers {self.name!r} as {self.value!r}, which cannot be imported "
                f"({type(error).__name__}: {error}); write it as 'package.module:name'."
            ) from error

    @property
    def hyperparameters(self) -> dict[str, dict[str, Any]]:
        """The rules of a backend's own hyperparameters, as JSON Schema has them, each with its default.

        Raises
        ------
        PluginError
            A name that cannot be one, or a rule without a default.
        """
        told = dict(self.about.get("hyperparameters", {}))
        return {name: self._own_rule(name, rule) for name, rule in told.items()}

    def _own_rule(self, name: str, rule: Any) -> dict[str, Any]:
        rule = dict(rule) if isinstance(rule, Mapping) else {"default": rule}
        kind = KINDS.get(type(rule.get("default")))
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or kind is None:
            raise PluginError(
                f"{self.source}: backend {self.name!r} declares the hyperparameter {name!r} as {rule!r}; "
                "give it a name of lower-case letters, digits and _, and a default that is a number, "
                "a text, or true or false."
            )
        return {"type": kind, **rule}

    def told(self, about: str, otherwise: Any) -> Any:
        """Give what it told `register`, or else what is an attribute of what it registered."""
        return self.about.get(about, getattr(self.value, about, otherwise))

    @property
    def definition(self) -> bool:
        """Whether a backend follows the one definition of the mathematics."""
        return bool(self.told("definition", True))

    @property
    def honours(self) -> dict[str, Any]:
        """The hyperparameters that a backend honours, with their values, or ``...`` for any."""
        return {**getattr(self.value, "honours", {}), **self.about.get("honours", {})}

    @property
    def requires(self) -> tuple[str, ...]:
        """The modules that it imports and that may be missing."""
        modules = self.told("requires", ())
        return (modules,) if isinstance(modules, str) else tuple(modules)

    def missing(self) -> list[str]:
        """Name the modules that it requires and that are not installed."""
        return [module for module in self.requires if not is_installed(module)]

    def how_to_install(self) -> str:
        """Give the command that installs what is missing."""
        return install({self.name: self.missing()})


def install(lacking: Mapping[str, list[str]]) -> str:
    """Give the command that installs what backends lack: extras of this package, or modules.

    Parameters
    ----------
    lacking : for each backend the modules that are not installed.
    """
    extras = [name for name in lacking if name in EXTRAS]
    theirs = [module for name in lacking if name not in EXTRAS for module in lacking[name]]
    others = [module.split(".")[0] for module in theirs]
    ours = ["-c constraints.txt", f"-e '.[{','.join(extras)}]'"] if extras else []
    return " ".join([quote(sys.executable), "-m pip install", *ours, *dict.fromkeys(others)])


def is_installed(module: str) -> bool:
    """Tell whether a module could be imported, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (Exception, SystemExit):  # the package around it is missing, is no package, or fails
        return False


def names(folder: Path, kind: str) -> list[str]:
    """List the plugins of a kind ("backends", …) by their names, without importing any."""
    suffix = SUFFIXES[kind]
    files = {path.stem for path in folder.glob(f"[!.]*{suffix}.py")}  # others are an editor's
    found = files | set(_points(suffix))
    return sorted(stem.removesuffix(suffix) for stem in found)


def plugin_file(folder: Path, name: str, kind: str = "backends") -> Path | None:
    """Give the file of a plugin in the folder; None where an installed package has it."""
    path = folder / f"{name}{SUFFIXES[kind]}.py"
    return path if path.is_file() else None


def fingerprint(folder: Path, name: str, kind: str = "backends") -> dict[str, str]:
    """Identify an installed plugin, so that an edit or a new version runs anew; {} for a file.

    Of a plugin that is part of a package, every module of that package counts. Nothing is
    imported but what `importlib` must import to find it: the packages around it.
    """
    point = _points(SUFFIXES[kind]).get(f"{name}{SUFFIXES[kind]}")
    if plugin_file(folder, name, kind) or point is None:
        return {}
    spec = importlib.util.find_spec(point.module.partition(".")[0])
    digest = hashlib.sha256()
    for file in _sources_of(spec):
        digest.update(file.name.encode() + file.read_bytes())
    version = point.dist.version if point.dist else ""
    return {"version": version, "sha256": digest.hexdigest()}


def _sources_of(spec: ModuleSpec | None) -> list[Path]:
    """List the files of a module, or of all modules of a package."""
    if spec is None:
        return []
    if spec.submodule_search_locations is None:
        return [Path(spec.origin)] if spec.origin else []
    folders = map(Path, spec.submodule_search_locations)
    return [file for folder in folders for file in sorted(folder.rglob("*.py"))]


def load_backend(folder: Path, name: str) -> Registered:
    """Import the one plugin that a backend lives in.

    Raises
    ------
    PluginError
        Where there is no such backend, its plugin is broken, or its framework is
        missing; the sentence says what to install.
    """
    found = _only(folder, name)  # alone in its process, it may set that up as it needs it
    if missing := found.missing():
        raise PluginError(
            f"backend {name!r} needs {', '.join(missing)}, which is not installed; "
            f"try: {found.how_to_install()}"
        )
    return found


def find_backend(folder: Path, name: str) -> Registered:
    """Import a backend's plugin, whether its framework is installed or not.

    Raises
    ------
    PluginError
        Where there is no such backend, or its plugin is broken.
    """
    with contained(_source(folder, name, "backends"), "importing it"):
        return _only(folder, name)


def _only(folder: Path, name: str) -> Registered:
    if name not in (known := names(folder, "backends")):
        raise PluginError(unknown("backend", name, known))
    found = _collect(_module(folder, name, "backends"), "backends", name)
    if name not in found:
        raise PluginError(
            f"{_source(folder, name, 'backends')}: registers {sorted(found) or 'nothing'}, not "
            f"{name!r}; its register_backends (marked @hookimpl) must register that name."
        )
    return found[name]


def load_all(folder: Path, kind: str) -> dict[str, Registered]:
    """Import every plugin of a kind and give what they registered, by name."""
    found: dict[str, Registered] = {}
    for name in names(folder, kind):
        with contained(_source(folder, name, kind), "importing it"):
            announced = _collect(_module(folder, name, kind), kind, name)
        for key, value in announced.items():
            if key in found:
                raise PluginError(
                    f"{value.source}: registers {key!r} for {kind}, which {found[key].source} "
                    "has registered already; choose another name."
                )
            found[key] = value
    return dict(sorted(found.items()))


def _collect(module: ModuleType, kind: str, plugin: str) -> dict[str, Registered]:
    """Ask one plugin what it registers."""
    source, found = str(module.__file__), {}

    def register(name: str, value: Any, **about: Any) -> None:
        found[name] = Registered(name, value, source, about, plugin)

    manager = pluggy.PluginManager("epochwise")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name=source)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        hooks = ", ".join(f"register_{known}" for known in SUFFIXES)
        raise PluginError(f"{source}: {error}; the hooks are: {hooks}.") from None
    try:
        getattr(manager.hook, f"register_{kind}")(register=register)
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{source}: register_{kind} fails ({type(error).__name__}: {error}); it only announces what "
            "there is, by calling register(name, ...)."
        ) from error
    return found


def _module(folder: Path, name: str, kind: str) -> ModuleType:
    path, stem = plugin_file(folder, name, kind), f"{name}{SUFFIXES[kind]}"
    if path is None and stem not in _points(SUFFIXES[kind]):
        lies = folder / f"{stem}.py"
        raise PluginError(f"{lies}: {why_no_file(lies)}, or take it out of the folder.")
    try:
        if path is not None:
            return _import_file(path.resolve())
        module: ModuleType = _points(SUFFIXES[kind])[stem].load()
    except (Exception, SystemExit) as error:  # an exit would end the run as if all were well
        where = _source(folder, name, kind)
        raise PluginError(
            f"{where}: cannot be imported ({type(error).__name__}: {error}); a plugin imports its "
            "framework inside the functions that use it."
        ) from error
    return module


@cache
def _import_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"epochwise_plugin_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _source(folder: Path, name: str, kind: str) -> str:
    return str(plugin_file(folder, name, kind) or f"installed plugin {name}{SUFFIXES[kind]}")


def _points(suffix: str) -> dict[str, EntryPoint]:
    """Give the installed plugins of a kind by the names of their entry points."""
    return {point.name: point for point in _installed() if point.name.endswith(suffix)}


@cache
def _installed() -> tuple[EntryPoint, ...]:
    """List the entry points of the group; finding them takes a look at every package."""
    return tuple(entry_points(group="epochwise"))
