"""What the system refuses, said in a sentence: by an error, and by a traceback that was printed."""

import errno
import os
import traceback

import pytest

from epochwise.refusals_of_the_system import WHAT, sentence_of, sentence_of_traceback

pytestmark = pytest.mark.versions


def printed(error):
    try:
        raise error
    except type(error):
        return traceback.format_exc()


@pytest.mark.parametrize("number", WHAT)
def test_an_error_and_its_traceback_say_the_same(number):
    error = OSError(number, os.strerror(number), "results/a b.csv")
    sentence = sentence_of(error)
    assert sentence.startswith(f"results/a b.csv: {WHAT[number][0]}; what is finished is kept.")
    assert sentence.endswith("and the same command goes on from there.")
    assert sentence_of_traceback(printed(error)) == sentence


def test_one_without_a_file_and_one_that_replaced_another():
    assert sentence_of(OSError(errno.ENOSPC, "full")).startswith("no space, or no room")
    assert sentence_of_traceback(printed(OSError(errno.EIO, "broken"))).startswith(
        "the disk failed"
    )
    pyarrows = OSError(errno.EACCES, "Failed to open local file 'a/b'. Detail: [errno 13]")
    assert sentence_of(pyarrows).startswith("a/b: the right to read or write it")
    error = OSError(errno.EDQUOT, "over", "a")
    error.filename2 = "b"
    assert "the quota of the disk is used up" in sentence_of(error)


def test_memory():
    assert sentence_of(MemoryError("of 5 GB")).startswith("no memory is left")
    assert sentence_of_traceback(printed(MemoryError("of 5 GB"))) == sentence_of(MemoryError())
    assert sentence_of_traceback(printed(MemoryError())) == sentence_of(MemoryError())
    numpys = (
        "Traceback (most recent call last):\nnumpy._core._exceptions._ArrayMemoryError: Unable to"
    )
    assert sentence_of_traceback(numpys) == sentence_of(MemoryError())


@pytest.mark.parametrize(
    "error",
    [
        ImportError("libarrow.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
    ],
)
def test_what_libraries_raise_for_want_of_memory(error):
    assert sentence_of(error) == sentence_of_traceback(printed(error)) == sentence_of(MemoryError())


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "none", "a"), KeyError(28)])
def test_other_errors_are_bugs_and_stay_what_they_are(error):
    assert sentence_of(error) is None
    assert sentence_of_traceback(printed(error)) is None


def test_words_that_are_no_traceback_stay_what_they_are():
    assert sentence_of_traceback("OSError: [Errno 28] No space left on device") is None
