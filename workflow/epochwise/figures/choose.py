"""Which figures a study gets, and with which options; decided before anything is trained.

`figures:` in a study narrows and configures: a figure set to `false` is left out; `true`,
nothing or a mapping of options asks for it; every figure that is not named is drawn with
its defaults where the study has the data for it. Asking for one that the study has no
data for is an error.
"""

from collections.abc import Mapping
from typing import Any

from epochwise.errors import EpochwiseError, PluginError, StudyError, in_quotes, unknown
from epochwise.plugins.containment import contained
from epochwise.plugins.registry import Registered
from epochwise.study.study import Study

Options = dict[str, Any]

COMMON: dict[str, Any] = {"width": ("page", "column"), "title": (None, str, False)}


def choose(study: Study, registry: Mapping[str, Registered]) -> dict[str, Options]:
    """Choose the figures of a study and complete their options.

    Parameters
    ----------
    registry : what `epochwise.plugins.registry.load_all(folder, "figures")` gives.

    Returns
    -------
    dict
        Options by the figure's name; `loss_curves` comes first.

    Raises
    ------
    StudyError
        A name that no plugin registers, an option or a value that the figure does
        not take, a figure that the study has no data for.
    PluginError
        A figure that cannot tell whether a study has the data for it.
    """
    where = f"{study.file}: figures"
    asked = study.resolved["figures"]
    for name in asked:
        if name not in registry:
            raise StudyError(f"{where}: {unknown('figure', name, registry)}")
    chosen = {}
    for name in sorted(registry, key=lambda name: (name != "loss_curves", name)):
        figure, wish = registry[name], asked.get(name)
        if wish is not False and _applies(figure, study, name in asked, where):
            given = wish if isinstance(wish, dict) else {}
            chosen[name] = check_options(f"{where}.{name}", given, figure.about.get("options", {}))
            if figure.about.get("compares"):
                chosen[name]["compared"] = study.compared
    return chosen


def tables_of(registered: Registered) -> list[str]:
    """Name the files that a figure reads, so that a rule can have them for its inputs."""
    return list(registered.about.get("tables", ["losses.parquet"]))


def check_options(where: str, given: Mapping[str, Any], allowed: Mapping[str, Any]) -> Options:
    """Check a figure's options and fill in the defaults.

    Parameters
    ----------
    where : file and key, for messages.
    given : what the study says.
    allowed : by option, a tuple of the values and types that it may have, the first being
        the default; or a type, such as `str`, and then the default is None; or a list of
        the values of which it may have one or several, by default the first. `width` (page,
        column) and `title` (a text, or false for none) are options of every figure.

    Raises
    ------
    StudyError
        The file, the key, the value and what is allowed.
    """
    known = {**COMMON, **allowed}
    for key, value in given.items():
        if key not in known:
            raise StudyError(f"{where}: {unknown('option', str(key), known)}")
        if not _fits(value, known[key]):
            words = in_words(known[key])
            raise StudyError(
                f"{where}.{key}: {in_quotes(value)} is not allowed; it may be: {words}."
            )
    defaults = {k: None if isinstance(rule, type) else rule[0] for k, rule in known.items()}
    return {**defaults, **given}


def _fits(value: Any, rule: Any) -> bool:
    """Tell whether an option may have a value; `0` is not `false`."""
    if isinstance(rule, type):
        return isinstance(value, rule)
    if isinstance(rule, list) and isinstance(value, list):
        return all(one in rule and value.count(one) == 1 for one in value) and bool(value)
    same = any(isinstance(value, bool) == isinstance(one, bool) and value == one for one in rule)
    return same or any(isinstance(one, type) and isinstance(value, one) for one in rule)


def in_words(rule: Any) -> str:
    """Say what an option may be."""
    if isinstance(rule, list):
        return f"one of {', '.join(rule)}, or a list of some"
    every = [rule] if isinstance(rule, type) else [one for one in rule if one is not None]
    return ", ".join(map(_word, every))


def _word(one: Any) -> str:
    if isinstance(one, type):
        return "a text" if one is str else f"a {one.__name__}"
    return str(one).lower() if isinstance(one, bool) else str(one)


def _applies(figure: Registered, study: Study, asked: bool, where: str) -> bool:
    try:
        with contained(figure.source, f"`applies` of figure {figure.name!r}"):
            applies = bool(figure.about.get("applies", lambda study: True)(study))
    except EpochwiseError:
        raise
    except Exception as error:
        raise PluginError(
            f"{figure.source}: `applies` of figure {in_quotes(figure.name)} fails for {study.file} "
            f"({type(error).__name__}: {error}); it must say for any study whether it has the data."
        ) from error
    if asked and not applies:
        needs = figure.about.get("needs", "data that this study does not have")
        raise StudyError(f"{where}.{figure.name}: needs {needs}; remove it, or set it to false.")
    return applies
