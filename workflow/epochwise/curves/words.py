"""What the names of columns say: their words, and whether they are those of a loss or of a score."""

import re

FILLERS = {
    "epoch",
    "mean",
    "avg",
}  # said of a whole epoch's loss; "step" is of a batch and fills nothing
PLURALS = {"losses": "loss"}
LOSSES = {"loss", "error", "err"}
SCORES = {"acc", "accuracy", "auc", "auroc", "roc", "auprc", "ap", "ap50", "map", "map50", "r2"}
SCORES |= {"f1", "precision", "recall", "iou", "miou", "dice", "jaccard", "kappa", "mcc", "ndcg"}
SCORES |= {"bleu", "rouge", "psnr", "ssim"}


def words_of(name: str) -> list[str]:
    """Cut a name into words: `valLoss`, `val/loss` and `val_loss_epoch` are of one kind."""
    parts = re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()
    words = [word for word in re.split(r"[^a-z0-9]+", parts) if word and word not in FILLERS]
    return [PLURALS.get(word, word) for word in words]


def is_loss(name: str) -> bool:
    """Tell whether a name says that it is a loss, of which the lowest is best."""
    return bool(LOSSES & set(words_of(name)))


def is_score(name: str) -> bool:
    """Tell whether a name says that it is a score, of which the greatest is best."""
    return not is_loss(name) and bool(SCORES & set(words_of(name)))
