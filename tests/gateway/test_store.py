"""The journal: written by one, read by others, and lists that cost the same however long it is."""

import pytest
from sqlalchemy import create_engine, text

from cardswitch.gateway.core.calls import Resolve
from cardswitch.gateway.core.entries import Created, KeyTaken
from cardswitch.gateway.core.row import INTENT, KEY, Rows
from cardswitch.gateway.store import GatewayReader, open_journal
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Question
from tests.kit.events import journal_at
from tests.kit.gateway import REF, call, order, played
from tests.kit.play import after, answered


def made(merchant="SHOP"):
    return Created(at=1.0, merchant=merchant, secret="s", amount=1, currency="eur")


@pytest.fixture
def url(tmp_path):
    """A journal with ten intents of each of two merchants, and a key before each."""
    url = f"sqlite:///{tmp_path}/gateway.db"
    journal, rows = open_journal(url), Rows()
    written = []
    for number in range(10):
        for merchant in ("SHOP", "KIOSK"):
            written.append(rows.begin(KeyTaken(at=1.0, digest="d", intent="r"), f"k{number}"))
            written.append(rows.begin(made(merchant), f"{merchant}{number}"))
    journal.commit(written)
    journal.close()
    return url


def test_a_page_is_of_one_merchant_newest_first(url):
    reader = GatewayReader(url)
    first = reader.intents("SHOP", 4)
    assert [each.ref for each in first] == ["SHOP9", "SHOP8", "SHOP7", "SHOP6"]
    more = reader.intents("SHOP", 100, before=first[-1].leg)
    assert [each.ref for each in more] == [f"SHOP{n}" for n in (5, 4, 3, 2, 1, 0)]
    assert reader.intents("NONE", 4) == []


def test_a_page_is_found_by_an_index(url, tmp_path):
    query = "SELECT leg FROM gateway_journal WHERE owner = 'S' AND owner != '' ORDER BY leg DESC"
    engine = create_engine(url)
    with engine.connect() as connection:
        [plan] = connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).fetchall()
    engine.dispose()
    assert "gateway_journal_owner" in plan[3]
    assert "SCAN" not in plan[3]


def test_legs_are_found_by_their_names_and_a_second_gateway_is_refused(url):
    journal = open_journal(url)
    try:
        [found] = journal.look_up([Question(identities=((INTENT, "SHOP3"), (KEY, "k5")))])
        assert [row.identity for row in found] == ["SHOP3", "k5", "k5"]
        with pytest.raises(Error, match="in use"):
            open_journal(url)
    finally:
        journal.close()


def test_exceptions_are_found_by_an_index_until_they_are_resolved(tmp_path):
    play = (played() >> order()).skip()
    play = (play >> after(4.0)).skip() >> answered("switch", "64")
    reader = GatewayReader(journal_at(tmp_path, play.skip().entries))
    [(found, exchange)] = reader.exceptions("SHOP0001")
    assert (found.ref, exchange.number) == (REF, 1)
    assert reader.exceptions("KIOSK") == []
    with reader._reader.connection() as connection:
        query = "SELECT leg FROM gateway_journal WHERE state IN ('Refused', 'Spent')"
        [plan] = connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).fetchall()
    assert "gateway_journal_exceptions" in plan[3]
    deed = Resolve(number=1, outcome="reversed", because="b", who="w")
    play = (play >> call(deed)).skip()
    folder = tmp_path / "then"
    folder.mkdir()
    assert GatewayReader(journal_at(folder, play.entries)).exceptions() == []
