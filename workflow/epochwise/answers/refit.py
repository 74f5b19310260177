"""How many epochs to refit for on all the data."""

from epochwise.answers import batches
from epochwise.answers.case import Case, Rows
from epochwise.tables.curves import Curves

ASSUMPTION = (
    "as many updates serve all the data as served the training rows, "
    "with the same batch size and learning rate"
)


def row(curves: Curves, all_rows: int | None = None) -> dict[str, object]:
    """Return the row of a dataset, point and backend.

    `refit_epochs` carries the best epoch over by updates: the iterations at
    the best epoch over the iterations per epoch on all rows, rounded, 1 at
    least unless the best epoch is 0. `refit_epochs_by_passes` keeps the number of
    passes, and so makes more updates. Goodfellow, Bengio and Courville ("Deep
    learning", 2016, section 7.8) give both; neither can be checked, because
    no rows are left to check it on.

    Parameters
    ----------
    all_rows
        The rows of the whole dataset.
    """
    known = batches.row(curves)
    names = ("best_epoch", "training_rows", "rows_per_batch", "iterations_at_best")
    facts: dict[str, object] = {"all_rows": all_rows} | {name: known.get(name) for name in names}
    updates, size, rows = (
        facts[name] for name in ("iterations_at_best", "rows_per_batch", "training_rows")
    )
    if curves.histories and all_rows and "train" in curves.rows and curves.best >= 0:
        return facts | _by_rows(curves.best, float(curves.rows["train"].mean()), all_rows)
    if not isinstance(updates, int):
        return facts | {"assumption": known.get("note") or "no best epoch to carry over"}
    facts["refit_epochs_by_passes"] = known["best_epoch"]
    if all_rows is None:
        return facts | {"assumption": "the number of all rows was not given"}
    assert isinstance(rows, int)
    if all_rows < rows:
        return facts | {"assumption": f"all rows ({all_rows}) are fewer than the training rows"}
    if not isinstance(size, int):
        return facts | {"assumption": known["note"]}
    iterations = batches.iterations_per_epoch(all_rows, size)
    epochs = (2 * updates + iterations) // (2 * iterations)  # rounded, halves up
    return facts | {
        "iterations_per_epoch": iterations,
        "refit_epochs": max(epochs, 1 if updates else 0),
        "assumption": ASSUMPTION,
    }


def _by_rows(best: int, training_rows: float, all_rows: int) -> dict[str, object]:
    """Carry the best epoch over by rows alone, where the batch size is not known: updates are as rows."""
    epochs = int(best * training_rows / all_rows + 0.5)
    return {
        "training_rows": round(training_rows),
        "refit_epochs": max(epochs, 1 if best else 0),
        "refit_epochs_by_passes": best,
        "assumption": ASSUMPTION,
    }


def rows_of(case: Case) -> Rows:
    """Give the rows of the table; see `epochwise.tables.catalogue`."""
    found = row(case.curves, case.all_rows)
    if case.objection:
        found |= {
            "refit_epochs": None,
            "refit_epochs_by_passes": None,
            "assumption": case.objection,
        }
    return [found]
