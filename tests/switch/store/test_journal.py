"""The journal comes back as it was written, is read while it is, and no secret reaches the disk."""

import os
import subprocess
import sys
import threading
from collections import Counter

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import NEVER_STORED
from cardswitch.switch.core.states import FOLLOWS, State
from cardswitch.switch.store.journal import UNFINISHED, JournalReader, SqlStore
from cardswitch.wire.store.database import Missing
from tests.kit.histories import APPROVED, ENDINGS, LATER, NOON, GlassVault, History

PAN, TRACK = "9999990000000011", "9999990000000011D29122010000012345678"
SECRETS = {35: TRACK, 48: "9203987", 52: "A1B2C3D4E5F60718", 14: "2912"}


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/switch.db"


@pytest.fixture
def store(url):
    opened = SqlStore(url, GlassVault())
    yield opened
    opened.close()


def stored(entry):
    """*entry* as far as it may come back."""
    return replace(entry, message=entry.message.without(14, 34, *NEVER_STORED))


# Journal ------------------------------------------------------------------------------------------


def test_entries_come_back_in_their_order(store, url):
    history = History()
    for ending in ENDINGS.values():
        history.sale(states=ending, pan=PAN, fields=SECRETS)
    entries = history.entries()
    for start in range(0, len(entries), 4):
        store.commit(entries[start : start + 4])
    store.commit([])
    store.close()
    again = SqlStore(url, GlassVault())
    assert list(again.load()) == [stored(entry) for entry in entries]
    again.close()


def test_a_commit_is_whole_or_nothing(store):
    history = History()
    history.sale()
    first, second, third = history.entries()
    store.commit([first])
    with pytest.raises(Error, match="cannot be written") as caught:
        store.commit([second, first])
    assert "TERM0001" not in str(caught.value)
    store.commit([second, third])
    assert list(store.load()) == [first, second, third]


def test_committed_from_another_thread_while_somebody_reads(store):
    history = History()
    for _ in range(500):
        history.sale()
    entries = history.entries()
    store.commit(entries[:1000])
    reading = store.load()
    seen = [next(reading)]
    writer = threading.Thread(target=lambda: store.commit(entries[1000:]))
    writer.start()
    writer.join()
    seen += reading
    assert seen == entries[:1000]  # A reader sees what was there when it began.
    assert list(store.load()) == entries


def test_a_full_disk_is_said_and_survived(store):
    history = History()
    for _ in range(200):
        history.sale()
    entries = history.entries()
    writer = store._database.writer
    pages = writer.exec_driver_sql("PRAGMA page_count").scalar()
    writer.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
    writer.commit()
    with pytest.raises(Error, match="database or disk is full"):
        store.commit(entries)
    writer.exec_driver_sql("PRAGMA max_page_count=100000")
    writer.commit()
    assert list(store.load()) == []
    store.commit(entries)
    assert list(store.load()) == entries


def packed(text, shift=False):
    text = f"0{text}" if shift else text
    return bytes.fromhex(text + "0" * (len(text) % 2))


def test_no_secret_is_in_the_bytes_on_the_disk(store, tmp_path):
    history = History()
    # Not a sealed PAN: the vault of this test leaves the digits readable, so it is given none.
    for ending in ENDINGS.values():
        history.sale(states=ending, fields=SECRETS)
    history.sale(pan="4123456789012349", fields=SECRETS)
    store.commit(history.entries())
    files = {path.suffix: path.read_bytes() for path in tmp_path.iterdir()}
    assert {".db", ".db-wal", ".db-shm"} <= set(files)
    raw = b"".join(files.values())
    assert b"TERM0001" in raw  # The scan does look where the rows are.
    assert b"412345******2349" in raw
    secrets = [PAN, "4123456789012349", TRACK, TRACK[17:], SECRETS[48], SECRETS[52], "03987"]
    for secret in secrets:
        for form in (secret.encode(), secret.lower().encode(), secret.encode().hex().encode()):
            assert form not in raw, f"{secret[:2]}… in text"
            assert form.upper() not in raw, f"{secret[:2]}… in text"
    for digits in (PAN, "4123456789012349", TRACK, SECRETS[52]):
        # The middle: both halves of every byte, whichever nibble the field begins at.
        for shift in (False, True):
            assert packed(digits, shift)[1:-1] not in raw, f"{digits[:2]}… packed"


# Recovery -----------------------------------------------------------------------------------------


def legs_of(entries):
    return Counter(entry.leg for entry in entries)


def test_recent_are_the_legs_after_an_instant_the_unfinished_and_the_last_numbers(store):
    history = History()
    finished = [history.sale(at=NOON - 100 + n) for n in range(5)]
    unfinished = [
        history.sale(at=NOON - 200, states=states)
        for states in (
            (State.RECEIVED,),
            (State.RECEIVED, State.FORWARDED),
            (State.RECEIVED, State.FORWARDED, State.REVERSING),
            (State.RECEIVED, State.FORWARDED, State.APPROVED, State.REVERSING),
        )
    ]
    spanning = history.sale(at=NOON - 0.15)
    recent = history.sale(at=NOON)
    store.commit(history.entries())
    found = list(store.load_recent(NOON))
    assert [entry.sequence for entry in found] == sorted(entry.sequence for entry in found)
    expected = {*unfinished, spanning, recent}
    assert legs_of(found) == Counter(e.leg for e in history.entries() if e.leg in expected)
    assert not expected & set(finished)


def test_when_nothing_is_recent_the_last_numbers_still_come_back(store):
    history = History()
    history.sale()
    forwarded_last = history.sale(at=NOON + 1)
    sequence_last = history.sale(at=NOON + 2, states=ENDINGS["refused"])
    store.commit(history.entries())
    found = list(store.load_recent(LATER))
    assert set(legs_of(found)) == {forwarded_last, sequence_last}
    assert found[-1].sequence == len(history.entries())


def test_the_last_leg_comes_back_though_an_older_one_had_the_last_word(store):
    history = History()
    reversed_late = history.sale(at=NOON)
    last = history.sale(at=NOON + 1, states=ENDINGS["refused"])
    history.reverse(reversed_late, NOON + 60)
    store.commit(history.entries())
    assert set(legs_of(store.load_recent(LATER))) == {reversed_late, last}


def test_each_upstream_has_its_own_last_number(store):
    history = History()
    legs = [history.sale(at=NOON + n) for n in range(4)]
    links = {leg: ("acquirer", "issuer")[n % 2] for n, leg in enumerate(legs)}
    entries = [
        replace(entry, upstream=links[entry.leg] if entry.upstream else "")
        for entry in history.entries()
    ]
    store.commit(entries)
    assert set(legs_of(store.load_recent(LATER))) == set(legs[2:])


def test_an_empty_journal_has_nothing_to_recover(store):
    assert list(store.load_recent(0.0)) == []


def test_the_unfinished_are_those_that_the_table_of_states_lets_go_on(store):
    history = History()
    paths = [(State.RECEIVED,), (State.RECEIVED, State.FORWARDED), *ENDINGS.values()]
    legs = {history.sale(states=path): path[-1] for path in paths}
    history.sale(at=NOON + 9)  # holds the last numbers
    store.commit(history.entries())
    found = set(legs_of(store.load_recent(NOON + 9)))
    # What was approved may be reversed, but nobody waits for that.
    expected = {n for n, state in legs.items() if FOLLOWS[state] and state is not State.APPROVED}
    assert found & set(legs) == expected


# Reading beside the switch ------------------------------------------------------------------------

COUNT = """
import sys
from cardswitch.switch.store.journal import JournalReader
from tests.kit.histories import GlassVault
print(sum(1 for _ in JournalReader(sys.argv[1], GlassVault()).load()))
"""


def test_read_by_another_process_while_the_switch_holds_it(store, url):
    history = History()
    history.sale()
    for entry in history.entries():
        store.commit([entry])
        command = [sys.executable, "-c", COUNT, url]
        counted = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        assert int(counted.stdout) == entry.sequence


def test_a_reader_sees_what_is_committed_later_and_does_not_hold_the_writer_up(store, url):
    history = History()
    for _ in range(700):
        history.sale()
    entries = history.entries()
    store.commit(entries[:1500])
    reader = JournalReader(url, GlassVault())
    reading = reader.load()
    seen = [next(reading)]
    store.commit(entries[1500:])
    assert [*seen, *reading] == entries[:1500]
    assert list(reader.load()) == entries


def test_a_reader_cannot_write(store, url):
    reader = JournalReader(url, GlassVault())
    with reader._engine.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("CREATE TABLE mine (x)")


def test_a_reader_comes_too_early(url, tmp_path):
    with pytest.raises(Missing, match="there is no journal yet: start the switch once"):
        JournalReader(url, GlassVault())
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "switch.db").touch()  # The switch is just about to make its tables.
    with pytest.raises(Missing):
        JournalReader(url, GlassVault())


def test_after_the_switch_has_ended_the_journal_can_be_read_and_is_the_same(store, url, tmp_path):
    history = History()
    history.sale()
    store.commit(history.entries())
    store.close()
    before = (tmp_path / "switch.db").read_bytes()
    assert list(JournalReader(url, GlassVault()).load()) == history.entries()
    assert (tmp_path / "switch.db").read_bytes() == before
    SqlStore(url, GlassVault()).close()


@pytest.mark.skipif(os.name != "posix", reason="only there the name may hold a question mark")
def test_a_path_is_a_path_whatever_is_in_it(tmp_path):
    url = f"sqlite:///{tmp_path}/100%25 a#b.db"
    store = SqlStore(url, GlassVault())
    assert list(JournalReader(url, GlassVault()).load()) == []
    store.close()


def test_the_first_between_two_instants_is_one_that_belongs_there(store):
    history = History()
    accepted = history.sale(at=NOON)
    history.reverse(accepted, NOON + 50)
    store.commit(history.entries())
    assert store.first_between(0, NOON) is None
    assert store.first_between(NOON, LATER) == NOON
    # What is only answered there was accepted before: it belongs to the day before.
    assert store.first_between(NOON + 0.05, NOON + 1) is None
    assert store.first_between(NOON + 0.05, LATER) == NOON + 50
    assert store.first_between(NOON + 0.05, NOON + 50) is None


# Lines for people ---------------------------------------------------------------------------------


def test_the_newest_legs_come_first_each_as_it_stands(store):
    history = History()
    legs = [history.sale(at=NOON + n, states=path) for n, path in enumerate(ENDINGS.values())]
    store.commit(history.entries())
    lines = store.newest(100)
    ends = [path[-1].value for path in ENDINGS.values()]
    assert [(line.leg, line.state) for line in lines] == [*zip(legs, ends, strict=True)][::-1]
    assert store.newest(2) == lines[:2]


@pytest.mark.parametrize("states", [UNFINISHED, {State.EXCEPTION}, {State.APPROVED}])
def test_only_the_legs_that_stand_at_what_was_asked_for(store, states):
    history = History()
    paths = [*ENDINGS.values(), APPROVED[:1], APPROVED[:2], (*APPROVED, State.REVERSING)]
    expected = [leg for path in paths if (leg := history.sale(states=path)) and path[-1] in states]
    store.commit(history.entries())
    assert [line.leg for line in store.newest(100, states)] == expected[::-1]


def test_a_line_holds_what_was_last_said_and_no_card_number(store):
    history = History()
    history.sale(1250, pan=PAN, fields={39: "00"})
    first, *others, last = history.entries()
    bare = replace(last, message=last.message.without(2, 41, 42))
    store.commit([first, *others, bare])
    [line] = store.newest(1)
    assert (line.card, line.terminal, line.merchant) == ("999999******0011", "TERM0001", "SHOP")
    assert (line.amount, line.currency, line.code, line.at) == (1250, "978", "00", last.at)
    assert PAN not in str(line)
