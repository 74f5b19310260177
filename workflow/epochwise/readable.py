"""What stands at a path: whether it is a file that can be read from its beginning to its end."""

import os
import stat
from pathlib import Path


def why_no_file(path: str | Path) -> str:
    """Say why a path is no file to read, as the second half of a sentence; "" where it is one.

    A pipe would be waited for without end, and so would a device be read.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        said = getattr(error, "strerror", None) or str(error)
        return f"{said.lower()}; give the path of a file that can be read"
    if stat.S_ISDIR(mode):
        return "is a folder; give a file"
    if not stat.S_ISREG(mode):
        return "is a pipe or a device; save what it gives as a file, and give that"
    return ""
