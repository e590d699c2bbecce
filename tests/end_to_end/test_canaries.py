"""Card data in every field where somebody may put it: no artefact of the lab keeps any of it."""

import itertools
import time

import pytest

from cardswitch.specs.message import Message
from cardswitch.terminal.core.messages import Order, TerminalIdentity, request_for
from cardswitch.terminal.customer.card import Card
from tests.kit.canaries import files_below, found
from tests.kit.peers import peer_at

CARD = Card(pan="9999990000000014", expiry="3012", cvv2="987")
CVV2_WRONG = "N7"
STANS = itertools.count(700_001)
# A number and a CVC for each field, so that whatever is found tells where it came from.
NUMBERS = {n: f"4929{n:03d}00000{n:04d}"[:16] for n in (43, 44, 48, 55, 61, 62, 63, 104, 123, 126)}
CODES = {n: f"CVC {n:03d}918273" for n in NUMBERS if n != 55}
SECRETS = {
    **{f"number in field {n}": number for n, number in NUMBERS.items()},
    **{f"CVC in field {n}": code for n, code in CODES.items() if n != 44},
}


def _text(number):
    """The value of field *number*: a card number, and a CVC where one fits."""
    pan = NUMBERS[number]
    values = {
        43: f"{'SHOP':<17}{pan:<21}DE",  # half of it in the street, half in the city
        44: f"CARD {pan}",
        48: f"9203987 {pan} {CODES[48]}",
        55: f"5A08{pan}5F2403301231",
    }
    return values.get(number, f"{pan} {CODES.get(number)}")


def _messages():
    """A sale with each field, one with all, their repeats, and its reversal."""
    for numbers in [*([n] for n in NUMBERS), list(NUMBERS)]:
        stan = f"{next(STANS):06d}"
        order = Order(amount=1250, currency="EUR", card=CARD)
        sale = request_for(TerminalIdentity("CANARY01", "SHOP0001"), order, None, time.time())
        fields = {**sale.fields, 11: stan, **{n: _text(n) for n in numbers}}
        yield Message("0200", dict(sorted(fields.items())))
        yield Message("0201", dict(sorted(fields.items())))
        fields[90] = f"0200{stan}{fields[7]}{'0' * 22}"
        yield Message("0420", dict(sorted({**fields, 11: f"{next(STANS):06d}"}.items())))


@pytest.mark.timeout(300)
def test_what_no_list_allows_is_in_no_file(house):
    listener = house.lab.switch.listeners["pos"]
    with peer_at(listener.port, listener.channel(), house.tls()) as terminal:
        answers = [terminal.ask(message) for message in _messages()]
    assert all(39 in answer.fields for answer in answers)
    assert {answer[39] for answer in answers[::3]} == {CVV2_WRONG}, "the issuer looks at each sale"
    shown = [house.run("switch", "journal", "--json", "--limit", "50")[1]]
    shown += [house.run("switch", "exceptions", "--json")[1], house.run("settle", "preview")[1]]
    code, outcome = house.sell("1 --card good")
    assert code == 0
    house.programs[0].wait_for(outcome["rrn"])  # The trace is printed a little later.
    told = house.said / "shown.txt"
    told.write_text("\n".join(shown))

    files = files_below(house.folder, house.said)
    names = {path.name for path in files}
    assert {"switch.db-wal", "issuer.db-wal", "acquirer.db-wal", "0-up.txt"} <= names
    assert found([house.said / "0-up.txt"], {"the trace": "CANARY01"})
    assert not found(files, SECRETS)
