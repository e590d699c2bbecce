"""What is new in the folder of a bank's files is taken, and a folder as it was costs nothing."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.bank import inbox as inboxes
from cardswitch.switch.operate.bank.inbox import Inbox
from cardswitch.switch.operate.bank.take import new_files
from cardswitch.switch.operate.settle import settling
from tests.kit.banking import answers, closed


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


def test_more_than_can_be_taken_at_once_is_taken_next_time(answered, monkeypatch):
    monkeypatch.setattr("cardswitch.switch.operate.bank.take.AT_ONCE", 1)
    monkeypatch.setattr(inboxes, "AT_ONCE", 1)
    inbox = Inbox(answered.settlement.answers)
    ask = (answered.switch, answered.settlement, answered.record)
    assert [len(inbox.take(*ask)) for _ in range(4)] == [1, 1, 0, 0]


def test_no_folder_yet(lab):
    ask = (lab.switch, lab.settlement, lab.record)
    assert Inbox("").take(*ask) == Inbox(str(lab.folder / "none")).take(*ask) == []
    with settling(*ask) as opened, pytest.raises(Error, match="names no folder: give the files"):
        new_files(opened)
