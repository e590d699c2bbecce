"""The journal: written by one, read by others, and lists that cost the same however long it is."""

import pytest
from sqlalchemy import create_engine, text

from cardswitch.gateway import store
from cardswitch.gateway.core.calls import Resolve
from cardswitch.gateway.core.entries import Created, Details, KeyTaken, Terms, Updated
from cardswitch.gateway.core.row import INTENT, KEY, Legs, Rows
from cardswitch.gateway.store import GatewayReader, Wanted, open_journal
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Question
from tests.kit.events import journal_at
from tests.kit.gateway import REF, call, order, played
from tests.kit.play import after, answered


def made(merchant="SHOP", at=1.0, customer=None):
    return Created(
        at=at, merchant=merchant, secret="s", amount=1, currency="eur", customer=customer
    )


@pytest.fixture
def url(tmp_path):
    """A journal with ten intents of each of two merchants, and a key before each."""
    return filled(f"sqlite:///{tmp_path}/gateway.db")


def filled(url):
    journal, rows = open_journal(url), Rows()
    written = []
    for number in range(10):
        for merchant in ("SHOP", "KIOSK"):
            written.append(rows.begin(KeyTaken(at=number, digest="d", intent="r"), f"k{number}"))
            written.append(rows.begin(made(merchant, number), f"{merchant}{number}"))
    journal.commit(written)
    journal.close()
    return url


def wanted(size=4, **more):
    return Wanted(merchant="SHOP", kinds=(INTENT,), size=size, **more)


def names(rows):
    return [row.identity for row in rows]


def test_a_page_is_of_one_merchant_newest_first(url):
    reader = GatewayReader(url)
    first = reader.page(wanted())
    assert names(first) == ["SHOP9", "SHOP8", "SHOP7", "SHOP6"]
    more = reader.page(wanted(100, below=first[-1].sequence))
    assert names(more) == [f"SHOP{n}" for n in (5, 4, 3, 2, 1, 0)]
    assert names(reader.page(wanted(2, above=first[-1].sequence))) == ["SHOP8", "SHOP7"]
    nobody = Wanted(merchant="NONE", kinds=(INTENT,), size=4)
    assert reader.page(nobody) == []
    assert reader.page(Wanted(merchant="SHOP", kinds=("charge",), size=4)) == []


def test_legs_are_read_anew_once_something_is_written_to_them_and_only_then(url, monkeypatch):
    reader, rows = GatewayReader(url), Rows()
    page = reader.page(wanted())
    first = reader.legs({row.leg for row in page})
    assert first.intents.keys() == set(names(page))
    journal = open_journal(url)
    for row in journal.rows():
        rows.seen(row)
    updated = Updated(
        at=20.0, amount=7, currency="eur", card=None, details=Details(), terms=Terms()
    )
    journal.commit([rows.follow(page[0].leg, updated)])
    journal.close()
    asked, read = [], reader.rows
    monkeypatch.setattr(reader, "rows", lambda question: asked.append(question) or read(question))
    again = reader.legs({row.leg for row in page})
    assert [question.legs for question in asked] == [(page[0].leg,)]
    assert again.intents.pop("SHOP9").amount == 7
    first.intents.pop("SHOP9")
    assert all(again.intents[name] is each for name, each in first.intents.items())
    assert reader.legs(()) == reader.legs((999,)) == Legs()


def test_a_page_may_be_of_some_seconds(url):
    reader = GatewayReader(url)
    assert names(reader.page(wanted(since=8.0))) == ["SHOP9", "SHOP8"]
    assert names(reader.page(wanted(since=3.0, until=5.0))) == ["SHOP4", "SHOP3"]
    assert names(reader.page(wanted(until=0.0))) == []
    assert names(reader.page(wanted(until=99.0, size=1))) == ["SHOP9"]


def test_a_page_may_be_of_some_seconds_on_a_server_too(postgres):
    reader = GatewayReader(filled(postgres.schema_url()))
    assert names(reader.page(wanted(since=3.0, until=5.0))) == ["SHOP4", "SHOP3"]
    assert names(reader.page(wanted(since=99.0))) == []


def test_a_page_may_be_of_a_customer_who_came_later(tmp_path):
    url = f"sqlite:///{tmp_path}/gateway.db"
    journal, rows = open_journal(url), Rows()
    change = Updated(
        at=2.0, amount=1, currency="eur", card=None, details=Details(), terms=Terms(),
        customer="cus_1",
    )  # fmt: skip
    begun = [
        rows.begin(made(at=1.0, customer=of), name) for name, of in (("A", "cus_1"), ("B", None))
    ]
    journal.commit([*begun, rows.follow(begun[1].leg, change, "SHOP", "cus_1")])
    journal.close()
    found = GatewayReader(url).page(wanted(customer="cus_1"))
    assert [row.leg for row in found] == [2, 1]
    assert GatewayReader(url).page(wanted(customer="cus_2")) == []


@pytest.mark.parametrize("more", [{}, {"below": 9}, {"customer": "cus_1"}])
def test_a_page_is_found_by_an_index(url, more):
    reader = GatewayReader(url)
    query = reader.query(wanted(**more))
    engine = create_engine(url)
    with engine.connect() as connection:
        text = query.compile(engine, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    engine.dispose()
    index = "gateway_journal_customer" if more.get("customer") else "gateway_journal_owner"
    assert index in plan[0]
    assert not any("SCAN" in step or "TEMP" in step for step in plan)


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
    [(found, exchange)], more = reader.exceptions("SHOP0001")
    assert (found.ref, exchange.number, more) == (REF, 1, False)
    assert reader.intent(REF) == found
    assert reader.intent("x") is None
    assert reader.exceptions("KIOSK") == ([], False)
    with reader._reader.connection() as connection:
        query = "SELECT leg FROM gateway_journal WHERE state IN ('Refused', 'Spent')"
        [plan] = connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).fetchall()
    assert "gateway_journal_exceptions" in plan[3]
    deed = Resolve(number=1, outcome="reversed", because="b", who="w")
    play = (play >> call(deed)).skip()
    folder = tmp_path / "then"
    folder.mkdir()
    assert GatewayReader(journal_at(folder, play.entries)).exceptions() == ([], False)


@pytest.mark.parametrize("at_once", [1, 2, 3, 500])
def test_what_waits_is_found_behind_all_that_was_resolved_later(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(store, "LEGS_AT_ONCE", at_once)
    refs = [letter * 22 for letter in "abcde"]
    play = played()
    for ref in refs:
        play = ((play >> order(ref=ref)).skip() >> after(4.0)).skip() >> answered("switch", "64")
        play = play.skip()
    for ref in refs[2:4]:
        deed = Resolve(number=1, outcome="reversed", because="b", who="w")
        play = (play >> call(deed, ref)).skip()
    reader = GatewayReader(journal_at(tmp_path, play.entries))
    found, more = reader.exceptions("SHOP0001")
    assert ([intent.ref for intent, _ in found], more) == ([refs[4], refs[1], refs[0]], False)
    found, more = reader.exceptions(most=2)
    assert ([intent.ref for intent, _ in found], more) == ([refs[4], refs[1]], True)
