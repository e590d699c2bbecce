"""The journal of the switch on disk: what the core writes comes back, and no secret is there."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.store.journal import open_journal
from cardswitch.switch.store.reader import JournalReader
from cardswitch.wire.ports import Question, Received
from tests.kit.play import Playbook, answered
from tests.kit.switch import HSM, POS, REVERSAL, SALE, linked, opened, started
from tests.kit.switch import GlassVault as Readable

PAN, TRACK = SALE[2], f"{SALE[2]}D30122011397876000012"
SECRETS = {35: TRACK.replace("D", "="), 48: "9203987", 55: "5A089999990000000014", 14: "2912"}


class OpaqueVault(Readable):
    """Keeps the sealed numbers to itself, so that a scan finds no digits that belong there."""

    def __init__(self) -> None:
        self.numbers: list[str] = []

    def seal(self, pan: str) -> str:
        self.numbers.append(pan)
        return f"sealed:{len(self.numbers) - 1}"

    def open(self, sealed: str) -> str:
        return self.numbers[int(sealed.removeprefix("sealed:"))]

    def fingerprint(self, pan: str) -> str:
        return "print"


@pytest.fixture
def store(url):
    made = open_journal(url)
    yield made
    made.close()


def played() -> Playbook:
    """A sale with a PIN that is approved and then undone in part; another is under way."""
    play = opened()
    play.machine.memory.vault = OpaqueVault()
    sale = SALE.with_fields(SECRETS)
    play >> Received(POS, sale)
    (play.skip() >> answered(HSM, "00", {"block": "FEDCBA9876543210"})).skip()
    (play >> answered("acquirer", "00", {**SECRETS, 38: "A1B2C3"})).skip()
    part = REVERSAL.with_fields({2: PAN, 95: "000000000600" + "0" * 30})
    (play >> Received(POS, part)).skip()
    (play >> answered("acquirer", "00", SECRETS)).skip()
    (play >> Received(POS, sale.with_fields({11: "000050"}))).skip()
    (play >> answered(HSM, "00", {"block": "FEDCBA9876543210"})).skip()
    return play


def test_rows_of_the_core_come_back_as_they_were(store, url):
    rows = played().entries
    store.commit(rows)
    assert list(store.rows()) == rows
    assert list(JournalReader(url).rows()) == rows


def test_the_store_finds_what_the_core_asks_for(store):
    rows = played().entries
    store.commit(rows)
    [first] = [row for row in rows if row.leg == 1 and row.identity]
    question = Question(identities=((first.sent_on, first.identity),))
    assert store.look_up([question]) == [[row for row in rows if row.leg == 1]]


def test_a_start_finishes_what_the_store_holds(store):
    play = played()
    store.commit(play.entries)
    again = linked(started(rows=store.rows(), now=play.now + 1.0).skip())
    assert again.machine.memory.owed == 1


def test_there_is_one_switch_at_a_time(store, url):
    with pytest.raises(Error, match="in use: stop the other switch"):
        open_journal(url)


def packed(text, shift=False):
    text = f"0{text}" if shift else text
    return bytes.fromhex(text + "0" * (len(text) % 2))


def test_no_secret_is_in_the_bytes_on_the_disk(tmp_path):
    store = open_journal(f"sqlite:///{tmp_path}/switch.db")
    store.commit(played().entries)
    files = {path.suffix: path.read_bytes() for path in tmp_path.iterdir()}
    assert {".db", ".db-wal", ".db-shm"} <= set(files)
    raw = b"".join(files.values())
    assert b"TERM0001" in raw  # The scan does look where the rows are.
    assert b"999999******0014" in raw
    blocks = [SALE[52], "FEDCBA9876543210"]
    for secret in [PAN, TRACK, TRACK[17:], SECRETS[35], SECRETS[48], SECRETS[55], *blocks]:
        for form in (secret.encode(), secret.lower().encode(), secret.encode().hex().encode()):
            assert form not in raw, f"{secret[:2]}… in text"
            assert form.upper() not in raw, f"{secret[:2]}… in text"
    for digits in (PAN, TRACK, *blocks):
        # The middle: both halves of every byte, whichever nibble the field begins at.
        for shift in (False, True):
            assert packed(digits, shift)[1:-1] not in raw, f"{digits[:2]}… packed"
    store.close()
