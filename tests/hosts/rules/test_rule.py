"""Which requests a rule is about, a line a case; and which of several counts."""

import pytest

from cardswitch.hosts.rules import rule as rules_module
from cardswitch.hosts.rules.file import read_rules
from cardswitch.hosts.rules.rule import NOTHING, Count, Facts, Range, Rule, Rules, is_answer_to
from cardswitch.specs.codes import APPROVALS, REASONS
from cardswitch.specs.message import Message

FIELDS = {
    2: "9999990000000014",
    3: "000000",
    4: "000000001250",
    22: "812",
    41: "TERM0001",
    42: "SHOP0001       ",
    48: "920312382040|12",
    54: "0040978D000000002000",
}
KNOWN = {"kind": "sale", "shape": "ask", "channel": "ecommerce", "amount": 1_250}


def facts(card: str = "good", pan: str = FIELDS[2], **changes) -> Facts:
    fields = FIELDS | {int(n[1:]): v for n, v in changes.items() if n not in KNOWN}
    named = KNOWN | {n: v for n, v in changes.items() if n in KNOWN}
    return Facts(request=Message("0200", fields), pan=pan, card=card, **named)


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({}, True),
        ({"cards": ("good",)}, True),
        ({"cards": ("go*",)}, True),
        ({"cards": ("poor", "999999??????0014")}, True),
        ({"cards": ("poor",)}, False),
        ({"merchants": ("SHOP0001",)}, True),
        ({"merchants": ("SHOP0002",)}, False),
        ({"terminals": ("TERM*",)}, True),
        ({"channels": ("ecommerce", "mail")}, True),
        ({"channels": ("read",)}, False),
        ({"amount": Range(1_250, 1_250)}, True),
        ({"amount": Range(1_251)}, False),
        ({"amount": Range(0, 1_249)}, False),
        ({"match": {"4": "*50"}}, True),
        ({"match": {"4": ("*51", "*50")}}, True),
        ({"match": {"3.1": "00", "48.92": "123"}}, True),
        ({"match": {"48.92": "000"}}, False),
        ({"match": {"48.43": ""}}, True),
        ({"match": {"48.92": ""}}, False),
        ({"match": {"55.9F36": "*"}}, True),
        ({"match": {"55.9F36": "?*"}}, False),
        ({"match": {"54.1.2": "40"}}, True),
        ({"kinds": ("sale", "refund")}, True),
        ({"kinds": ("refund",)}, False),
        ({"kinds": ("sale",), "match": {"22": "05?"}}, False),
    ],
)
def test_which_requests(condition, fits):
    name, _ = Rules([Rule(name="it", answer="51", **condition)]).choose(facts())
    assert name == ("it" if fits else "")


def test_a_rule_without_kinds_is_about_what_is_asked_and_answered():
    one = Rules([Rule(name="it", drop=True)])
    assert one.choose(facts(kind="reversal", shape="reverse")) == ("", NOTHING)
    named = Rules([Rule(name="it", drop=True, kinds=("reversal",))])
    assert named.choose(facts(kind="reversal", shape="reverse"))[0] == "it"


def test_a_field_that_is_not_made_as_agreed_says_nothing():
    assert not Rules([Rule(answer="51", match={"48.92": "?*"})]).choose(facts(f48="9299"))[0]


def test_the_first_that_fits_counts():
    chosen = Rules([Rule(name="a", answer="51", cards=("poor",)), Rule(name="b", drop=True)])
    assert chosen.choose(facts()) == ("b", chosen.all[1])
    assert chosen.choose(facts(card="poor"))[0] == "a"
    assert Rules().choose(facts()) == ("", NOTHING)


@pytest.mark.parametrize(("ending", "name"), [("*50", "amount"), ("*51", "rest")])
def test_what_no_rule_wants_of_its_fields_is_still_held_against_the_others(ending, name):
    chosen = Rules(
        [
            Rule(name="amount", drop=True, match={"4": ending}),
            Rule(name="data", drop=True, match={"48.92": "000"}),
            Rule(name="rest", drop=True),
        ]
    )
    assert chosen.choose(facts())[0] == name


@pytest.mark.parametrize(
    ("count", "turns"),
    [
        (Count(to=2), [1, 1, 0, 0, 0, 0]),
        (Count(3), [0, 0, 1, 1, 1, 1]),
        (Count(2, 2), [0, 1, 0, 0, 0, 0]),
        (Count(2, every=2), [0, 1, 0, 1, 0, 1]),
        (Count(1, 5, every=3), [1, 0, 0, 1, 0, 0]),
    ],
)
def test_how_often(count, turns):
    one = Rules([Rule(name="it", answer="51", count=count)])
    assert [int(bool(one.choose(facts())[0])) for _ in turns] == turns


@pytest.mark.parametrize(
    ("per", "other", "is_apart"),
    [
        ("card", {"pan": "9999990000000022"}, True),
        ("card", {"f41": "TERM0002"}, False),
        ("terminal", {"f41": "TERM0002"}, True),
        ("merchant", {"f42": "SHOP0002       "}, True),
        ("all", {"pan": "9999990000000022", "f41": "TERM0002"}, False),
    ],
)
def test_of_what_it_is_counted(per, other, is_apart):
    one = Rules([Rule(name="it", answer="51", count=Count(to=1, per=per))])
    assert one.choose(facts())[0] == "it"
    assert (one.choose(facts(**other))[0] == "it") == is_apart


def test_what_is_counted_is_bounded(monkeypatch):
    monkeypatch.setattr(rules_module, "COUNTED_MAX", 2)
    one = Rules([Rule(name="it", answer="51", count=Count(to=1))])
    for pan in ("1", "2", "3"):
        assert one.choose(facts(pan=pan))[0] == "it"
    assert one.choose(facts(pan="3"))[0] == ""
    assert one.choose(facts(pan="1"))[0] == "it"


def test_many_cards_of_one_rule_do_not_end_the_count_of_another(monkeypatch):
    monkeypatch.setattr(rules_module, "COUNTED_MAX", 2)
    once = Rule(name="once", terminals=("TERM0009",), answer="05", count=Count(to=1, per="all"))
    rules = Rules([once, Rule(name="busy", answer="51", count=Count(to=1))])
    assert rules.choose(facts(f41="TERM0009"))[0] == "once"
    assert [rules.choose(facts(pan=pan))[0] for pan in "1234"] == ["busy"] * 4
    assert rules.choose(facts(f41="TERM0009", pan="4"))[0] == ""
    assert (rules.met("once"), rules.met("busy")) == (2, 3)


def test_an_answer_may_stand_in_the_request():
    one = Rules([Rule(name="it", answer_from="4", match={"4": "0000001000??"})])
    assert one.choose(facts(f4="000000100051"))[1].answer == "51"
    assert one.choose(facts(f4="000000100099"))[1].answer == ""


@pytest.mark.parametrize("code", REASONS)
def test_an_approval_has_to_fit(code):
    assert is_answer_to(code, True) == (code != "85")
    assert is_answer_to(code, False) == (code != "10")
    assert code in APPROVALS or is_answer_to(code, True)


def test_facts_show_no_card():
    assert repr(facts()) == "<facts of sale>"


def test_rules_that_stay_as_they_are_count_on():
    once, other = Rule(name="it", answer="51", count=Count(to=1)), Rule(name="new", answer="05")
    before = Rules([once])
    assert (before.met("it"), before.choose(facts())[0], before.met("it")) == (0, "it", 1)
    after = Rules([Rule(name="first", cards=("no",), drop=True), once]).after(before)
    assert (after.met("it"), after.choose(facts())[0]) == (1, "")
    anew = Rules([Rule(name="it", answer="05", count=Count(to=1))]).after(before)
    assert anew.choose(facts())[0] == "it"
    assert Rules([other]).after(after).met("it") == 0


def test_rules_without_a_name_count_on_wherever_they_stand(tmp_path):
    path = tmp_path / "rules.toml"
    once = '[[rule]]\nanswer = "51"\ncount = { to = 1 }\n'

    def read(text):
        path.write_text(text)
        return Rules(read_rules(path))

    before = read(once)
    assert before.choose(facts())[0] == "rule 1"
    after = read('[[rule]]\ncards = ["no"]\ndrop = true\n' + once).after(before)
    assert (after.choose(facts())[0], after.met("rule 2")) == ("", 2)
    assert read('[[rule]]\nname = "it"\n' + once[8:]).after(after).choose(facts())[0] == "it"


def test_rules_that_say_the_same_count_on_each_by_itself():
    one, other = (Rule(name=name, answer="51", count=Count(to=1)) for name in ("rule 1", "rule 2"))
    before = Rules([one, other])
    assert [before.choose(facts())[0] for _ in range(3)] == ["rule 1", "rule 2", ""]
    after = Rules([one, other]).after(before)
    assert (after.met("rule 1"), after.met("rule 2")) == (3, 2)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*1*2*3*4*5", "1234" * 249, False),
        ("*1*2*3*4*", "1234" * 249, True),
        ("1*2*1", "121", True),
        ("1*12*2", "1122", True),
        ("1*12*2", "112", False),
        ("**?", "1", True),
        ("*", "1\n2", True),
    ],
)
def test_no_text_that_a_peer_says_takes_long_to_tell(pattern, text, fits):
    rules = Rules([Rule(name="it", answer="51", match={"120": pattern})])
    assert bool(rules.choose(facts(f120=text))[0]) is fits
