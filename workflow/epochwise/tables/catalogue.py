"""Every table that a study leaves behind besides the loss table, declared in one place.

From here come the files of the workflow, the columns and their types, the headings of the page
and the tables of docs/answers.md. Nothing here imports what computes a table.
"""

from epochwise.tables.declaring import FLOAT, INT, TEXT, YES, Columns, Table

ANSWERS: tuple[Table, ...] = (
    Table(
        "best_epoch",
        "The best epoch of each point, and how sure it is",
        "epochwise.answers.best_epoch:rows_of",
        [
            Columns({"last_epoch": INT}, "the number of epochs that runs were to train for"),
            Columns(
                {"runs": INT, "folds": INT, "diverged_runs": INT},
                "how many there are; a run that is shorter than `last_epoch` has diverged",
            ),
            Columns(
                {"sampling_unit": TEXT, "sampling_units": INT},
                "`run` or `fold`, and how many took part",
            ),
            Columns({"best_epoch": INT}, "epoch of the lowest mean validation loss"),
            Columns(
                {"censored": YES},
                "whether the best epoch is only a lower bound, because the curve ends at its lowest point or is still improving (see `phases`). Then `interval_high` is null, and if it is still improving there is no safe range",
            ),
            Columns(
                {"objection": TEXT},
                "why no number of epochs is recommended; null where one is",
            ),
            Columns(
                {"train_loss": FLOAT, "validation_loss": FLOAT, "validation_loss_error": FLOAT},
                "mean losses at the best epoch; standard error of the latter",
            ),
            Columns(
                {"left_out_loss": FLOAT, "left_out_margin": FLOAT},
                "what to expect of a new unit: the mean of each unit's validation loss at the epoch that the others choose, so that nothing was chosen on it; half the width of its t interval, coverage *interval*",
            ),
            Columns(
                {"baseline_loss": FLOAT, "beats_baseline": YES},
                "mean validation loss of predicting the training rows' mean or, of classes, their shares there; whether the network's is lower, by more than *tolerance* of it and by more than *standard_errors* standard errors of the paired difference",
            ),
            Columns(
                {
                    "run_best_epoch_median": FLOAT,
                    "run_best_epoch_q25": FLOAT,
                    "run_best_epoch_q75": FLOAT,
                    "run_best_epoch_min": INT,
                    "run_best_epoch_max": INT,
                },
                "the runs' own best epochs",
            ),
            Columns(
                {"safe_low": INT, "safe_high": INT, "safe_cost_percent": FLOAT},
                "the safe range: epochs that, at confidence *interval*, cost at most so many per cent more validation loss than the lowest: the first of 1 (from ten units on), 2, 5 and 10 per cent at which there is one. One-sided paired t-tests against every other epoch, all of which must reject (an intersection-union test), on the units' curves smoothed by a centred running mean over 5 % of the epochs, but as they are where smoothing would take away what all units have in common, such as the cycles of a learning rate; the stretch about the lowest mean so judged, which must hold the best epoch too; where nothing is smoothed, 1,000 epochs of it at most",
            ),
            Columns(
                {"interval_low": INT, "interval_high": INT, "interval_coverage": FLOAT},
                "bootstrap interval of the best epoch, coverage *interval*: *resamples* resamples of whole units (all there are, up to seven units) drawn from *resampling_seed* and the names of dataset, point and backend, cut at the expanded percentiles Φ(-√(n/(n-1)) t) (Hesterberg 2015). From five units on",
            ),
            Columns(
                {"note": TEXT},
                "which uncertainty this is, or why there is none",
            ),
        ],
    ),
    Table(
        "more_units",
        "What more runs would tell",
        "epochwise.answers.more_units:rows_of",
        [
            Columns(
                {"in_all": INT},
                "seeds or cuts in all: 10, 30 and 100, as far as that is more than there are and at most six times as many",
            ),
            Columns(
                {"safe_low": INT, "safe_high": INT, "safe_cost_percent": FLOAT},
                "the safe range that so many would give, if their means and spread are those of the units at hand",
            ),
            Columns(
                {"interval_low": INT, "interval_high": INT, "interval_coverage": FLOAT},
                "the interval of the best epoch likewise: resamples of so many units",
            ),
        ],
    ),
    Table(
        "points",
        "The points beside each other",
        "epochwise.answers.points:rows_of",
        [
            Columns(
                {"standing": TEXT},
                "`leads`: the lowest validation loss of those that beat the baseline (of backends that agree, the first listed); `shares the lead`: no higher than that, within *tolerance* or *standard_errors* standard errors of the paired difference; `behind`; `no better than the baseline`; `diverged`",
            ),
            Columns({"best_epoch": INT, "validation_loss": FLOAT}, "as above"),
            Columns({"above_lowest_percent": FLOAT}, "its validation loss above the leader's"),
            Columns(
                {"against_leader": TEXT},
                "of those behind: `underfits`, if its training loss stays above the leader's at the leader's best epoch, by more than *tolerance*; `overfits`, if at its own best epoch it is below that",
            ),
            Columns({"comparison": TEXT}, "all this in one line"),
        ],
        compares=True,
    ),
    Table(
        "scores",
        "How good the network is at its best epoch",
        "epochwise.answers.quality:rows_of",
        [
            Columns({"partition": TEXT}, "`train`, `validation` or `test`"),
            Columns(
                {"metric": TEXT},
                "`loss`; of regression `rmse` (its root), `mae` (mean absolute error) and `r2`, with several targets also those of each, as `loss_price`; of classes `accuracy` and `balanced_accuracy`. All as scikit-learn defines them",
            ),
            Columns(
                {"value": FLOAT, "value_error": FLOAT}, "mean over units, and its standard error"
            ),
            Columns(
                {"baseline": FLOAT},
                "what predicting the training rows' mean or, of classes, their shares there reaches: of `accuracy`, the share of the majority class",
            ),
        ],
    ),
    Table(
        "phases",
        "Under- and overfitting",
        "epochwise.answers.phases:rows_of",
        [
            Columns(
                {"kind": TEXT},
                "`overfits`: the last loss is high; `degrades`: so it is, but since the lowest the training loss has risen as well, by *rise* of it and by half as much as the validation loss or more, and was not lowest where the validation loss was high already: training itself gets worse; `worsens`: the last loss is high, and the best epoch is 0; `underfits`: the best epoch is in the last *tail* of the epochs and the loss falls by *improvement* over it, in the later half (of five epochs or more) by a fifth of that fall or more; `constant`: never more than *tolerance* above L; `double_descent`: after a minimum (below the loss at the start) it is high with respect to that minimum, then falls below it by *tolerance* (Nakkiran et al. 2020), unless there are several such humps of like size, as of a cyclic learning rate, or more than half of the rise, or of the fall, happens from one epoch to the next and lasts, as where the learning rate is cut, or it or training starts anew; `recovers`: it was high once and does not end high, but is neither a `double_descent` nor has several such humps; `settles`: none of these; `diverged`: no run reached the last epoch; `untrained`: there is no epoch but 0; `unknown`: nothing is finite",
            ),
            Columns({"best_epoch": INT}, "as above"),
            Columns(
                {"underfitting_first": INT, "underfitting_last": INT},
                "before the plateau; all epochs when the curve underfits",
            ),
            Columns(
                {"plateau_first": INT, "plateau_last": INT},
                "from the first to the last epoch at most *tolerance* of L, or *standard_errors* standard errors, above L; to the end when the curve does not end high.",
            ),
            Columns(
                {"overfitting_first": INT, "overfitting_last": INT},
                "after the plateau, when the curve ends high and the training loss does not",
            ),
            Columns({"rise_percent": FLOAT}, "last loss above L, in per cent of L"),
            Columns(
                {"first_minimum_epoch": INT, "peak_epoch": INT, "peak_rise_percent": FLOAT},
                "of a hump: the minimum before, the peak, and how high the smoothed curve is there above that minimum",
            ),
            Columns(
                {
                    "generalisation_gap": FLOAT,
                    "generalisation_gap_margin": FLOAT,
                    "generalisation_gap_last": FLOAT,
                    "generalisation_gap_last_margin": FLOAT,
                },
                "mean of validation loss - training loss, at the best and at the last epoch, each with half the width of its t interval, coverage *interval*",
            ),
            Columns({"verdict": TEXT}, "all this in one line"),
        ],
    ),
    Table(
        "choice_cost",
        "What choosing on the validation partition cost",
        "epochwise.answers.cost:rows_of",
        [
            Columns(
                {"choice": TEXT},
                "`mean_curve`: one epoch for all runs, the best of the mean curve; `each_run`: each run's own best epoch, losses averaged over runs",
            ),
            Columns({"chosen_epoch": FLOAT}, "the epoch; for `each_run` the median"),
            Columns(
                {"validation_loss": FLOAT, "validation_loss_error": FLOAT},
                "mean there, and its standard error",
            ),
            Columns({"test_loss": FLOAT, "test_loss_error": FLOAT}, "likewise"),
            Columns(
                {
                    "optimism": FLOAT,
                    "optimism_error": FLOAT,
                    "optimism_margin": FLOAT,
                    "optimism_percent": FLOAT,
                },
                "test loss - validation loss, its standard error, half the width of its t interval, coverage *interval*, in per cent of the validation loss. It holds the difference between the two partitions' rows too: where it is below zero by more than the margin, the test rows are easier",
            ),
            Columns(
                {"test_baseline_loss": FLOAT},
                "the baseline's loss on the test rows (see `best_epoch`)",
            ),
            Columns(
                {"test_best_epoch": FLOAT, "test_best_loss": FLOAT},
                "the test curve's own lowest loss and where it is (for `each_run` mean and median)",
            ),
            Columns(
                {"excess": FLOAT, "excess_error": FLOAT, "excess_percent": FLOAT},
                "test loss - lowest test loss, its standard error, in per cent of the lowest",
            ),
            Columns({"note": TEXT}, "why something is not known"),
        ],
    ),
    Table(
        "batches",
        "Epochs, iterations and batches",
        "epochwise.answers.batches:rows_of",
        [
            Columns(
                {"training_rows": INT, "training_rows_least": INT},
                "training rows of the largest and of the smallest fold",
            ),
            Columns(
                {"rows_per_batch": INT},
                "the batch size: swept, given, or the only one that makes so many iterations; never more than the rows",
            ),
            Columns(
                {"iterations_per_epoch": INT},
                "⌈training rows / batch size⌉: 1,000 rows in batches of 100 are 10",
            ),
            Columns({"best_epoch": INT}, "as above"),
            Columns(
                {"iterations_at_best": INT, "samples_at_best": INT},
                "best epoch times iterations per epoch, times training rows",
            ),
            Columns({"note": TEXT}, "why something is not known"),
        ],
    ),
    Table(
        "stopping",
        "Early stopping, replayed",
        "epochwise.answers.case:stopping_rows",
        [
            Columns(
                {"criterion": TEXT, "runs": INT}, "its label, and the runs that it was replayed on"
            ),
            Columns({"never_fired_percent": FLOAT}, "runs that it did not stop, in per cent"),
            Columns(
                {"stop_epoch": FLOAT},
                "the epoch after which it stops; the run's last where it never fires",
                spread=True,
            ),
            Columns(
                {"selected_epoch": FLOAT},
                "the epoch of lowest validation loss, up to the stop, of those that the criterion looks at",
                spread=True,
            ),
            Columns(
                {"validation_loss": FLOAT, "validation_accuracy": FLOAT},
                "at the selected epoch; accuracy of classes alone",
                spread=True,
            ),
            Columns(
                {"epochs_saved_percent": FLOAT},
                "100 (1 - stop / last epoch of the run)",
                spread=True,
            ),
            Columns(
                {"validation_regret_percent": FLOAT, "test_regret_percent": FLOAT},
                "100 (loss at the selected epoch / the run's own lowest loss from epoch 1 - 1)",
                spread=True,
            ),
        ],
    ),
    Table(
        "frontier",
        "The criteria that no other beats",
        "epochwise.answers.case:frontier_rows",
        [
            Columns(
                {"saved_more_than_percent": FLOAT, "saved_up_to_percent": FLOAT},
                "to save more than the one and up to the other per cent of the epochs …",
            ),
            Columns(
                {"criterion": TEXT}, "… no criterion has less mean validation regret than this one"
            ),
            Columns(
                {
                    "epochs_saved_percent": FLOAT,
                    "validation_regret_percent": FLOAT,
                    "test_regret_percent": FLOAT,
                    "validation_loss": FLOAT,
                    "validation_accuracy": FLOAT,
                },
                "its means",
            ),
        ],
    ),
    Table(
        "stopping_choice",
        "The early stopping to use",
        "epochwise.answers.stopping_choice:rows_of",
        [
            Columns(
                {"criterion": TEXT},
                "saves most of those whose mean validation regret is at most *acceptable_regret*, with several units its one-sided upper bound at confidence *interval* too; no row where there is none",
            ),
            Columns({"units": INT}, "how many chose it"),
            Columns(
                {
                    "epochs_saved_percent": FLOAT,
                    "validation_regret_percent": FLOAT,
                    "regret_upper_percent": FLOAT,
                    "validation_loss": FLOAT,
                    "validation_accuracy": FLOAT,
                },
                "from five units on what it saves and loses on units that did not choose: each is left out in turn and judged by what the others choose; upper bound of the mean. Below five, its means on the runs that chose it",
            ),
            Columns(
                {"recommended": YES},
                "whether the upper bound is acceptable; never below five units",
            ),
        ],
    ),
    Table(
        "extent",
        "Where runs ended, and how often they were validated",
        "epochwise.answers.extent:rows_of",
        [
            Columns(
                {"runs": INT, "diverged_runs": INT, "stopped_runs": INT},
                "how many there are; stopped are those that ended before others of their point without having diverged. There is a row only where runs stopped or were not validated after every epoch, as may be in the loss histories of other tools",
            ),
            Columns(
                {"first_end": INT, "last_end": INT, "compared_to": INT},
                "the last epochs of the runs that did not diverge, the least and the greatest; the epoch up to which they are compared, which all of them reached",
            ),
            Columns(
                {"resolution": INT},
                "the most epochs that passed between two validations: the best epoch cannot be known to better than that",
            ),
        ],
    ),
    Table(
        "refit",
        "Epochs for a refit on all rows",
        "epochwise.answers.refit:rows_of",
        [
            Columns({"best_epoch": INT, "training_rows": INT}, "as above"),
            Columns({"all_rows": INT}, "rows of the whole dataset"),
            Columns({"rows_per_batch": INT, "iterations_at_best": INT}, "as above"),
            Columns({"iterations_per_epoch": INT}, "⌈all rows / batch size⌉"),
            Columns(
                {"refit_epochs": INT},
                "iterations at the best epoch / iterations per epoch on all rows, rounded, 1 at least: as many updates",
            ),
            Columns(
                {"refit_epochs_by_passes": INT},
                "the best epoch itself: as many passes, so more updates (both in Goodfellow et al. 2016, section 7.8)",
            ),
            Columns({"assumption": TEXT}, "what has to hold, or why the number is not known"),
        ],
    ),
)
# those that are set for texts as well, and the files of each
TYPESET, MARKUPS = ("best_epoch", "points", "scores"), ("tex", "md")
# what the page shows of other rules' tables, after those of the answers
OTHERS: dict[str, str] = {"agreement": "Agreement of the backends", "summary": "Every run"}


def named(name: str) -> Table:
    """Find a table of the answers."""
    return next(table for table in ANSWERS if table.name == name)


def typeset_files() -> list[str]:
    """Name the files of the tables that are set for texts, relative to the study's folder."""
    return [f"tables/{name}.{kind}" for name in TYPESET for kind in MARKUPS]


def headings() -> dict[str, str]:
    """Give the headings of the page, in its order."""
    return {table.name: table.heading for table in ANSWERS} | OTHERS
