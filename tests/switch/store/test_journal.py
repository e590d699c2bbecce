"""The journal of the switch: rows come back as they were written, for one switch at a time."""

from contextlib import closing

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.core.row import Row
from cardswitch.switch.store.journal import open_journal
from cardswitch.wire.ports import Question

SALE = Row(
    sequence=1,
    leg=1,
    at=0.5,
    state="forwarded",
    business_date="2026-11-28",
    day="2026-11-28",
    source="pos",
    serves="merchants",
    link="pos/1",
    identity="pos|TERM0001|SHOP|2|000007|20261128120000",
    sent_on="2026-11-28",
)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/switch.db"


def test_a_row_comes_back_as_it_was_written(url):
    with closing(open_journal(url)) as store:
        store.commit([SALE])
    with closing(open_journal(url)) as again:
        assert list(again.rows()) == [SALE]
        assert again.look_up([Question(identities=((SALE.sent_on, SALE.identity),))]) == [[SALE]]


def test_a_second_switch_is_refused(url):
    with closing(open_journal(url)), pytest.raises(Error, match="stop the other switch"):
        open_journal(url)
