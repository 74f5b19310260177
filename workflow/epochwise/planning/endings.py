"""How a run ends that does not end well: stopped, or with a job that failed."""

import logging
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

from epochwise.planning.plan import Plan
from epochwise.refusals_of_the_system import sentence_of_traceback

INTERRUPTED = 130  # the exit status of what Ctrl-C ended
KILLED = (
    "the job ended without a word; most often the system killed it, for want of memory. What is "
    "finished is kept. Run fewer jobs at a time (--cores 1) if it was memory"
)
UNABLE = (
    "the job could not be started; most often the disk or its quota is full, or a right is missing. "
    "What is finished is kept. Mend that"
)
NOT_STARTED = re.compile(r"^(OSError|PermissionError|BlockingIOError) in ", re.MULTILINE)
ADVICE = {  # by what is said of files, what to do about them
    "Write-protected output": "epochwise: these files are to be made again, and the right to write them "
    "is missing. Give it (chmod u+w) or remove them, and run the same command again.",
    "has older modification time": "epochwise: a file that was read is dated in the future. Set the "
    "clock right if it is wrong, touch the file, and run the same command again.",
}


def stopped(plans: Iterable[Plan]) -> str:
    """Say what stands after a run was stopped, and what to type."""
    return "\n".join(
        ["\nStopped. What is finished is kept; the same command goes on.", *_all(plans)]
    )


def failed(plans: Iterable[Plan]) -> str:
    """Say what stands after a job has failed."""
    first = "\nA job failed; the sentence above says why. What is finished is kept. Correct the mistake,"
    return "\n".join([f"{first} and the same command goes on from there.", *_all(plans)])


def _all(plans: Iterable[Plan]) -> Iterator[str]:
    return (f"{plan.study.name}: {_progress(plan)}" for plan in plans)


def _progress(plan: Plan) -> str:
    states = plan.segment_files("npz", plan.reached())
    if not plan.study.trains:
        return "nothing is trained; tables, figures or the page remain to be made."
    left = [Path(file) for file in states if not Path(file).is_file()]
    if not left:
        return "training is complete; tables, figures or the page remain to be made."
    done = f"{len(states) - len(left):,} of {len(states):,} training jobs are done"
    if any(_begun(state) for state in left):
        return f"{done}, the next goes on with the points and folds that it has not finished."
    return f"{done}, the next begins at epoch {min(map(_reached, left)):,}."


def _begun(state: Path) -> bool:
    """Whether a job that is to leave a state of several cells has kept some of them."""
    return any(state.parent.glob(f"{state.stem}.checkpoint-*.npz"))


def _reached(state: Path) -> int:
    """Give the epoch at which the job begins that is to leave a state."""
    from epochwise.training.checkpoints import epoch_of, path_of

    return epoch_of(path_of(state)) or int(state.stem.partition("-")[0])


def end_on_interrupt(say: Callable[[], str]) -> None:
    """Have Ctrl-C end all jobs and this process at once, with a few words instead of tracebacks.

    It is as safe as a crash: a job's files appear when they are whole.
    """

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            print(say(), file=sys.stderr, flush=True)
        silence()  # threads that wait for jobs would tell of their deaths
        for child in reversed(descendants(os.getpid())):
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, end)


def silence() -> None:
    """Let nothing that this process still writes be seen."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def cancel_on_interrupt(note: Callable[[], object]) -> None:
    """Have Ctrl-C noted, and then do as it does: whoever sent jobs to other machines cancels them."""

    def end(number: int, frame: FrameType | None) -> None:
        note()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, end)


class WhenSaid(logging.Handler):
    """Does something when a logger says certain words: what has no hook of its own.

    Parameters
    ----------
    words : how the message begins.
    do : what to do then.
    """

    def __init__(self, words: str, do: Callable[[], None]) -> None:
        super().__init__()
        self.words, self.do = words, do

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a message."""
        if record.getMessage().startswith(self.words):
            self.do()


class WhenAJobFails(logging.Handler):
    """Says of a job that ended without a sentence what that means.

    Parameters
    ----------
    say : says a sentence.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        super().__init__()
        self.say, self.began, self.before = say, time.time(), ""

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a message; that of a failed job names its rule and its logs."""
        if record.levelno != logging.ERROR:
            return
        rule, logs = getattr(record, "rule_name", ""), getattr(record, "log", None)
        if isinstance(logs, list):
            files = [Path(str(log).partition(" (check")[0]) for log in logs]
            if not any(map(self._tells_why, files)):
                why = UNABLE if NOT_STARTED.search(self.before) else KILLED
                self.say(f"epochwise: {rule}: {why}, and the same command goes on from there.")
        else:
            self.before = record.getMessage()

    def _tells_why(self, log: Path) -> bool:
        with suppress(OSError):
            text = log.read_text(encoding="utf-8", errors="replace")
            fresh = log.stat().st_mtime >= self.began - 1
            return fresh and ("epochwise: " in text or "Traceback" in text)
        return False


class InASentence(logging.Filter):
    """Puts a sentence in place of a traceback where the system refused something, and says what to do."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Look at a message, and let it pass."""
        said = record.getMessage()
        if sentence := sentence_of_traceback(said):
            record.msg, record.args = f"epochwise: {sentence}", ()
        if advice := [one for words, one in ADVICE.items() if words in said]:
            record.msg, record.args = "\n".join([said, *advice]), ()
        return True


def descendants(process: int) -> list[int]:
    """List the processes that a process has started, directly or through others (Linux)."""
    found: list[int] = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, file.read_text(encoding="ascii").split()):
                found += [*descendants(child), child]
    return found
