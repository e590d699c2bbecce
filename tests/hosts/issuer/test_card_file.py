"""A file of many cards: made row by row, looked up by number, useless without the key."""

import sqlite3
import tracemalloc

import pytest

from cardswitch.hosts.issuer import card_file
from cardswitch.hosts.issuer.card_file import CardFile, make_card_file
from cardswitch.hosts.issuer.config import AccountConfig
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.security.vault import AesVault
from cardswitch.specs.transactions.absent import CardAddress
from tests.kit.files import is_owners_alone
from tests.kit.hosts import PANS, issuer, outcome, purchase

VAULT = AesVault(bytes(range(32)))
PAN, OTHER = "4000000000000002", "4242424242424242"
CSV = f"""id,pan,expiry,account,balance,currency,status,cvv2,postal,street
many-1,{PAN},3012,,5000,978,,any,10115,12
many-2,{OTHER},any,shared,700,392,lost,none,,
many-3,5555555555554444,3012,shared,,,,any,,
"""


def made(tmp_path, text=CSV, vault=VAULT):
    path = tmp_path / "more.cards"
    make_card_file(text.splitlines(keepends=True), "cards.csv", path, vault.fingerprint)
    return path


def test_what_was_written_is_found(tmp_path):
    file = CardFile(made(tmp_path), VAULT.fingerprint)
    card = file.card(PAN)
    assert (card.id, card.pan, card.account, card.expiry) == ("many-1", PAN, "many-1", "3012")
    assert (card.cvv2, card.address) == ("any", CardAddress("10115", "12"))
    assert file.account("many-1") == AccountConfig("many-1", 5_000)
    assert (file.card(OTHER).status, file.account("shared")) == (
        "lost",
        AccountConfig("shared", 700, "392"),
    )
    assert file.card("5555555555554444").account == "shared"
    assert (file.card("9999990000000014"), file.account("nobody")) == (None, None)
    assert (file.cards, file.accounts) == (3, 2)
    file.close()


def test_no_number_is_in_it(tmp_path):
    content = made(tmp_path).read_bytes()
    assert b"many-1" in content
    for pan in (PAN, OTHER, "5555555555554444"):
        assert pan.encode() not in content


def test_its_owner_alone_may_read_it(tmp_path):
    assert is_owners_alone(made(tmp_path))


def test_another_key_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="another key than that of the issuer's vault"):
        CardFile(made(tmp_path), AesVault(bytes(32)).fingerprint)


@pytest.mark.parametrize("content", [b"", b"no such file", b"SQLite format 3\0" + b"\0" * 84])
def test_what_is_no_card_file(tmp_path, content):
    path = tmp_path / "more.cards"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"more\.cards: this is no card file"):
        CardFile(path, VAULT.fingerprint)
    with pytest.raises(ConfigError, match="there is no such file"):
        CardFile(tmp_path / "none.cards", VAULT.fingerprint)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x,4000000000000003,3012,,,,,,,", "line 5: pan: expected a card number, its last digit"),
        ("x,4000,3012,,,,,,,", "line 5: pan: "),
        ("x,4111111111111111,3013,,,,,,,", "line 5: expiry: "),
        ("x,4111111111111111,3012,,1.5,,,,,", "line 5: balance: expected minor units"),
        ("x,4111111111111111,3012,,,999x,,,,", "line 5: currency: "),
        ("x,4111111111111111,3012,,,,gone,,,", "line 5: status: "),
        ("x,4111111111111111,3012,,,,,,1234567890,", "line 5: .*a postal code of at most 9"),
        (",4111111111111111,3012,,,,,,,", "line 5: "),
        ("x,4111111111111111,3012", "line 5: expected as many values as there are columns"),
        ("x,4111111111111111,3012,,,,,,,,,", "line 5: expected as many values"),
        ("many-1,4111111111111111,3012,,,,,,,", "line 5: id: the same as of a card above"),
        (f"x,{PAN},3012,,,,,,,", "line 5: pan: the same as of a card above"),
        ("x,4111111111111111,3012,shared,1,,,,,", "line 5: account: shared has another balance"),
    ],
)
def test_what_is_wrong_is_located_and_leaves_the_file_as_it_was(tmp_path, line, expected):
    path = made(tmp_path)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=f"cards.csv, {expected}") as caught:
        made(tmp_path, f"{CSV}{line}\n")
    assert "4111111111111111" not in str(caught.value)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["more.cards"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("id,pan,expiry,cvc", "line 1: 'cvc': expected columns of id, pan"),
        ("id,expiry", "line 1: the column pan is missing"),
        ("", "line 1: the column id is missing"),
    ],
)
def test_the_columns_are_named(tmp_path, head, expected):
    with pytest.raises(ConfigError, match=expected):
        made(tmp_path, f"{head}\n")


def test_there_is_a_most(tmp_path, monkeypatch):
    monkeypatch.setattr(card_file, "CARDS_MAX", 2)
    with pytest.raises(ConfigError, match="line 4: at most 2 cards"):
        made(tmp_path)


def luhn(number: int) -> str:
    bare = f"4{number:014d}"
    digits = [int(d) * (2 - n % 2) for n, d in enumerate(bare)]
    return f"{bare}{-sum(d - 9 * (d > 9) for d in digits) % 10}"


def test_the_memory_of_making_it_does_not_grow_with_it(tmp_path):
    def peak(count):
        lines = (f"c{n},{luhn(n)},3012\n" if n else "id,pan,expiry\n" for n in range(count))
        tracemalloc.start()
        make_card_file(lines, "cards.csv", tmp_path / "many.cards", VAULT.fingerprint)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    def least(count):  # what else the process does meanwhile, as a collection, only adds
        return min(peak(count) for _ in range(3))

    least(10)
    assert least(5_000) < 4 * least(500)  # ten times, if it grew with it


def test_a_look_up_uses_the_index(tmp_path):
    with sqlite3.connect(made(tmp_path)) as file:
        [(*_, plan)] = file.execute(
            "EXPLAIN QUERY PLAN SELECT card FROM cards WHERE fingerprint = 'x'"
        )
    assert plan == "SEARCH cards USING PRIMARY KEY (fingerprint=?)"


def test_an_issuer_answers_for_its_cards_and_remembers_what_they_hold(tmp_path):
    file = CardFile(made(tmp_path), VAULT.fingerprint)
    play = issuer(more=file)
    assert outcome(play, purchase(f2=PAN))[39] == "00"
    assert outcome(play, purchase(trace=8, f2=PAN, f4="000000003751"))[39] == "51"
    assert outcome(play, purchase(trace=9, f2=OTHER))[39] == "41"
    assert outcome(play, purchase(trace=10, f2=PANS["unknown"]))[39] == "14"
    rebuilt = issuer(play.entries, more=file)
    assert rebuilt.machine.held_in_all() == {"978": 1_250}
    file.close()


def test_a_file_that_cannot_be_read_any_more_is_a_malfunction(tmp_path):
    file = CardFile(made(tmp_path), VAULT.fingerprint)
    play = issuer(more=file)
    file.close()
    assert outcome(play, purchase(f2=PAN))[39] == "96"
    assert outcome(play, purchase(trace=8))[39] == "00"
