"""A file journal gives back what was committed, and nothing that a crash left half done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.driver import journal
from cardswitch.wire.driver.journal import FileJournal
from tests.kit.files import is_owners_alone


class Entry(Struct, frozen=True):
    number: int
    message: Message | None = None


ENTRIES = [Entry(1), Entry(2, Message("0200", {3: "000000", 11: "000001"}, b"\x60\0")), Entry(3)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal"


def read(path):
    opened = FileJournal(path, Entry)
    try:
        return opened.read()
    finally:
        opened.close()


def write(path, entries):
    opened = FileJournal(path, Entry)
    opened.commit(entries)
    opened.close()


def test_what_was_committed_comes_back_in_order(path):
    write(path, ENTRIES[:2])
    write(path, ENTRIES[2:])
    assert read(path) == ENTRIES


def test_a_new_journal_is_empty_and_its_owner_s_alone(path):
    assert read(path) == []
    assert is_owners_alone(path)


@given(st.integers(0, 200))
def test_whatever_the_crash_leaves_of_the_last_commit_is_a_beginning(tmp_path_factory, left):
    path = tmp_path_factory.mktemp("crash") / "journal"
    write(path, ENTRIES)
    path.write_bytes(path.read_bytes()[:left])
    found = read(path)
    assert found == ENTRIES[: len(found)]
    write(path, [Entry(9)])
    assert read(path) == [*found, Entry(9)]


def test_an_unfinished_line_is_cut_even_if_nobody_reads(path):
    write(path, ENTRIES)
    path.write_bytes(path.read_bytes()[:-3])
    write(path, [Entry(9)])
    assert read(path) == [*ENTRIES[:2], Entry(9)]


@pytest.mark.parametrize("line", [b'{"number": "4929000000000000"}', b"\xff\xfe", b"{}", b""])
def test_a_damaged_line_is_named_but_never_quoted(path, line):
    write(path, ENTRIES[:1])
    with path.open("ab") as file:
        file.write(line + b"\n")
    write(path, ENTRIES[2:])
    with pytest.raises(Error, match="line 2 is damaged") as caught:
        read(path)
    assert "4929" not in repr(caught.value)


def test_a_file_that_is_no_journal_is_left_alone(path, monkeypatch):
    monkeypatch.setattr(journal, "LINE_SIZE_MAX", 10)
    path.write_bytes(b"x" * 11)
    with pytest.raises(Error, match="not a journal"):
        FileJournal(path, Entry)
    assert path.read_bytes() == b"x" * 11


def test_a_second_process_refuses_to_start(path):
    first = FileJournal(path, Entry)
    with pytest.raises(Error, match="is the program running already"):
        FileJournal(path, Entry)
    first.close()
    FileJournal(path, Entry).close()


def test_every_commit_is_synced_once_and_before_it_returns(path, monkeypatch):
    opened = FileJournal(path, Entry)
    synced = []
    monkeypatch.setattr(journal, "sync_file", lambda file: synced.append(path.read_bytes()))
    opened.commit(ENTRIES)
    assert [found.count(b"\n") for found in synced] == [3]
    opened.close()


def test_a_full_disk_is_not_hidden(path, monkeypatch):
    opened = FileJournal(path, Entry)

    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "sync_file", full)
    with pytest.raises(OSError, match="No space"):
        opened.commit(ENTRIES)
    opened.close()
