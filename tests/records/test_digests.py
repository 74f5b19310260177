"""Digests of files and values, and what is remembered of them."""

import hashlib
import os

import pytest

from epochwise.records import digests


def test_a_file_and_a_value_have_the_sha_256_that_everybody_computes(tmp_path):
    (tmp_path / "a").write_bytes(b"some\x00bytes")
    assert digests.of_file(tmp_path / "a") == hashlib.sha256(b"some\x00bytes").hexdigest()
    assert digests.of_value({"b": 1, "a": [None]}) == digests.of_value({"a": [None], "b": 1})
    assert digests.of_value([1, 2]) != digests.of_value([2, 1])


@pytest.fixture
def hashed(monkeypatch):
    """Which files were really hashed."""
    seen, of_file = [], digests.of_file
    monkeypatch.setattr(digests, "of_file", lambda file: (seen.append(file), of_file(file))[1])
    return seen


def test_a_file_is_hashed_again_only_when_it_was_written(tmp_path, hashed):
    file, memory = str(tmp_path / "data.csv"), tmp_path / "memory"
    (tmp_path / "data.csv").write_text("1")
    found = []
    for text in ("", "", "23", ""):
        if text:
            (tmp_path / "data.csv").write_text(text)
        remembered = digests.Remembered(memory)
        found += [remembered.of(file), remembered.of(file)]
        remembered.keep()
    assert len(hashed) == 2
    assert found[:4] == [hashlib.sha256(b"1").hexdigest()] * 4
    assert found[4:] == [hashlib.sha256(b"23").hexdigest()] * 4


def test_one_that_was_written_within_its_size_is_hashed_again(tmp_path, hashed):
    file = tmp_path / "data.csv"
    for text, when in (("1", 10), ("2", 20)):
        file.write_text(text)
        os.utime(file, (when, when))
        remembered = digests.Remembered(tmp_path / "memory")
        assert remembered.of(str(file)) == hashlib.sha256(text.encode()).hexdigest()
        remembered.keep()
    assert len(hashed) == 2


@pytest.mark.parametrize("memory", ["", "[]", "{", "\x00"])
def test_a_memory_that_is_lost_or_damaged_costs_no_more_than_time(tmp_path, memory):
    (tmp_path / "memory").write_text(memory)
    remembered = digests.Remembered(tmp_path / "memory")
    assert remembered.of(str(tmp_path / "none")) is None
    assert remembered.of(str(tmp_path / "memory")) == hashlib.sha256(memory.encode()).hexdigest()
    remembered.keep()
    assert digests.Remembered(tmp_path / "memory").before
