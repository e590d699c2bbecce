"""Classes beside the sale: off unless allowed; then from the terminal to the payout, and undone."""

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing

import pytest

from cardswitch.lab.house.topology import read_lab
from cardswitch.terminal.core.errors import NotReady
from tests.kit.programs import House, assert_agree

PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def house_in(folder, allows):
    house = House(folder)
    text = re.sub(r"(?m)^allows = .*\n", "", house.config.read_text("utf-8"))
    for name in ("pos", "network"):
        line = re.search(rf"(?m)^\[switch\.listeners\.{name}\].*$", text)[0]
        text = text.replace(line, f"{line}\nallows = {json.dumps(allows)}")
    house.config.write_text(text, "utf-8")
    house.lab = read_lab(house.config)
    house.up()
    return house


@pytest.fixture
def houses(tmp_path):
    made = []
    yield lambda *allows: made.append(house_in(tmp_path, list(allows))) or made[-1]
    for house in made:
        house.end()


def asked(house, *words):
    code, printed = house.run("terminal", *words, "--json")
    return code, json.loads(printed)


def test_balances_follow_what_is_held_and_cards_are_verified(houses, monkeypatch):
    house = houses()
    code, told = asked(house, "echo")
    assert (code, told["is_there"]) == (0, True)
    code, outcome = asked(house, "balance", "--card", "good", "--check")
    assert (code, outcome["kind"], outcome["reason"]) == (3, "declined", "pin_required")
    monkeypatch.setenv("CARDSWITCH_PIN", "1234")
    assert asked(house, "sale", "20", "--card", "good")[1]["kind"] == "approved"
    code, outcome = asked(house, "balance", "--card", "good", "--check")
    assert (code, outcome["transaction"], outcome["kind"]) == (0, "balance", "approved")
    balances = {one["kind"]: one["amount"] for one in outcome["amounts"]}
    assert balances["01"] - balances["02"] == 2000
    assert asked(house, "repeat")[1]["amounts"] == outcome["amounts"]
    code, outcome = asked(house, "verify", "--card", "good", "--entry", "manual", "--check")
    assert (code, outcome["kind"], outcome["code"]) == (0, "approved", "85")
    code, outcome = asked(house, "verify", "--card", "lost", "--check")
    assert (code, outcome["kind"], outcome["code"]) == (3, "declined", "41")
    assert batches_of(closed(house)) == {"sale": (1, 2000)}
    [up] = house.programs
    assert up.stop() == 0
    assert list(house.held().values()) == [2000]


def closed(house):
    """The bank day, closed now."""
    house.settled()
    code, printed = house.run("settle", "close", "--now", "--json")
    assert code == 0
    return json.loads(printed)


def batches_of(day):
    """Count and amount, by kind."""
    return {batch["kind"]: (batch["count"], batch["amount"]) for batch in day["batches"]}


@pytest.mark.parametrize("words", ["refund 7.50", "cash 7.50", "cashback 7.50 --cash 5"])
def test_what_pays_out_is_off_unless_the_listener_allows_it(houses, words, monkeypatch):
    if "cash" in words:
        monkeypatch.setenv("CARDSWITCH_PIN", "1234")
    house = houses()
    code, outcome = asked(house, *words.split(), "--card", "good", "--check")
    assert (code, outcome["kind"], outcome["code"]) == (3, "declined", "58")


def test_a_refund_is_taken_off_the_deposit(houses):
    house = houses("refund")
    assert asked(house, "sale", "20", "--card", "good")[1]["kind"] == "approved"
    assert asked(house, "refund", "5", "--card", "good")[1]["kind"] == "approved"
    assert asked(house, "reverse", "--keep", "2")[1]["kind"] == "reduced"
    code, outcome = asked(house, "refund", "7.50", "--card", "good")
    assert (code, outcome["transaction"], outcome["kind"]) == (0, "refund", "approved")
    day = closed(house)
    assert batches_of(day) == {
        "sale": (1, 2000),
        "refund": (2, -1250),
        "refund-reversal": (1, 300),
    }
    written = ET.parse(house.folder / "deposits" / f"deposit-{day['business_date']}.xml")
    assert [sum.text for sum in written.iter(f"{PAIN}CtrlSum")][:1] == ["10.50"]


def test_cash_is_deposited_like_a_sale_and_wants_a_pin(houses, monkeypatch):
    house = houses("cash")
    code, outcome = asked(house, "cash", "50", "--card", "good", "--check")
    assert (code, outcome["kind"], outcome["reason"]) == (3, "declined", "pin_required")
    monkeypatch.setenv("CARDSWITCH_PIN", "1234")
    code, outcome = asked(house, "cash", "50", "--card", "good", "--check")
    assert (code, outcome["transaction"], outcome["kind"]) == (0, "cash", "approved")
    assert batches_of(closed(house)) == {"cash": (1, 5000)}


def test_what_is_set_aside_is_taken_once_and_the_rest_is_free(houses):
    house = houses("refund")
    assert asked(house, "sale", "20", "--card", "good")[1]["kind"] == "approved"
    code, hold = asked(house, "preauth", "80", "--card", "good")
    assert (code, hold["kind"]) == (0, "approved")
    code, outcome = asked(house, "complete", "90", "--check")
    assert (code, outcome["kind"], outcome["code"]) == (3, "declined", "13")
    code, outcome = asked(house, "complete", "65.20", "--stan", hold["stan"])
    assert (code, outcome["transaction"], outcome["kind"]) == (0, "completion", "approved")
    assert (outcome["rrn"], outcome["approval_code"]) == (hold["rrn"], hold["approval_code"])
    for words in ("complete", "reverse"):
        with pytest.raises(NotReady):
            house.run("terminal", words)
    assert asked(house, "refund", "5", "--card", "good")[1]["kind"] == "approved"
    day = closed(house)
    assert batches_of(day) == {
        "sale": (1, 2000),
        "completion": (1, 6520),
        "refund": (1, -500),
    }
    assert deposit_by_sql(house) == 2000 + 6520 - 500
    written = ET.parse(house.folder / "deposits" / f"deposit-{day['business_date']}.xml")
    assert [sum.text for sum in written.iter(f"{PAIN}CtrlSum")][:1] == ["80.20"]
    [up] = house.programs
    assert up.stop() == 0
    assert sorted(house.held().values()) == [-500, 2000, 6520]


def deposit_by_sql(house):
    """Sales and completions less refunds, asked of the rows of the switch's journal alone."""
    query = """
        SELECT SUM(CASE kind WHEN 'refund' THEN -amount ELSE amount END) FROM journal
        WHERE serves = 'merchants' AND kind IN ('sale', 'completion', 'refund')
          AND ((kind = 'completion' AND state = 'taken')
            OR (kind <> 'completion' AND state = 'approved'))"""
    with closing(sqlite3.connect(house.folder / "switch.db")) as connection:
        [(total,)] = connection.execute(query)
    return total


def test_cash_back_is_charged_with_the_goods_and_a_movement_of_its_own(houses, monkeypatch):
    monkeypatch.setenv("CARDSWITCH_PIN", "1234")
    house = houses("cashback")
    words = ("--card", "good", "--check")
    code, outcome = asked(house, "cashback", "30", "--cash", "20", *words)
    assert (code, outcome["kind"]) == (0, "approved")
    assert (outcome["amount"], outcome["cash"]) == (5000, 2000)
    assert asked(house, "cashback", "5", "--cash", "5", *words)[1]["kind"] == "approved"
    assert asked(house, "reverse")[1]["kind"] == "reversed"
    day = closed(house)
    assert batches_of(day) == {"cashback": (2, 6000), "cashback-reversal": (1, -1000)}
    [up] = house.programs
    assert up.stop() == 0
    assert_agree(house.books())


def test_what_is_set_aside_is_held_and_in_no_deposit(houses):
    house = houses()
    assert asked(house, "preauth", "80", "--card", "good")[1]["kind"] == "approved"
    assert asked(house, "preauth", "20", "--card", "good")[1]["kind"] == "approved"
    assert asked(house, "reverse")[1]["kind"] == "reversed"
    assert batches_of(closed(house)) == {}
    assert sum(code == "00" for code in (decided.code for decided in house.decisions())) == 2
    [up] = house.programs
    assert up.stop() == 0
    assert list(house.held().values()) == [8000]


def test_a_sale_approved_at_the_till_is_deposited(houses):
    house = houses()
    code, outcome = asked(house, "offline", "12.50", "--card", "good", "--approval", "A1B2C3")
    assert (code, outcome["kind"], outcome["is_owed"]) == (0, "approved", False)
    code, printed = house.run("terminal", "settle", "--json")
    assert (code, json.loads(printed)["settled"][0]["is_balanced"]) == (0, True)
    assert batches_of(closed(house)) == {"offline": (1, 1250)}
    [up] = house.programs
    assert up.stop() == 0
    assert list(house.held().values()) == [1250]


def test_refunds_of_a_sale_and_tips_are_in_the_deposit_and_never_above(houses):
    house = houses()
    code, sale = asked(house, "sale", "20", "--card", "good")
    assert (code, sale["kind"]) == (0, "approved")
    of_it = ["--stan", sale["stan"], "--check"]
    code, outcome = asked(house, "tip", "2.50", *of_it)
    assert (code, outcome["kind"], outcome["sold"]) == (0, "approved", 2000)
    code, outcome = asked(house, "refund", "20.01", *of_it)
    assert (code, outcome["kind"], outcome["code"]) == (3, "declined", "13")
    code, outcome = asked(house, "refund", "5", *of_it)
    assert (code, outcome["kind"], outcome["rrn"]) == (0, "approved", sale["rrn"])
    code, outcome = asked(house, "refund", "15.01", *of_it)
    assert (code, outcome["code"]) == (3, "13")
    assert asked(house, "refund", *of_it)[1]["amount"] == 1500
    for words in (["refund", "1"], ["tip", "1"], ["void"]):
        with pytest.raises(NotReady):
            house.run("terminal", *words, "--stan", sale["stan"])
    code, printed = house.run("terminal", "settle", "--json")
    assert (code, json.loads(printed)["settled"][0]["is_balanced"]) == (0, True)
    assert batches_of(closed(house)) == {"sale": (1, 2000), "tip": (1, 250), "refund": (2, -2000)}
    [up] = house.programs
    assert up.stop() == 0
    assert list(house.held().values()) == [250]


def test_a_card_on_the_stop_list_is_declined_until_it_is_taken_off(houses):
    house = houses("file_action")
    card = ["--card", "good", "--check"]
    codes = [
        asked(house, *words, *card)[1]["code"]
        for words in (
            ["stop-list", "inquire"],
            ["stop-list", "add"],
            ["stop-list", "add"],
            ["sale", "20"],
            ["stop-list", "inquire"],
            ["stop-list", "delete"],
            ["sale", "20"],
            ["report", "left in the shop"],
        )
    ]
    assert codes == ["25", "00", "00", "62", "00", "00", "00", "00"]
    assert batches_of(closed(house)) == {"sale": (1, 2000)}


def test_a_stop_list_is_off_unless_the_listener_allows_it(houses):
    assert asked(houses(), "stop-list", "add", "--card", "good")[1]["code"] == "58"
