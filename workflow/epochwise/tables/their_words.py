"""The words for what others have counted and measured: steps for epochs, an error for a loss."""

import re


def in_their_words(
    text: str, unit: str = "epoch", scored: bool = False, shares: bool = False
) -> str:
    """Call what is counted and measured by its name.

    Parameters
    ----------
    unit : what is counted: "epoch", "iteration" or "step".
    scored : whether the loss is what a score lacks to its greatest value: an error.
    shares : whether per cent of a loss are of how far it fell, as it may be negative.
    """
    if shares:
        text = text.replace("more validation loss", "of how far the validation loss fell")
        text = text.replace("in per cent of it;", "in per cent of how far that fell;")
    if unit != "epoch":
        text = text.replace("Epoch (passes over training rows)", "Epoch")
        article = "an" if unit[0] in "aeiou" else "a"
        text = re.sub(r"\b([Aa])n epoch\b", rf"\1{article[1:]} {unit}", text)
        text = re.sub(r"\bepoch(?=s?\b)", unit, text)
        text = re.sub(r"\bEpoch(?=s?\b)", unit.capitalize(), text)
    if scored:
        text = re.sub(r"\b([Ll])oss(es)?\b", lambda found: _error(found[1] == "L", found[2]), text)
    return text


def _error(at_start: bool, plural: str | None) -> str:
    return ("Error" if at_start else "error") + ("s" if plural else "")
