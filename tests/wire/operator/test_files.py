"""Files appear whole or not at all, whatever fails in between."""

import errno
import os
from pathlib import Path

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.operator import files
from cardswitch.wire.operator.files import is_interrupted, staged_files, write_files, write_output
from cardswitch.wire.store import disk

FILES = {"a.csv": b"one", "b.xml": b"two"}


class Crash(BaseException):
    """Ends the program here."""


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_get_their_names_after_they_were_recorded(tmp_path):
    with staged_files(tmp_path / "out", FILES):
        assert sorted(contents(tmp_path / "out")) == ["a.csv.part", "b.xml.part"]
    assert contents(tmp_path / "out") == FILES


def test_no_file_appears_if_nothing_was_recorded(tmp_path):
    with pytest.raises(Error, match="not today"), staged_files(tmp_path, FILES):
        raise Error("not today")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("step", ["create_file", "rename_file"])
@pytest.mark.parametrize("count", [1, 2])
def test_after_a_crash_doing_it_again_gives_the_same_files(tmp_path, monkeypatch, step, count):
    original, calls = getattr(files, step), []

    def crashing(path, *arguments):
        calls.append(path)
        if len(calls) == count:
            raise Crash
        return original(path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(files, step, crashing)
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # The dead do not clean up.
        with pytest.raises(Crash), staged_files(tmp_path, FILES):
            pass
    assert is_interrupted(tmp_path, FILES) is ((step, count) != ("create_file", 1))
    whole = {name: c for name, c in contents(tmp_path).items() if not name.endswith(".part")}
    assert whole.items() <= FILES.items()
    with staged_files(tmp_path, FILES):
        pass
    assert contents(tmp_path) == FILES


def test_a_folder_that_cannot_be_written_is_found_before_anything_is_recorded(tmp_path):
    taken = tmp_path / "taken"
    taken.write_bytes(b"")
    with pytest.raises(Error, match="files cannot be written"), staged_files(taken, FILES):
        pytest.fail("recorded although the files could not be written")


def test_what_was_there_is_replaced(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"old")
    with staged_files(tmp_path, FILES):
        assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert contents(tmp_path) == FILES


def test_what_was_recorded_can_be_written_again(tmp_path):
    write_files(tmp_path, FILES)
    assert contents(tmp_path) == FILES
    assert not is_interrupted(tmp_path, FILES)


def test_what_an_operator_asks_for_is_whole_or_as_it_was(tmp_path, monkeypatch):
    path, link = tmp_path / "a.toml", tmp_path / "link"
    link.symlink_to(path)
    write_output(path, "one\n")
    write_output(link, "two\n")
    assert (path.read_text(), link.is_symlink()) == ("two\n", True)

    def full(*_):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(disk, "write_all", full)
    with pytest.raises(Error, match=r"a\.toml cannot be written: .*; make room on the disk"):
        write_output(path, "three\n")
    assert contents(tmp_path) == {"a.toml": b"two\n", "link": b"two\n"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_output(pipe, "text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_no_folder_to_write_to(tmp_path):
    with pytest.raises(Error, match="make the folder, or name another one"):
        write_output(tmp_path / "none" / "a.toml", "")
    with pytest.raises(Error, match="cannot be written: Is a directory"):
        write_output(tmp_path, "")
