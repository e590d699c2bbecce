"""What is new in the folder of a bank's files is taken, and a folder as it was costs nothing."""

import errno
import os

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.bank import inbox as inboxes
from cardswitch.switch.operate.bank import take as taking
from cardswitch.switch.operate.bank.inbox import Inbox
from cardswitch.switch.operate.bank.take import take_new
from cardswitch.switch.operate.settle import settling
from tests.kit.banking import CAME_BACK, answers, closed
from tests.kit.statements import camt053


@pytest.fixture
def answered(lab):
    """The bank has answered an order, into the folder of answers."""
    lab.settlement = replace(lab.settlement, answers=str(lab.folder / "bank"))
    closed(lab)
    answers(lab)
    return lab


def states(found):
    return [each.state for each in found]


def test_each_file_is_taken_once(answered, monkeypatch):
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    assert states(inbox.take(*ask)) == ["taken", "taken"]
    with monkeypatch.context() as patched:
        patched.setattr(inboxes, "settling", lambda *_: pytest.fail("looked again"))
        assert inbox.take(*ask) == []
    (answered.folder / "bank" / "note.xml").write_bytes(b"<a/>")
    assert states(inbox.take(*ask)) == ["refused"]
    assert states(Inbox(answered.settlement.answers).take(*ask)) == ["refused"]


def test_what_is_refused_or_was_taken_before_is_looked_at_once(answered, monkeypatch):
    monkeypatch.setattr("cardswitch.switch.operate.bank.take.AT_ONCE", 2)
    folder = answered.folder / "bank"
    statement = (folder / "statement-000001-EUR.xml").read_bytes()
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    for name in ("a.xml", "b.xml", "c.xml"):
        (folder / name).write_bytes(b"<a/>")
    found = [states(inbox.take(*ask)) for _ in range(4)]
    assert found == [["refused"] * 2, ["refused", "taken"], ["taken"], []]
    for name in ("d.xml", "e.xml"):
        (folder / name).write_bytes(statement)
    found = [states(inbox.take(*ask)) for _ in range(3)]
    assert found == [["taken before"] * 2, [], []]
    (folder / "a.xml").unlink()
    assert [inbox.take(*ask) for _ in range(2)] == [[], []]
    with monkeypatch.context() as patched:
        patched.setattr(inboxes, "settling", lambda *_: pytest.fail("looked again"))
        assert inbox.take(*ask) == []


def test_a_file_that_was_refused_while_it_grew_is_looked_at_again(answered):
    folder = answered.folder / "bank"
    whole = (folder / "statement-000001-EUR.xml").read_bytes()
    for name in ("statement-000001-EUR.xml", "status-000001.xml"):
        (folder / name).unlink()
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    with (folder / "statement.xml").open("wb") as upload:
        upload.write(whole[:500])
        upload.flush()
        assert [states(inbox.take(*ask)) for _ in range(2)] == [["refused"], []]
        upload.write(whole[500:])
    assert [states(inbox.take(*ask)) for _ in range(2)] == [["taken"], []]


def test_a_file_of_a_name_that_was_taken_before_is_another_file(answered):
    folder = answered.folder / "bank"
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    assert states(inbox.take(*ask)) == ["taken", "taken"]
    (folder / "statement-000001-EUR.xml").write_bytes(camt053([CAME_BACK], name="M9"))
    [found] = inbox.take(*ask)
    assert [each.outcome for each in found.matched] == ["returned"]
    later = camt053([], name="M10")
    (folder / "statement-000001-EUR.xml").write_bytes(later)
    assert states(Inbox(answered.settlement.answers).take(*ask)) == ["taken"]
    assert Inbox(answered.settlement.answers).take(*ask) == []


def test_a_file_that_was_not_touched_since_it_was_taken_is_not_read_again(answered, monkeypatch):
    ask = (answered.switch, answered.settlement, answered.record)
    with settling(*ask) as opened:
        assert states(take_new(opened, {})) == ["taken", "taken"]
    monkeypatch.setattr(taking, "read_at_most", lambda *_: pytest.fail("read again"))
    with settling(*ask) as opened:
        assert list(take_new(opened, {})) == []


def test_names_end_in_small_letters_or_in_capitals(answered):
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    (answered.folder / "bank" / "BACK.XML").write_bytes(camt053([CAME_BACK], name="M9"))
    assert states(inbox.take(*ask)) == ["taken"] * 3


def test_a_name_that_the_books_keep_in_part_hides_no_other_file(answered):
    folder = answered.folder / "bank"
    long = "a" * 100
    (folder / "status-000001.xml").rename(folder / f"{long}1.xml")
    (folder / "statement-000001-EUR.xml").rename(folder / f"{long}2.xml")
    ask = (answered.switch, answered.settlement, answered.record)
    with settling(*ask) as opened:
        assert states(take_new(opened, {})) == ["taken", "taken"]
        assert list(take_new(opened, {})) == []


def test_more_than_can_be_taken_at_once_is_taken_next_time(answered, monkeypatch):
    monkeypatch.setattr("cardswitch.switch.operate.bank.take.AT_ONCE", 1)
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    assert [len(inbox.take(*ask)) for _ in range(4)] == [1, 1, 0, 0]


@pytest.mark.timeout(60)
@pytest.mark.skipif(os.name != "posix", reason="pipes and links")
def test_what_is_no_file_stands_in_the_way_of_none(answered):
    folder = answered.folder / "bank"
    (folder / "a.xml").mkdir()
    os.mkfifo(folder / "b.xml")
    (folder / "c.xml").symlink_to("c.xml")
    (folder / "d.xml").symlink_to("gone")
    ask = (answered.switch, answered.settlement, answered.record)
    assert states(Inbox(answered.settlement.answers).take(*ask)) == ["taken", "taken"]


def test_what_cannot_be_read_is_refused_and_the_others_are_taken(answered, monkeypatch):
    read = taking.read_at_most

    def kept_from_us(path, size_max):
        if path.name == "a.xml":
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path, size_max)

    path = answered.folder / "bank" / "a.xml"
    path.write_bytes(b"<a/>")
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    with monkeypatch.context() as patched:
        patched.setattr(taking, "read_at_most", kept_from_us)
        found = inbox.take(*ask)
    assert states(found) == ["refused", "taken", "taken"]
    assert found[0].faults == ("cannot be read: Permission denied",)
    assert inbox.take(*ask) == []
    path.chmod(0o600)
    assert states(inbox.take(*ask)) == ["refused"]
    assert inbox.take(*ask) == []


def test_of_what_is_too_large_no_more_is_read_than_shows_it(answered, monkeypatch):
    with (answered.folder / "bank" / "a.xml").open("wb") as file:
        file.truncate(1 << 40)  # bytes, of which none is on the disk
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    found = inbox.take(*ask)
    assert states(found) == ["refused", "taken", "taken"]
    assert "bytes of a bank's file" in found[0].faults[0]


def test_no_folder_yet(lab):
    ask = (lab.switch, lab.settlement, lab.record)
    assert Inbox("").take(*ask) == Inbox(str(lab.folder / "none")).take(*ask) == []
    with settling(*ask) as opened, pytest.raises(Error, match="names no folder: give the files"):
        list(take_new(opened, {}))
