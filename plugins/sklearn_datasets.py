"""Datasets that come with scikit-learn, and its generators."""

import re
from collections.abc import Callable
from typing import Any, Literal

from epochwise.api import DataError, Dataset, hidden, hookimpl, in_quotes, told_by

OURS = {  # what scikit-learn calls an option, and what a study does
    "n_samples": "rows",
    "n_features": "features",
    "n_informative": "informative",
    "n_classes": "classes",
    "n_targets": "targets",
    "flip_y": "noise",
    "random_state": "seed",
    "make_friedman1": "friedman1",
    "make_moons": "moons",
}
MOST_NUMBERS = 50_000_000  # 400 MB
Task = Literal["regression", "classification"]


@hookimpl
def register_datasets(register: Callable[..., None]) -> None:
    """Announce the datasets."""
    register("diabetes", lambda: bundled("diabetes", "regression"))
    register("linnerud", lambda: bundled("linnerud", "regression"))
    for name in ("breast_cancer", "wine", "digits", "iris"):
        register(name, bundled_classes(name))
    register("friedman1", friedman1)
    register("make_regression", make_regression)
    register("make_classification", make_classification)
    register("moons", moons)


def bundled_classes(name: str) -> Callable[[], Dataset]:
    """Give the loader of a bundled classification dataset."""
    return lambda: bundled(name, "classification")


def bundled(name: str, task: Task) -> Dataset:
    """Load a dataset from the files that scikit-learn ships."""
    with hidden("pandas"):
        from sklearn import datasets

    data = getattr(datasets, f"load_{name}")()
    targets = list(data.target_names) if data.target.ndim == 2 else ["target"]
    return as_dataset(data.data, data.target, list(data.feature_names), targets, task)


def friedman1(rows: int = 500, features: int = 10, noise: float = 1.0, seed: int = 0) -> Dataset:
    """Friedman (1991): five features matter, nonlinearly; the others do not."""
    x, y = generate(
        "make_friedman1", n_samples=rows, n_features=features, noise=noise, random_state=seed
    )
    return as_dataset(x, y, numbered(features), ["target"], "regression")


def make_regression(
    rows: int = 500,
    features: int = 20,
    informative: int = 10,
    targets: int = 1,
    noise: float = 10.0,
    seed: int = 0,
) -> Dataset:
    """Draw a linear model with noise."""
    x, y = generate(
        "make_regression",
        n_samples=rows,
        n_features=features,
        n_informative=informative,
        n_targets=targets,
        noise=noise,
        random_state=seed,
    )
    names = ["target"] if targets == 1 else [f"target{i}" for i in range(targets)]
    return as_dataset(x, y, numbered(features), names, "regression")


def make_classification(
    rows: int = 500,
    features: int = 20,
    informative: int = 5,
    classes: int = 2,
    noise: float = 0.01,
    seed: int = 0,
) -> Dataset:
    """Draw clusters, one or more per class; `noise` is the share of rows with a random class."""
    x, y = generate(
        "make_classification",
        n_samples=rows,
        n_features=features,
        n_informative=informative,
        n_classes=classes,
        flip_y=noise,
        random_state=seed,
    )
    return as_dataset(x, y, numbered(features), ["target"], "classification")


def moons(rows: int = 500, noise: float = 0.3, seed: int = 0) -> Dataset:
    """Draw two half circles that hold each other."""
    x, y = generate("make_moons", n_samples=rows, noise=noise, random_state=seed)
    return as_dataset(x, y, numbered(2), ["target"], "classification")


def generate(generator: str, **options: Any) -> tuple[Any, Any]:
    """Call a generator of scikit-learn; what it refuses is the study's mistake."""
    seed = options["random_state"]
    if isinstance(seed, bool) or not isinstance(seed, int):  # None would draw others every time
        name = OURS.get(generator, generator)
        raise DataError(
            f"{name}: seed: {in_quotes(seed)} is not allowed; it must be a whole number from 0."
        )
    check_size(OURS.get(generator, generator), options)
    with hidden("pandas"):
        from sklearn import datasets

    try:
        x, y = getattr(datasets, generator)(**options)
    except (ValueError, TypeError) as error:
        said = told_by(error).rstrip(".")
        for theirs, ours in OURS.items():
            said = re.sub(rf"\b{theirs}\b", ours, said)
        name = OURS.get(generator, generator)
        raise DataError(f"{name}: {said}; change the dataset's options.") from None
    return x, y


def check_size(name: str, options: dict[str, Any]) -> None:
    """Refuse to draw more numbers than memory holds, before any is drawn."""
    counts = [options.get(key, 1) for key in ("n_samples", "n_features")]
    targets = options.get("n_targets", 1)
    if all(isinstance(one, int) and one > 0 for one in [*counts, targets]):
        numbers = counts[0] * counts[1] + (counts[0] + counts[1]) * targets
        if numbers > MOST_NUMBERS:
            raise DataError(
                f"{name}: would draw {numbers:,} numbers, of which there may be {MOST_NUMBERS:,}; ask for fewer rows, "
                "features or targets."
            )


def numbered(features: int) -> list[str]:
    """Name features x0, x1, …."""
    return [f"x{i}" for i in range(features)]


def as_dataset(x: Any, y: Any, features: list[str], targets: list[str], task: Task) -> Dataset:
    """Put arrays x (rows, features) and y (rows,) or (rows, outputs) into a table."""
    columns = dict(zip(features, x.T, strict=True))
    columns |= dict(zip(targets, y.reshape(len(y), -1).T, strict=True))
    from epochwise.api import table

    return Dataset(table(columns), features, targets, task)
