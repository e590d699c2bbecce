"""Refunds: off unless allowed; then from the terminal to the sign of the payout, and undone."""

import json
import xml.etree.ElementTree as ET

import pytest

from cardswitch.lab.house.topology import read_lab
from tests.kit.programs import House

PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def house_in(folder, allows):
    house = House(folder)
    text = house.config.read_text("utf-8")
    for serves in ("merchants", "acquirers"):
        line = f'serves = "{serves}"'
        assert line in text
        text = text.replace(line, f"allows = {json.dumps(allows)}\n{line}")
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


def test_a_refund_is_off_unless_the_listener_allows_it(houses):
    house = houses()
    code, outcome = asked(house, "refund", "7.50", "--card", "good", "--check")
    assert (code, outcome["kind"], outcome["code"]) == (3, "declined", "58")


def test_a_refund_is_taken_off_the_deposit(houses):
    house = houses("refund")
    assert asked(house, "sale", "20", "--card", "good")[1]["kind"] == "approved"
    assert asked(house, "refund", "5", "--card", "good")[1]["kind"] == "approved"
    assert asked(house, "reverse", "--keep", "2")[1]["kind"] == "reduced"
    code, outcome = asked(house, "refund", "7.50", "--card", "good")
    assert (code, outcome["transaction"], outcome["kind"]) == (0, "refund", "approved")
    house.settled()
    code, printed = house.run("settle", "close", "--now", "--json")
    assert code == 0
    day = json.loads(printed)
    assert {b["kind"]: (b["count"], b["amount"]) for b in day["batches"]} == {
        "sale": (1, 2000),
        "refund": (2, -1250),
        "refund-reversal": (1, 300),
    }
    written = ET.parse(house.folder / "deposits" / f"deposit-{day['business_date']}.xml")
    assert [sum.text for sum in written.iter(f"{PAIN}CtrlSum")][:1] == ["10.50"]
