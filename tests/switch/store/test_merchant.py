"""A merchant's movements, page by page: what has moved, and nothing of others."""

import pytest

from cardswitch.switch.store.merchant import Between, movements_of
from cardswitch.switch.store.reader import JournalReader


@pytest.fixture
def told(lab):
    """The kinds and amounts of what is meant, of a shop that has sold, undone and given back."""
    history = lab.history
    history.sale(5, merchant="CAFE")
    history.sale(1250)
    history.sale(700, ending="declined")
    undone = history.sale(300)
    history.reverse(undone)
    history.sale(200, kind="refund")
    history.sale(900, ending="open")
    lab.commit()
    journal = JournalReader(lab.switch.database)

    def ask(merchant="SHOP", size=10, **about):
        return movements_of(journal, merchant, Between(size=size, **about))

    return ask


def shown(found):
    return [(each.kind, each.amount) for each in found]


def test_newest_first_with_what_was_undone(told):
    whole = [("refund", -200), ("sale-reversal", -300), ("sale", 300), ("sale", 1250)]
    assert shown(told()) == whole
    assert shown(told("CAFE")) == [("sale", 5)]
    assert told("NOBODY") == []
    assert all(each.rrn and each.channel == "pos" and each.currency == "978" for each in told())


def test_pages_lie_between_rows_and_times(told):
    newest, undone, sold, first = told()
    assert told(size=2) == [newest, undone]
    assert told(until=undone.sequence - 1) == [sold, first]
    assert told(until=undone.sequence, size=1) == [undone]
    assert told(above=first.sequence, size=2) == [undone, sold]
    assert told(above=0) == told()
    assert told(since=undone.at, before=newest.at) == [
        each for each in (undone, sold, first) if undone.at <= each.at < newest.at
    ]


def test_all_that_have_one_of_some_references(told):
    newest, undone, sold, first = told()
    assert undone.rrn == sold.rrn
    assert told(size=None, rrns=(sold.rrn, first.rrn)) == [undone, sold, first]
    assert told("CAFE", size=None, rrns=(newest.rrn,)) == told(rrns=()) == told(rrns=("",)) == []
