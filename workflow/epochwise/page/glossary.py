"""The words of a page, each explained once, and linked where it is used."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True)
class Term:
    """A word and what it means.

    Parameters
    ----------
    key : of its place in the page, `word-<key>`.
    said : how sentences say it (a regular expression without groups).
    """

    key: str
    name: str
    said: str
    meaning: str


TERMS = (
    Term(
        "best",
        "best epoch",
        r"best epochs?",
        "The epoch of the lowest validation loss; of several runs, of their mean curve.",
    ),
    Term(
        "epoch",
        "epoch",
        r"epochs?",
        "One pass over all training rows. Epoch 0 is the untrained network.",
    ),
    Term(
        "iteration",
        "iteration",
        r"iterations?|updates",
        "One update of the weights, on one batch of rows: 1,000 rows in batches of 100 are 10 an epoch.",
    ),
    Term(
        "safe",
        "safe range",
        r"safe range|Anything from|is safe",
        "Epochs that, at the stated confidence, cost no more than a stated percentage above the lowest "
        "validation loss. It answers “how long?” better than the best epoch, which chance moves.",
    ),
    Term(
        "interval",
        "interval",
        r"interval",
        "Where the best epoch would lie had other runs been made: from a bootstrap over runs or folds.",
    ),
    Term(
        "baseline",
        "baseline",
        r"baseline|predicting the training mean|predicting the shares of the classes",
        "What predicting a constant reaches: the mean of the training rows or, of classes, their shares "
        "there. A network that is no better has learnt nothing of use.",
    ),
    Term(
        "censored",
        "censored",
        r"censored|lower bound|at least(?= \d)|still falling",
        "A best epoch that is a lower bound: the validation loss was lowest, or still falling, when "
        "training ended, so the true one may be later. Drawn as an open arrow.",
    ),
    Term(
        "cut",
        "cut",
        r"cuts?|folds?",
        "One way to divide the rows into training, validation and test rows; also called a fold.",
    ),
    Term(
        "criterion",
        "UP(2), GL, PQ, patience",
        r"(?:UP|GL|PQ|patience|mean)\([^()]*\)|Early stopping|criterion|criteria",
        "Criteria of early stopping. UP, GL and PQ look at every fifth epoch: UP(2) stops when the "
        "validation loss has risen there twice in a row; GL(5) when it is 5 % above its lowest; PQ(1) when "
        "that is large beside the progress in training. patience(20) stops after 20 epochs without a new lowest.",
    ),
    Term(
        "regret",
        "regret",
        r"regret",
        "How far the validation loss at the epoch that a criterion selects lies above the lowest of the "
        "whole curve, in per cent of it.",
    ),
    Term(
        "refit",
        "refit",
        r"refit",
        "Training once more on all rows, when the number of epochs is known: for as many updates as the "
        "best epoch had.",
    ),
)
_SAID = re.compile("|".join(rf"(?P<{term.key}>(?<!\w)(?:{term.said})(?!\w))" for term in TERMS))


def linked(lines: Iterable[str]) -> list[Markup]:
    """Escape lines, and link the first use of each word in them to what it means."""
    seen: set[str] = set()
    return [_linked(line, seen) for line in lines]


def _linked(line: str, seen: set[str]) -> Markup:
    done, parts = 0, []
    for match in _SAID.finditer(line):
        key = str(match.lastgroup)
        if key not in seen:
            seen.add(key)
            word = Markup('<a class="word" href="#word-{}">{}</a>').format(key, match[0])
            parts += [escape(line[done : match.start()]), word]
            done = match.end()
    return Markup("").join([*parts, escape(line[done:])])
