"""What terminals have closed, read back from a real journal: what differs is named."""

import pytest

from cardswitch.specs.transactions.totals import Totals
from cardswitch.switch.store.reader import JournalReader
from cardswitch.switch.store.reconciled import Item, reconciled
from tests.kit.batches import SOLD, close, codes, history, sold
from tests.kit.histories import JournalFile


@pytest.fixture
def journal_of(tmp_path):
    """A reader of all that a switch has written."""

    def journal_of(play):
        url = f"sqlite:///{tmp_path}/switch.db"
        file = JournalFile(url)
        file.write(play.entries)
        file.close()
        return JournalReader(url)

    return journal_of


def test_each_is_told_oldest_first(journal_of):
    found = reconciled(journal_of(history()), 10)
    assert [(one.batch, one.code, one.is_balanced, one.is_closed) for one in found] == [
        (1, "00", True, True),
        (2, "95", False, False),
        (2, "00", False, True),
    ]
    assert (found[0].here, found[0].there) == (SOLD, SOLD)
    assert found[0].items == found[1].items == ()


def test_what_differs_is_named(journal_of):
    last = reconciled(journal_of(history()), 1)[0]
    assert last.here == Totals().plus(1250).plus(1250).plus(1250)
    kinds = [(one.kind, one.here, one.there) for one in last.items]
    assert kinds == [("sale", 1250, 1300), ("sale", 0, 500), ("sale", 1250, 0)]
    assert [bool(one.original) for one in last.items] == [True, False, True]
    assert isinstance(last.items[0], Item)


def test_of_one_terminal(journal_of):
    journal = journal_of(history())
    assert len(reconciled(journal, 10, "TERM0001")) == 3
    assert reconciled(journal, 10, "TERM0002") == []


def test_what_was_refused_is_no_batch(journal_of):
    play = sold()
    assert codes(play, close(), close(stan="000021")) == ["00", "94"]
    assert [one.code for one in reconciled(journal_of(play), 10)] == ["00"]


def test_what_was_refused_takes_the_place_of_no_batch(journal_of):
    play = history()
    again = [close(stan=f"{500 + number:06d}", f7="0101010100") for number in range(21)]
    assert set(codes(play, *again)) == {"12"}
    assert [one.batch for one in reconciled(journal_of(play), 2)] == [2, 2]
