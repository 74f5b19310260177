"""Where in somebody else's code an error comes from."""

import traceback
from pathlib import Path

LIBRARY = Path(__file__).parent


def place(error: BaseException) -> str:
    """Name the innermost line of code that is neither the library's nor NumPy's."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [one for one in frames if not _ours_or_numpys(Path(one.filename))]
    found = (theirs or frames)[-1]
    return f"{found.filename}, line {found.lineno}" + (f" ({found.line})" if found.line else "")


def _ours_or_numpys(file: Path) -> bool:
    return LIBRARY in file.parents or "numpy" in file.parts
