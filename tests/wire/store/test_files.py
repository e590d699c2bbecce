"""Files are made for their owner alone; what cannot be one of ours is refused with advice."""

import errno
import os

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.store import files
from cardswitch.wire.store.files import file_trouble, private

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files")


def mode_of(path):
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.EACCES, "give this user the right to write there, or name another folder"),
        (errno.EROFS, "give this user the right"),
        (errno.ENOSPC, "make room on the disk"),
        (errno.EISDIR, "name another file"),
        (errno.ENOENT, "make the folder"),
        (errno.ELOOP, "name another file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_what_to_try(tmp_path, code, advice):
    said = str(file_trouble(tmp_path, OSError(code, os.strerror(code))))
    assert said.startswith(f"{tmp_path} cannot be written: {os.strerror(code)}; {advice}")


@POSIX
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_file_is_made_for_its_owner_alone(tmp_path, umask):
    previous = os.umask(umask)
    try:
        private(tmp_path / "made", make=True)
    finally:
        os.umask(previous)
    assert mode_of(tmp_path / "made") == 0o600
    private(tmp_path / "not made", make=False)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


@POSIX
@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o777, 0o700), (0o400, 0o400)])
def test_a_file_that_is_there_is_narrowed_and_keeps_what_is_in_it(tmp_path, before, after):
    path = tmp_path / "there"
    path.write_bytes(b"x")
    path.chmod(before)
    private(path, make=True)
    assert mode_of(path) == after
    assert path.read_bytes() == b"x"


@POSIX
def test_what_belongs_to_another_user_stays_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "there"
    path.write_bytes(b"x")
    path.chmod(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    private(path, make=True)
    assert mode_of(path) == 0o644


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(Error, match=r"cannot be written: Is a directory; name another file"):
        private(tmp_path, make=True)


def test_a_full_disk_is_said_with_the_file(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "create_file", full)
    with pytest.raises(Error, match=r"kept cannot be written: No space left on device; make room"):
        private(tmp_path / "kept", make=True)
