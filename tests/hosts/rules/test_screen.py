"""Rules as people read them: each deed in words, card numbers masked."""

import pytest

from cardswitch.hosts.rules.file import read_all, shipped
from cardswitch.hosts.rules.rule import Count, Deed, ForcedChecks, Range, Rule
from cardswitch.hosts.rules.screen import condition_text, deed_text, told

PAN = "9999990000000014"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(), "all"),
        (Rule(cards=("good", PAN)), "cards good|999999******0014"),
        (Rule(match={"2": PAN, "4": ("*05", "*06")}), f"2 = {'*' * 16}, 4 = *05|*06"),
        (Rule(amount=Range(5)), "amount from 5"),
        (Rule(amount=Range(5, 7), kinds=("sale",)), "kinds sale, amount 5 to 7"),
        (Rule(count=Count(2, every=3)), "times from 2, every 3 of each card"),
    ],
)
def test_which_requests(rule, text):
    assert condition_text(rule) == text


@pytest.mark.parametrize(
    ("deed", "text"),
    [
        ({}, "as ever"),
        (
            {"answer": "41", "when": "at once"},
            "answer 41 (Lost card, pick up) without a look at the card",
        ),
        ({"answer_from": "4"}, "answer the last two characters of 4"),
        (
            {"answer": "10", "percent": 50},
            "answer 10 (Approved for a part of the amount), 50 % of the amount",
        ),
        ({"checks": ForcedChecks(cvc="N", address="Z")}, "say of cvc N, address Z"),
        ({"fields": {63: "X"}}, "field 63 = X"),
        ({"delay_s": "late"}, "late"),
        ({"drop": True}, "drop"),
        ({"close": True}, "close"),
        ({"double": True, "wrong_mac": True, "wrong_stan": True}, "double, wrong mac, wrong stan"),
        ({"truncate": 20}, "the first 20 bytes alone"),
    ],
)
def test_what_is_done(deed, text):
    assert deed_text(Rule(**deed)) == text


def test_every_deed_has_words():
    usual = Deed()
    for name in set(Deed.__struct_fields__) - {"when", "percent"}:
        value = {"checks": ForcedChecks(cvc="N"), "fields": {63: "X"}}.get(name)
        value = value or ("51" if isinstance(getattr(usual, name), str) else True)
        assert deed_text(Rule(**{name: value})) != "as ever"


def test_as_json_it_says_what_is_said():
    assert told(Rule(name="it", cards=(PAN,), drop=True)) == {
        "name": "it", "cards": ["999999******0014"], "drop": True,
    }  # fmt: skip


@pytest.mark.parametrize("name", shipped())
def test_what_is_shipped_can_be_shown(name, tmp_path):
    for rule in read_all([name], tmp_path):
        assert condition_text(rule) != "all"
        assert deed_text(rule) != "as ever"
