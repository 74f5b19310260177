"""What the commands `backends` and `new-backend` do; `check` is `epochwise.conformance`."""

import keyword
import re
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.resources import files
from pathlib import Path

from epochwise.errors import PluginError
from epochwise.plugins.registry import SUFFIXES, Registered, load_all, names

BUILT_IN = ("jax", "numpy", "sklearn", "tensorflow", "torch")


def describe_backends(folder: Path) -> str:
    """List every backend in one line: its framework's version, or how to install it.

    Raises
    ------
    PluginError
        Where a plugin is broken, or there is neither a folder of plugins nor an installed one.
    """
    require_plugins(folder)
    found = load_all(folder, "backends")
    width = max(map(len, found), default=0)
    return "\n".join(f"{name:<{width}}  {_status(one)}" for name, one in found.items())


def require_plugins(folder: Path) -> None:
    """Refuse to look for backends where there can be none.

    Raises
    ------
    PluginError
        Where the folder does not exist and no installed package brings a backend.
    """
    if not folder.is_dir() and not names(folder, "backends"):
        raise PluginError(
            f"there is no folder of plugins {str(folder)!r} here; say where it is: --plugins "
            "path/to/plugins, or leave the option out for those that are shipped."
        )


def _status(backend: Registered) -> str:
    if backend.missing():
        return f"not installed; to get it: {backend.how_to_install()}"
    versions = [f"{module} {_version(module)}" for module in backend.requires]
    return ", ".join(["ready", *versions, *_from_elsewhere(backend)])


def _version(module: str) -> str:
    """Give the version of the distribution that brings a module, without importing it."""
    for name in packages_distributions().get(module, [module]):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "of unknown version"


def _from_elsewhere(backend: Registered) -> list[str]:
    return [] if backend.name in BUILT_IN else [f"from {backend.source}"]


def new_backend(folder: Path, name: str, kind: str = "backend") -> Path:
    """Write a starting file for a backend; the kit passes once it is filled in.

    Parameters
    ----------
    folder : the plugins' folder.
    name : the backend's name: a lower-case Python identifier.
    kind : "torch" or "keras" for a network of one's own, which trains as it is; "backend" for one
        that follows the definition of the mathematics.

    Returns
    -------
    The file.

    Raises
    ------
    PluginError
        Where the name cannot be one, or is taken.
    """
    suffix = SUFFIXES["backends"]
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise PluginError(
            f"{name!r} cannot name a backend; take lower-case letters, digits and underscores, a "
            "letter first, such as 'mine'."
        )
    if name.endswith(suffix):
        raise PluginError(
            f"{name!r} would become {name}{suffix}.py; give the name alone: "
            f"{name.removesuffix(suffix)!r}."
        )
    if name in names(folder, "backends"):
        raise PluginError(f"there is a backend {name!r} already; choose another name.")
    path = folder / f"{name}{suffix}.py"
    trainer = "".join(word.capitalize() for word in name.split("_")) + "Trainer"
    templates = files("epochwise.plugins").joinpath("templates")
    text = templates.joinpath(f"{kind}.py.txt").read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    with open(path, "x", encoding="utf-8") as file:  # never overwrites
        file.write(text.format(name=name, trainer=trainer))
    return path
