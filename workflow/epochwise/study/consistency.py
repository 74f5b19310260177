"""What is wrong with a study that the schema allows."""

from typing import TYPE_CHECKING

from epochwise.errors import StudyError
from epochwise.study import schema

if TYPE_CHECKING:
    from epochwise.study.study import Study


def check_cut(study: "Study") -> None:
    """Refuse a cut that leaves nothing to train on, or of which a part has no effect."""
    cut = study.resolved["partitions"]
    sizes = [cut["test_size"]]
    if cut["method"] == "hold_out":
        sizes.append(cut["validation_size"])
    if sum(size for size in sizes if size < 1) >= 1:
        raise StudyError(
            f"{study.file}: partitions: validation_size and test_size leave no training rows; "
            "their sum must be below 1."
        )
    _check_effect(study)
    _check_auto(study)
    for name, options in study.datasets.items():
        if options.get("partition") and cut["method"] == "k_fold":
            raise StudyError(
                f"{study.file}: datasets.{name}.partition: the column cuts the rows already; remove "
                "it, or partitions.method: k_fold."
            )


def _check_effect(study: "Study") -> None:
    """Refuse a key of the partitions that the method has no use for."""
    cut = study.resolved["partitions"]
    for key, rule in schema.schema()["properties"]["partitions"]["properties"].items():
        able = rule.get("appliesTo", {}).get("method", [cut["method"]])
        if cut["method"] not in able and cut[key] != rule["default"]:
            raise StudyError(
                f"{study.file}: partitions.{key}: {cut[key]!r} has no effect with method {cut['method']!r}; "
                f"set method: {able[0]}, or leave {key} out."
            )


def _check_auto(study: "Study") -> None:
    """Refuse `auto` where it would not add to what counts as independent."""
    repeats, seeds = study.resolved["partitions"]["n_repeats"], study.resolved["seeds"]
    own = [name for name, options in study.datasets.items() if options.get("partition")]
    if repeats == schema.AUTO and own:
        raise StudyError(
            f"{study.file}: partitions.n_repeats: auto makes more cuts, and the column "
            f"datasets.{own[0]}.partition allows one; write seeds: auto."
        )
    if seeds == schema.AUTO and any(len(study.folds(name)) > 1 for name in study.datasets):
        raise StudyError(
            f"{study.file}: seeds: auto adds runs on one cut, and there are several, which are what "
            "tells how sure the answer is; write partitions.n_repeats: auto, and a number of seeds."
        )


def check_files(study: "Study") -> None:
    """Refuse files that are not there."""
    if problems := [one for name in study.datasets if (one := study.missing_file(name))]:
        raise StudyError(*problems)


CHECKS = (check_cut, check_files)
