"""All that a plugin may import, in one place: ``from epochwise.api import hookimpl, require``.

What is not listed here may change without notice; of what is listed, CHANGELOG.md tells every
change, and one that could break a plugin raises `VERSION`. A name is imported when it is
first asked for, so that a plugin costs a job no more than what it uses.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from epochwise.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from epochwise.answers.stopping import NEVER, Criterion
    from epochwise.arrays import Array, Bools, Floats
    from epochwise.curves.histories import Logged
    from epochwise.curves.joining import join_series, stack_runs
    from epochwise.curves.outside import within_training
    from epochwise.curves.roles import choose_loss, require_known, take_losses
    from epochwise.curves.table_files import read_table, read_text
    from epochwise.curves.words import words_of
    from epochwise.curves.written_tables import WrittenTable, infinite_where_not_finite
    from epochwise.data.cells import Column
    from epochwise.data.datasets import Dataset
    from epochwise.data.date_columns import days
    from epochwise.data.frames import read_frame
    from epochwise.data.looking import categories, is_like_an_id, look
    from epochwise.data.written_numbers import Written
    from epochwise.errors import (
        CurvesError,
        DataError,
        DataWarning,
        PluginError,
        StudyError,
        counted,
        in_quotes,
        several,
        told_by,
        unknown,
    )
    from epochwise.figures import style
    from epochwise.imports import hidden
    from epochwise.networks.keras_networks import keras_network
    from epochwise.networks.torch_networks import torch_network
    from epochwise.parquet import table
    from epochwise.study.study import Study
    from epochwise.tables.curves import Curves
    from epochwise.tables.results import Tables
    from epochwise.training.compiled_data import compiled_data
    from epochwise.training.contract import (
        DEFINITION,
        Hyperparameters,
        Partition,
        Problem,
        State,
        Task,
        Trainer,
    )
    from epochwise.training.host import LongStretches, stretch_length
    from epochwise.training.metrics import log_loss, measure, metrics_of
    from epochwise.training.parameters import split_layers, weights_mask
    from epochwise.training.randomness import framework_seed
    from epochwise.training.row_blocks import row_blocks
    from epochwise.training.schedules import SMALLEST_RATE, adapt, learning_rate, step_sizes
    from epochwise.training.seeds import join_seeds, one_seed, one_seed_at_a_time
    from epochwise.training.threads import threads

VERSION = 1

HOMES = {  # the modules that the names above come from
    "answers.stopping": ("NEVER", "Criterion"),
    "arrays": ("Array", "Bools", "Floats"),
    "curves.histories": ("Logged",),
    "curves.joining": ("join_series", "stack_runs"),
    "curves.outside": ("within_training",),
    "curves.roles": ("choose_loss", "require_known", "take_losses"),
    "curves.table_files": ("read_table", "read_text"),
    "curves.words": ("words_of",),
    "curves.written_tables": ("WrittenTable", "infinite_where_not_finite"),
    "data.cells": ("Column",),
    "data.datasets": ("Dataset",),
    "data.frames": ("read_frame",),
    "data.date_columns": ("days",),
    "data.looking": ("categories", "is_like_an_id", "look"),
    "data.written_numbers": ("Written",),
    "errors": (
        "CurvesError",
        "DataError",
        "DataWarning",
        "PluginError",
        "StudyError",
        "counted",
        "in_quotes",
        "several",
        "told_by",
        "unknown",
    ),
    "figures": ("style",),
    "imports": ("hidden",),
    "networks.keras_networks": ("keras_network",),
    "networks.torch_networks": ("torch_network",),
    "parquet": ("table",),
    "study.study": ("Study",),
    "tables.curves": ("Curves",),
    "tables.results": ("Tables",),
    "training.compiled_data": ("compiled_data",),
    "training.contract": (
        "DEFINITION",
        "Hyperparameters",
        "Partition",
        "Problem",
        "State",
        "Task",
        "Trainer",
    ),
    "training.host": ("LongStretches", "stretch_length"),
    "training.metrics": ("log_loss", "measure", "metrics_of"),
    "training.parameters": ("split_layers", "weights_mask"),
    "training.randomness": ("framework_seed",),
    "training.row_blocks": ("row_blocks",),
    "training.schedules": ("SMALLEST_RATE", "adapt", "learning_rate", "step_sizes"),
    "training.seeds": ("join_seeds", "one_seed", "one_seed_at_a_time"),
    "training.threads": ("threads",),
}
HOME = {name: module for module, names in HOMES.items() for name in names}

__all__ = [
    "DEFINITION",
    "NEVER",
    "SMALLEST_RATE",
    "VERSION",
    "Array",
    "Bools",
    "Column",
    "Criterion",
    "Curves",
    "CurvesError",
    "DataError",
    "DataWarning",
    "Dataset",
    "Floats",
    "Hyperparameters",
    "Logged",
    "LongStretches",
    "Partition",
    "PluginError",
    "Problem",
    "State",
    "Study",
    "StudyError",
    "Tables",
    "Task",
    "Trainer",
    "Written",
    "WrittenTable",
    "adapt",
    "categories",
    "choose_loss",
    "compiled_data",
    "counted",
    "days",
    "framework_seed",
    "hidden",
    "hookimpl",
    "in_quotes",
    "infinite_where_not_finite",
    "is_like_an_id",
    "join_seeds",
    "join_series",
    "keras_network",
    "learning_rate",
    "log_loss",
    "look",
    "measure",
    "metrics_of",
    "one_seed",
    "one_seed_at_a_time",
    "read_frame",
    "read_table",
    "read_text",
    "require_known",
    "row_blocks",
    "several",
    "split_layers",
    "stack_runs",
    "step_sizes",
    "stretch_length",
    "style",
    "table",
    "take_losses",
    "threads",
    "told_by",
    "torch_network",
    "unknown",
    "weights_mask",
    "within_training",
    "words_of",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for (PEP 562)."""
    if name not in HOME:
        raise AttributeError(f"epochwise.api has no {name!r}; it has: {', '.join(__all__)}.")
    home = import_module(f"epochwise.{HOME[name]}")
    found = getattr(home, name, None) or import_module(f"{home.__name__}.{name}")
    globals()[name] = found  # the next time it is there
    return found


def __dir__() -> list[str]:
    """List all names, those that have not been asked for too."""
    return sorted(__all__)
