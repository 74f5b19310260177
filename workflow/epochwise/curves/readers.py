"""Reading a loss history: the reader is named, or guessed from the file; what it gives is checked here."""

import inspect
from collections.abc import Mapping
from os.path import expanduser, isdir
from pathlib import Path
from typing import Any

from epochwise.curves.converting import as_columns
from epochwise.curves.histories import COMMON, LOSSES, History, Logged
from epochwise.curves.scoring import JUDGED
from epochwise.curves.settling import RESTARTS, as_run, numbering, split
from epochwise.errors import (
    TOO_LARGE,
    CurvesError,
    EpochwiseError,
    PluginError,
    told_by,
    unknown,
)
from epochwise.plugins.containment import contained
from epochwise.plugins.registry import Registered, load_all
from epochwise.readable import why_no_file
from epochwise.shipped import own_or_shipped

HEAD = 4096  # bytes of a file that a reader may recognise it by
UNITS = ("epoch", "iteration", "step")


def read(
    path: str | Path,
    reader: str | None = None,
    *,
    readers: Mapping[str, Registered] | None = None,
    **options: Any,
) -> History:
    """Read the loss histories that a file or folder has.

    Parameters
    ----------
    reader : its name; None to guess it from the file.
    readers : what plugins registered, by name; by default those of `plugins/` and of packages.
    options : what the reader takes; and `first_epoch`, the number that the file gives to the first
        epoch trained (0 or 1); `unit`, what it counts: "epoch", "iteration" or "step"; `restarts`,
        one of `RESTARTS`: what it means where epochs go backwards.

    Raises
    ------
    CurvesError
        There is no such file, no reader recognises it, or it cannot be read without being told more.
    PluginError
        The reader breaks its contract.
    """
    path = Path(expanduser(path))
    known = load_readers() if readers is None else readers
    chosen = _named(path, reader, known) if reader is not None else guess(path, known)
    check_options(path, chosen, options)
    common = {key: options.pop(key, None) for key in COMMON}
    logged = _call(chosen, path, options)
    return _history(path, chosen, logged, common)


def load_readers(folder: Path | None = None) -> dict[str, Registered]:
    """Load all readers: of a folder of plugins, by default one's own or the shipped, and of packages."""
    return load_all(folder or own_or_shipped(Path("plugins")), "curves")


def _named(path: Path, reader: str, readers: Mapping[str, Registered]) -> Registered:
    if reader not in readers:
        raise CurvesError(f"{path}: {unknown('reader', reader, readers)}")
    _head(path)  # refuses a file that is not there
    return readers[reader]


def guess(path: Path, readers: Mapping[str, Registered]) -> Registered:
    """Find the reader that recognises a file more surely than any other.

    Raises
    ------
    CurvesError
        None does, or two alike.
    """
    head = _head(path)
    sure = {name: _recognises(one, path, head) for name, one in readers.items()}
    most = max(sure.values(), default=0.0)
    best = [name for name, much in sure.items() if much == most > 0]
    if len(best) == 1:
        return readers[best[0]]
    if not best and path.is_dir():
        raise CurvesError(
            f"{path}: is a folder, and no reader knows it as the log of a run; name the files in it, such as "
            f"{path / '*.csv'}, or the reader."
        )
    likely = best or sorted(readers)
    said = "is recognised by several readers" if best else "is recognised by no reader"
    raise CurvesError(f"{path}: {said}; name the one to take: reader: {' or '.join(likely)}.")


def _recognises(reader: Registered, path: Path, head: bytes) -> float:
    """Ask a reader how sure it is; one that cannot tell is not."""
    recognises = reader.about.get("recognises")
    try:
        with contained(reader.source, f"`recognises` of reader {reader.name!r}"):
            return float(recognises(path, head) or 0) if recognises else 0.0
    except PluginError:
        raise
    except OSError:  # a folder that may not be looked into
        return 0.0
    except Exception as error:
        raise PluginError(
            f"{reader.source}: `recognises` of reader {reader.name!r} fails for {path} "
            f"({type(error).__name__}: {error}); it must give a number from 0 to 1 for any file or folder."
        ) from error


def _head(path: Path) -> bytes:
    """Give the first bytes of a file, none of a folder."""
    if isdir(path):
        return b""
    if problem := why_no_file(path):
        raise CurvesError(f"{path}: {problem}.")
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise CurvesError(
            f"{path}: {(error.strerror or str(error)).lower()}; give the path of a file that can be read."
        ) from None


def _check_common(path: Path | str, common: Mapping[str, Any]) -> None:
    if "unit" in common and common["unit"] not in UNITS:
        raise CurvesError(f"{path}: unit: {unknown('unit', str(common['unit']), UNITS)}")
    if "restarts" in common and common["restarts"] not in RESTARTS:
        raise CurvesError(f"{path}: restarts: {unknown('word', str(common['restarts']), RESTARTS)}")
    if common.get("first_epoch", 0) not in (0, 1):
        raise CurvesError(
            f"{path}: first_epoch: is {common['first_epoch']!r}; it is 0 where the file counts from 0, "
            "else 1 (epoch 0 is then the untrained network)."
        )


def check_options(path: Path | str, reader: Registered, options: Mapping[str, Any]) -> None:
    """Refuse options that a reader does not have, and miss those that it needs; the file is not read.

    A reader that takes any option checks them itself when it reads.

    Raises
    ------
    CurvesError
        Names the option and those that there are.
    """
    _check_common(path, {key: options[key] for key in COMMON if options.get(key) is not None})
    parameters = inspect.signature(reader.resolve()).parameters
    free = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    names = list(parameters)[1:]
    for key in options:
        if key not in names and key not in COMMON and not free:
            raise CurvesError(
                f"{path}: reader {reader.name!r}: {unknown('option', key, [*names, *COMMON, *JUDGED])}"
            )
    for key in names:
        one = parameters[key]
        if key not in options and one.default is one.empty and one.kind is not one.VAR_KEYWORD:
            raise CurvesError(f"{path}: reader {reader.name!r}: the option {key!r} is missing.")


def _call(reader: Registered, path: Path, options: Mapping[str, Any]) -> Logged:
    """Call a reader; what it gives, as `Logged`."""
    try:
        with contained(reader.source, f"reader {reader.name!r} of {path}"):
            given = reader.resolve()(path, **options)
    except (EpochwiseError, ImportError) as error:
        raise _with_install(reader, path, error) from None
    except IsADirectoryError:
        raise CurvesError(
            f"{path}: is a folder, and reader {reader.name!r} reads files; name those in it, such as {path / '*.csv'}."
        ) from None
    except MemoryError:
        raise CurvesError(f"{path}: {TOO_LARGE}") from None
    except Exception as error:
        raise CurvesError(
            f"{path}: reader {reader.name!r} cannot read it ({type(error).__name__}: {told_by(error)}); if the file is of "
            "another kind, name its reader; else the file is damaged or newer than the reader."
        ) from error
    return given if isinstance(given, Logged) else Logged(given)


def _with_install(reader: Registered, path: Path, error: Exception) -> EpochwiseError:
    if isinstance(error, EpochwiseError):
        return error
    way = (
        f"try: {reader.how_to_install()}" if reader.missing() else "install it, or another version."
    )
    return PluginError(
        f"{path}: reader {reader.name!r} needs what is not installed ({error}); {way}"
    )


def _history(path: Path, reader: Registered, logged: Logged, common: Mapping[str, Any]) -> History:
    columns = as_columns(logged.table, path, reader.source)
    first = logged.first_epoch if common["first_epoch"] is None else common["first_epoch"]
    parts = split(columns, path, common["restarts"], first)
    if not parts:
        raise CurvesError(
            f"{path}: has no row with both an epoch and a loss; is it the right file, and are its columns named rightly?"
        )
    unit = str(common["unit"] or logged.unit)
    counted = numbering(parts, first, unit)
    runs = tuple(as_run(name, rows, counted.first_epoch, path) for name, rows in parts.items())
    taken = {
        key: str(name) for key, name in logged.taken.items() if key == "epoch" or key in columns
    }
    return History(
        path=path,
        reader=reader.name,
        runs=runs,
        unit=unit,
        taken=taken,
        notes=tuple(filter(None, [*logged.notes, counted.note])),
        guesses=_guesses(logged, columns) | dict(counted.guesses),
    )


def _guesses(logged: Logged, columns: Mapping[str, Any]) -> dict[str, str]:
    """Say what was guessed and how to say otherwise; of a loss only if it was measured."""
    return {
        option: f"{sentence}; {option}: says otherwise"
        for option, sentence in logged.guesses.items()
        if sentence and (option in columns or option not in LOSSES)
    }
