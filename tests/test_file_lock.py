"""One run at a time in a folder; where nothing can be locked, that is said and the run goes on."""

import errno
import os
import subprocess
import sys

import pytest

from epochwise import file_lock
from epochwise.errors import EpochwiseError
from epochwise.file_lock import lock

pytestmark = pytest.mark.versions


def never(sentence):
    raise AssertionError(sentence)


def test_a_second_holder_is_refused_until_the_first_ends(tmp_path):
    path = tmp_path / "made" / "lock"
    with lock(path, never), pytest.raises(EpochwiseError, match="another run is going on"):
        lock(path, never)
    lock(path, never).close()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_locks_is_told_in_a_sentence(tmp_path, monkeypatch, number):
    def refuses(file, how):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(file_lock.fcntl, "flock", refuses)
    said = []
    lock(tmp_path / "lock", said.append).close()
    assert len(said) == 1
    assert os.strerror(number) in said[0]
    assert "start no second run in this folder" in said[0]


def test_a_platform_without_locks_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(file_lock, "fcntl", None)
    said = []
    lock(tmp_path / "lock", said.append).close()
    assert "this platform has no such locks" in said[0]


def test_what_locks_is_imported_where_there_is_no_fcntl():
    code = "import sys; sys.modules['fcntl'] = None; import epochwise.training.progress, epochwise.file_lock"
    subprocess.run([sys.executable, "-c", code], check=True)
