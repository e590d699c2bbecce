"""Files that must survive: alone, private, whole, and as they were written."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from cardswitch.wire.store import disk
from cardswitch.wire.store.disk import (
    PRIVATE,
    SHARED,
    create_file,
    is_private,
    lock_file,
    open_append,
    rename_file,
    replace_file,
    sync_file,
    sync_folder,
    write_all,
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files")
# Every byte, with the ends of line and of file that Windows knows.
BYTES = bytes(range(256)) + b"\n\r\n\x1a\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept"


@pytest.fixture
def file(path):
    opened = open_append(path, readable=True)
    yield opened
    os.close(opened)


def mode_of(path):
    return path.stat().st_mode & 0o777


def full(*_):
    raise OSError(28, "No space left on device")


def test_what_is_added_goes_to_the_end_as_it_is(path):
    path.write_bytes(b"before")
    opened = open_append(path, readable=True)
    os.lseek(opened, 0, os.SEEK_SET)
    write_all(opened, BYTES)
    sync_file(opened)
    os.lseek(opened, 0, os.SEEK_SET)
    assert os.read(opened, 1000) == b"before" + BYTES
    os.close(opened)
    assert path.read_bytes() == b"before" + BYTES


def test_a_file_that_is_only_added_to_is_not_read(path):
    opened = open_append(path)
    write_all(opened, b"x")
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.read(opened, 1)
    os.close(opened)


def test_a_file_is_held_once(path, file):
    lock_file(file)
    other = open_append(path)
    with pytest.raises(OSError):
        lock_file(other)
    os.close(other)


def test_the_hold_goes_with_its_process(path, file):
    code = """
import os, pathlib, sys
from cardswitch.wire.store.disk import lock_file, open_append
lock_file(open_append(pathlib.Path(sys.argv[1])))
os._exit(7)
"""
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == 7
    lock_file(file)


def test_who_holds_a_file_can_write_and_others_can_read(path, file):
    lock_file(file)
    write_all(file, BYTES)
    assert path.read_bytes() == BYTES


def test_a_short_write_is_finished(path, file, monkeypatch):
    real = os.write
    monkeypatch.setattr(disk.os, "write", lambda file, data: real(file, data[:7]))
    write_all(file, BYTES)
    monkeypatch.undo()
    assert path.read_bytes() == BYTES


@POSIX
def test_files_are_private_unless_they_need_not_be(tmp_path, file):
    previous = os.umask(0o022)
    try:
        create_file(tmp_path / "secret", b"")
        create_file(tmp_path / "report", b"", SHARED)
    finally:
        os.umask(previous)
    modes = [mode_of(tmp_path / name) for name in ("kept", "secret", "report")]
    assert modes == [PRIVATE, PRIVATE, 0o644]
    assert is_private(file)


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_touch_is_not_private(path, file, mode):
    path.chmod(mode)
    assert not is_private(file)


def test_a_file_that_is_there_is_not_made_anew(path):
    create_file(path, BYTES)
    with pytest.raises(FileExistsError):
        create_file(path, b"other")
    assert path.read_bytes() == BYTES


def test_a_name_is_taken_over(path, tmp_path):
    path.write_bytes(b"old")
    create_file(tmp_path / "new", b"new")
    rename_file(tmp_path / "new", path)
    assert path.read_bytes() == b"new"


def test_a_file_is_replaced_and_nothing_else_is_left(path):
    replace_file(path, b"old")
    replace_file(path, BYTES)
    assert path.read_bytes() == BYTES
    assert [each.name for each in path.parent.iterdir()] == ["kept"]


@POSIX
def test_what_replaces_a_public_file_is_private(path):
    path.write_bytes(b"old")
    path.chmod(0o644)
    replace_file(path, b"new")
    assert mode_of(path) == PRIVATE


@pytest.mark.parametrize("step", ["write_all", "sync_file", "rename_file"])
def test_a_failure_leaves_the_old_file_alone(path, monkeypatch, step):
    replace_file(path, b"old")
    monkeypatch.setattr(disk, step, full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in path.parent.iterdir()] == ["kept"]


def test_what_a_crash_left_is_no_hindrance(path):
    path.with_name("kept.new").write_bytes(b"half")
    replace_file(path, b"whole")
    assert path.read_bytes() == b"whole"


def test_content_is_durable_before_it_has_its_name_and_the_name_before_it_is_told(
    path, monkeypatch
):
    done = []
    for step in ("write_all", "sync_file", "rename_file", "sync_folder"):
        real = getattr(disk, step)

        def noted(*arguments, step=step, real=real):
            done.append(step)
            return real(*arguments)

        monkeypatch.setattr(disk, step, noted)
    replace_file(path, b"x")
    assert done == ["write_all", "sync_file", "rename_file", "sync_folder"]


@POSIX
def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "nowhere")


def test_on_windows_a_byte_is_locked_and_folders_need_no_sync(tmp_path, file, monkeypatch):
    locked = []

    def locking(file, mode, count):
        locked.append((os.lseek(file, 0, os.SEEK_CUR), mode, count))

    monkeypatch.setattr(disk.sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=2, locking=locking))
    lock_file(file)
    sync_folder(tmp_path / "nowhere")
    assert locked == [(1 << 40, 2, 1)]
