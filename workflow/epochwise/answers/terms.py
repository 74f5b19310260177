"""Terms that the tables of the answers hold and that sentences, figures and page ask for."""

# why nothing is recommended: `objection` in best_epoch
NO_BETTER = "no better than the baseline"
UNTRAINED_IS_BEST = "no better than the untrained network"

# kinds of curve, in `phases`, from which nothing can be learnt about epochs
NOTHING_LEARNT = ("untrained", "constant", "worsens", "unknown")

# `sampling_unit` of runs that others have trained: it is not known in what they differ
HISTORY = "history"

# `note` in best_epoch of cuts whose overlap is not known
AS_INDEPENDENT = "over cuts of this data set, taken as independent as their rows were not told"

# `standing` in points
LEADS, SHARES, BEHIND, DIVERGED = "leads", "shares the lead", "behind", "diverged"
