"""`cardswitch up` in one shell and sales in another: what a user sees, and exit codes."""

import pytest

# Arguments of `terminal sale`; then the exit code, how it ended, and field 39.
SALES = [
    ("12.50 --card good --pin 1234", 0, "approved", "00"),
    ("30 --card good --entry manual", 0, "approved", "00"),
    ("12.10 --card good", 0, "approved", "10"),
    ("12.50 --card good --pin 9999", 3, "declined", "55"),
    ("12.50 --card good --cvv 000", 3, "declined", "N7"),
    ("12.50 --card good --cvv 000 --entry manual", 3, "declined", "N7"),
    ("12.50 --card unknown --pin 1234", 3, "declined", "14"),
    ("20.01 --card poor --pin 1111", 3, "declined", "51"),
    ("12.51 --card rich", 3, "declined", "51"),
    ("12.50 --card expired", 3, "declined", "54"),
    ("12.50 --card lost", 3, "declined", "41"),
    ("12.50 --card stolen", 3, "declined", "43"),
    ("12.50 --card closed", 3, "declined", "46"),
    ("12.50 --card restricted", 3, "declined", "62"),
    ("12.05 --card good", 3, "declined", "05"),
]
NO_ANSWER = [
    ("9.69 --card rich --pin 2580", 3, "declined", "91"),
    ("9.68 --card rich", 3, "declined", "91"),
]


@pytest.mark.parametrize(("words", "exit_code", "kind", "code"), SALES + NO_ANSWER)
def test_a_sale(house, words, exit_code, kind, code):
    exit_code_seen, outcome = house.sell(words, "--check")
    assert (exit_code_seen, outcome["kind"], outcome["code"]) == (exit_code, kind, code)
    assert outcome["card"][6:-4] == "******"
    # Both sides of the switch say so too; what nobody answered is undone.
    house.settled()
    assert house.leg(outcome["rrn"], "pos").state == kind
    assert house.leg(outcome["rrn"], "network").state == ("reversed" if code == "91" else kind)


def test_half_of_it_is_approved(house):
    _, outcome = house.sell("22.10 --card good")
    assert (outcome["asked"], outcome["amount"]) == (2210, 1105)
    assert house.leg(outcome["rrn"], "network").amount == 1105


def test_three_wrong_pins_block_a_card(house):
    codes = [house.sell("5 --card test5 --pin 1111")[1]["code"] for _ in range(3)]
    assert codes == ["55", "55", "75"]
    assert house.sell("5 --card test5 --pin 1234")[1]["code"] == "75"


def test_a_mistyped_number_goes_nowhere(house):
    words = "1 --card 9999990000000015 --expiry 3012 --terminal MISTYPED"
    _, outcome = house.sell(words)
    assert (outcome["kind"], outcome["code"]) == ("declined", "14")
    assert "MISTYPED" not in {leg.terminal for leg in house.legs()}


def test_a_repeat_is_answered_and_not_charged(house):
    _, sale = house.sell("7 --card test4 --pin 1234", "--terminal", "REPEAT01")
    code, shown = house.run("terminal", "repeat", "--terminal", "REPEAT01")
    assert code == 0
    assert sale["rrn"] in shown
    legs = [leg for leg in house.legs() if leg.terminal == "REPEAT01"]
    assert {leg.source: leg.amount for leg in legs} == {"pos": 700, "network": 700}


def test_a_receipt_says_why(house):
    code, shown = house.run("terminal", "sale", "12.51", "--card", "good")
    assert code == 0
    assert shown.count("*** DECLINED ***") == 2
    assert "Insufficient funds (51)" in shown


def test_people_look_into_the_journal_while_it_runs(house):
    _, outcome = house.sell("3 --card good --pin 1234")
    code, shown = house.run("switch", "journal", "--limit", "50")
    assert code == 0
    assert outcome["rrn"] in shown
    code, shown = house.run("settle", "preview")
    assert code == 0
    assert "SHOP0001" in shown
