"""What merchants are paid: a listener of another name, sales reversed in part, a shop in suspense.

All programs run; whoever reads the deposit file sees what stayed of each sale, and nothing else.
"""

import itertools
import json
import time
import xml.etree.ElementTree as ET

import pytest

from cardswitch.lab.house.topology import read_lab
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.switch.store.reader import GOES_ON
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import (
    Order,
    TerminalIdentity,
    request_for,
    reversal_request,
)
from cardswitch.terminal.customer.card import find_card
from tests.kit.peers import peer_at
from tests.kit.programs import House, assert_agree, until

ACCOUNT = """
iban = "DE02500105170137075030"
bic = "INGDDEFFXXX"
"""
KIOSK = 'id = "SHOP0002"\n'
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
STANS = itertools.count(1)


def lab_with_till(folder):
    """A lab whose terminals come in by `till`, and whose second shop has no account."""
    house = House(folder)
    text = house.config.read_text("utf-8").replace("listeners.pos", "listeners.till")
    text = text.replace('source = "pos"', 'source = "till"')
    assert ACCOUNT.strip() in text
    house.config.write_text(text.replace(ACCOUNT.strip(), ""), "utf-8")
    house.lab = read_lab(house.config)
    return house


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """It runs, shared by all tests that sell on wires and terminals of their own."""
    house = lab_with_till(tmp_path_factory.mktemp("house"))
    try:
        house.up()
        yield house
    finally:
        house.end()


@pytest.fixture
def own_house(tmp_path):
    """The same for one test alone."""
    house = lab_with_till(tmp_path)
    try:
        yield house
    finally:
        house.end()


@pytest.fixture
def till(house):
    """A link to the switch as a terminal has it."""
    listener = house.lab.switch.listeners["till"]
    with peer_at(listener.port, listener.channel(), house.tls()) as peer:
        yield peer


def at_second_shop(house):
    """The options that make the terminal one of the second shop."""
    path = house.folder / "kiosk.toml"
    path.write_text(
        house.config.read_text("utf-8").replace('merchant = "SHOP0001"', 'merchant = "SHOP0002"')
    )
    return ["--terminal", "KIOSK001", "--config", str(path)]


def reverse(house, *words):
    code, printed = house.run("terminal", "reverse", "--json", *words)
    return code, json.loads(printed)


def close(house):
    """End the bank day, and close it: what it says."""
    house.settled()
    code, printed = house.run("settle", "close", "--now", "--json")
    assert code == 0
    return json.loads(printed)


def deposited(house, day):
    """What the file of *day* pays: by merchant, in the file's own words."""
    tree = ET.parse(house.folder / "deposits" / f"deposit-{day}.xml")
    paid = {}
    for transfer in tree.iter(f"{PAIN}CdtTrfTxInf"):
        name = transfer.findtext(f"{PAIN}Cdtr/{PAIN}Nm")
        paid[name] = transfer.findtext(f"{PAIN}Amt/{PAIN}InstdAmt")
    return paid, tree.findtext(f".//{PAIN}GrpHdr/{PAIN}CtrlSum")


def test_what_stays_is_deposited_and_a_shop_without_account_waits(house):
    _, sale = house.sell("20 --card good --pin 1234")
    code, outcome = reverse(house, "--keep", "17.50")
    assert (code, outcome["kind"], outcome["amount"]) == (0, "reduced", 1750)
    code, outcome = reverse(house, "--keep", "15.00")
    assert (code, outcome["amount"], outcome["reversed"]) == (0, 1500, 500)
    house.settled()
    for source in ("till", "network"):
        until(lambda s=source: house.leg(sale["rrn"], s).stays == 1500, f"undone at {source}")
    house.sell("9 --card good")
    code, outcome = reverse(house)
    assert (code, outcome["kind"], outcome["amount"]) == (0, "reversed", 0)
    _, sale = house.sell("7.77 --card rich", *at_second_shop(house))
    assert sale["kind"] == "approved"

    first = close(house)
    day = first["business_date"]
    assert deposited(house, day) == ({"Corner Shop": "15.00"}, "15.00")
    _, shown = house.run("settle", "show", day)
    assert "suspense: SHOP0002 7.77 EUR" in shown

    text = house.config.read_text("utf-8")
    house.config.write_text(text.replace(KIOSK, KIOSK + ACCOUNT.lstrip()), "utf-8")
    house.lab = read_lab(house.config)
    day = close(house)["business_date"]
    assert deposited(house, day) == ({"Station Kiosk": "7.77"}, "7.77")
    assert house.run("settle", "verify")[0] == 0


def test_totals_of_the_batch_are_what_stays(house):
    words = ["--terminal", "TOTALS01"]
    house.sell("20 --card rich", *words)
    reverse(house, "--keep", "15", *words)
    _, printed = house.run("terminal", "status", "--json", *words)
    assert json.loads(printed)["batch"]["totals"]["978"] == {
        "sale approved": {"count": 1, "amount": 1500},
        "sale reversed": {"count": 1, "amount": 500},
    }
    _, printed = house.run("terminal", "repeat", *words)
    assert printed.count("REVERSED IN PART") == 2
    assert "EUR 15.00" in printed


def test_more_than_what_stays_is_never_reversed(house):
    words = ["--terminal", "TOOMUCH1"]
    house.sell("20 --card rich", *words)
    reverse(house, "--keep", "15", *words)
    for keep in ("15", "20", "2000"):
        with pytest.raises(Exception, match=r"15\.00 is paid"):
            house.run("terminal", "reverse", "--keep", keep, *words)


def sold(house, till):
    """A sale of 20.00 made on a wire of its own, and its answer."""
    card = find_card(read_cards(house.folder / "cards.toml"), "rich")
    place = TerminalIdentity("WIRE0001", "SHOP0001")
    request = request_for(place, Order(amount=2000, currency="EUR", card=card), None, time.time())
    request = request.with_fields({11: f"{next(STANS):06d}"})
    answer = till.ask(request)
    assert answer[39] == "00"
    return request, answer


def reversal_of(request, changes, stays=0):
    fields = reversal_request(request, time.time(), "", stays).fields
    return Message("0420", dict(sorted({**fields, 11: f"{next(STANS):06d}", **changes}.items())))


DISAGREEING = [
    ({4: "000000001999"}, 0),
    ({49: "840"}, 0),
    ({2: "4242424242424242"}, 0),
    ({}, 2000),
]


@pytest.mark.parametrize(("changes", "stays"), DISAGREEING)
def test_a_reversal_that_disagrees_is_refused_and_undoes_nothing(house, till, changes, stays):
    request, sale = sold(house, till)
    reversal = reversal_of(request, changes, stays)
    assert till.ask(reversal)[39] == "64"
    assert till.ask(Message("0421", reversal.fields))[39] == "64"
    house.settled()
    assert house.leg(sale[37], "till").state == "approved"


def test_a_reversal_of_nothing_is_told_so(till):
    nothing = Message("0200", {7: "0101000000", 11: "777777"})
    request = request_for(
        TerminalIdentity("WIRE0001", "SHOP0001"),
        Order(amount=2000, currency="EUR", card=find_card([], "4242424242424242", "3012")),
        None,
        time.time(),
    )
    reversal = reversal_of(request.with_fields({11: "999999"}), {90: original_data(nothing)})
    assert till.ask(reversal)[39] == "25"


def test_a_repeat_after_a_reversal_in_part_hears_what_stays(house, till):
    request, sale = sold(house, till)
    assert till.ask(reversal_of(request, {}, 1500))[39] == "00"
    house.settled()
    answer = till.ask(Message("0201", request.fields))
    assert (answer[39], answer[4], answer[37]) == ("10", "000000001500", sale[37])


def test_all_books_agree_on_what_stays(own_house):
    """Also the issuer's, which holds for the card what stays of each sale."""
    house = own_house
    program = house.up()
    stays = {}
    for kept in (["17.50", "15.00"], ["0.01"], [], None):
        _, sale = house.sell("20 --card rich")
        for keep in kept or []:
            code, outcome = reverse(house, "--keep", keep)
            assert (code, outcome["kind"]) == (0, "reduced")
        if kept == []:
            assert reverse(house)[0] == 0
        else:
            stays[sale["rrn"]] = int(float(kept[-1]) * 100) if kept else 2000
    until(lambda: all_undone(house), "all legs finished")
    assert program.stop() == 0
    books = house.books()
    assert_agree(books)
    assert books["issuer"] == stays


def all_undone(house):
    """Whether both sides of the switch have undone the same."""
    held = [house.captured(house.legs(), serves) for serves in ("merchants", "acquirers")]
    return held[0] == held[1] and not {leg.state for leg in house.legs()} & GOES_ON
