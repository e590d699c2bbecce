"""What a proxy does to messages."""

import pytest

from cardswitch.lab.talk.rules import apply, read_rule
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

POS = load_dialect("pos")
ANSWER = Message("0210", {3: "000000", 11: "000001", 39: "00"})


@pytest.mark.parametrize(
    ("rules", "code", "delay_s", "told"),
    [
        ([], "00", 0.0, ()),
        ([("change", "0210:39=51")], "51", 0.0, ("changed: 39",)),
        ([("change", "0430:39=51")], "00", 0.0, ()),
        ([("change", "mti=0210,39~0:39=51"), ("change", "39=51:39=05")], "05", 0.0,
         ("changed: 39", "changed: 39")),
        ([("delay", "0210:1.5"), ("delay", "39=00:2")], "00", 3.5,
         ("delayed by 1.5 s", "delayed by 2 s")),
        ([("drop", "0210"), ("change", "0210:39=51")], None, 0.0, ("dropped",)),
        ([("drop", "0210,11=000002")], "00", 0.0, ()),
    ],
)  # fmt: skip
def test_rules_are_followed_in_their_order(rules, code, delay_s, told):
    outcome = apply([read_rule(*rule) for rule in rules], POS, ANSWER)
    assert (outcome.message and outcome.message[39]) == code
    assert (outcome.delay_s, outcome.told) == (delay_s, told)


def test_a_change_that_cannot_be_made_is_an_error():
    with pytest.raises(FormatError):
        apply([read_rule("change", "0210:3.1=123")], POS, ANSWER)


@pytest.mark.parametrize(
    ("deed", "text"),
    [("change", "0210"), ("change", "0210:39"), ("delay", "0210:x"), ("delay", "0210:-1"),
     ("delay", "0210:999"), ("delay", "0210"), ("drop", "0210:1"), ("drop", ""), ("drop", "abc")],
)  # fmt: skip
def test_what_is_no_rule(deed, text):
    with pytest.raises(FormatError):
        read_rule(deed, text)
