"""A terminal's batch over real connections: in balance, on two bank days, and out of balance."""

import json

import pytest

from tests.kit.programs import House


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    made.up()
    yield made
    made.end()


def sold(house, amount):
    code, printed = house.run("terminal", "sale", amount, "--card", "good", "--json")
    assert (code, json.loads(printed)["kind"]) == (0, "approved")


def settled(house):
    code, printed = house.run("terminal", "settle", "--json")
    return code, json.loads(printed)


def batches(house):
    code, printed = house.run("switch", "batches", "--json")
    return code, [json.loads(line) for line in printed.splitlines()]


def test_a_batch_across_the_cut_off_agrees_with_both_of_its_days(house):
    sold(house, "6.63")
    house.settled()
    assert house.run("settle", "close", "--now", "--json")[0] == 0
    sold(house, "6.63")
    code, shown = settled(house)
    assert (code, shown["news"]) == (0, "closed, in balance")
    [one] = shown["settled"]
    halves = [day["debits"]["amount"] for day in one["by_bank_day"].values()]
    assert halves == [663, 663]
    code, [line] = batches(house)
    assert (code, line["here"]["debits"]) == (0, {"count": 2, "amount": 1326})
    assert list(line["days"]) == list(one["by_bank_day"])
    assert settled(house)[0] == 0  # the next one, of nothing


def test_what_only_the_switch_has_is_named(house):
    """A batch was closed at the till alone: it is in the next one, for the switch."""
    sold(house, "5")
    assert house.run("terminal", "settle", "--offline")[0] == 0
    sold(house, "7")
    code, shown = settled(house)
    assert (code, shown["news"]) == (6, "closed, out of balance")
    assert shown["settled"][0]["unknown_here"]["debits"] == {"count": 1, "amount": 500}
    code, [differs, line] = batches(house)
    assert code == 6
    assert (differs["code"], line["code"]) == ("95", "00")
    [item] = line["items"]
    assert (item["kind"], item["here"], item["there"]) == ("sale", 500, 0)
    assert item["rrn"]
    sold(house, "9")
    assert settled(house)[0] == 0
