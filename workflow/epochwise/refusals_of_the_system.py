"""What the system refuses, in a sentence: what happened, what stands, what to do."""

import errno
import re

WHAT = {  # what happened, and what to do
    errno.ENOSPC: ("no space, or no room for more files, is left on the disk", "Free some"),
    errno.EDQUOT: ("the quota of the disk is used up", "Delete what is not needed"),
    errno.EIO: ("the disk failed to read or write", "Check the disk, or work on another"),
    errno.EFBIG: ("the file would be larger than is allowed", "Allow larger files (ulimit -f)"),
    errno.EACCES: ("the right to read or write it is missing", "Give it (chmod, chown)"),
    errno.EPERM: ("the system does not allow it", "Have it allowed"),
    errno.EROFS: ("the disk can only be read", "Work in a folder that can be written"),
    errno.EMFILE: ("too many files are open", "Allow more (ulimit -n)"),
    errno.ENFILE: ("too many files are open", "Close other programs"),
    errno.ENAMETOOLONG: ("the path is too long", "Work in a folder with a shorter one"),
    errno.EISDIR: ("a folder lies where a file belongs", "Move it away"),
    errno.ENOTDIR: ("a file lies where a folder belongs", "Move it away"),
    errno.ENOMEM: ("no memory is left", "Run fewer jobs at a time (--cores 1)"),
    errno.EAGAIN: ("the system starts no more processes", "Run fewer jobs at a time (--cores 1)"),
}
NO_MEMORY = re.compile(  # as libraries say it that raise other errors
    r"^\S*MemoryError\b|failed to map segment|annot allocate memory|can't start new thread|Failed to launch worker thread"
)
QUOTED = re.compile(r"'([^']+)'")
LAST_LINE = re.compile(r"^\w*Error: \[Errno (\d+)\] .*?(?:: '(.*)')?$")


def sentence_of(error: BaseException) -> str | None:
    """Say in a sentence what the system refused; None where an error is of another kind."""
    if isinstance(error, OSError) and error.errno in WHAT:
        quoted = QUOTED.search(str(error))  # some libraries name the file in words alone
        return _say(error.errno, str(error.filename or (quoted[1] if quoted else "")))
    if isinstance(error, MemoryError) or NO_MEMORY.search(str(error)):
        return _say(errno.ENOMEM, "")
    return None


def sentence_of_traceback(text: str) -> str | None:
    """Say it of an error that was printed with a traceback."""
    last = text.strip().rpartition("\n")[2] if "Traceback" in text else ""
    found = LAST_LINE.match(last)
    if found and int(found[1]) in WHAT:
        return _say(int(found[1]), found[2] or "")
    return _say(errno.ENOMEM, "") if NO_MEMORY.search(last) else None


def _say(number: int, file: str) -> str:
    happened, remedy = WHAT[number]
    where = f"{file}: " if file else ""
    return (
        f"{where}{happened}; what is finished is kept. {remedy}, and the same command goes on from "
        "there."
    )
