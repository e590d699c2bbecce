"""The stop list at the issuer: durable, kept by checkpoints, asked before anything is paid."""

import pytest

from cardswitch.hosts.issuer.entries import CardListed, PurchaseDecided
from cardswitch.hosts.rules.rule import Rule
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.card_files import file_fields
from cardswitch.wire.ports import Received
from tests.kit.hosts import NETWORK, PANS, issuer, outcome, purchase, wrote
from tests.kit.play import Playbook, sent


def action(name: str, trace: int, card: str = "good") -> Message:
    fields = {n: text for n, text in purchase().fields.items() if n in (7, 22, 41, 42)}
    said = {2: PANS[card], 11: f"{trace:06d}", 37: f"608801{trace:06d}"}
    return Message("0302", {**fields, **said, **file_fields(name)})


def codes(play: Playbook, *requests: Message) -> list[str]:
    return [outcome(play, request)[39] for request in requests]


def test_it_is_written_before_it_is_answered() -> None:
    play = issuer() >> Received(NETWORK, action("add", 1))
    play << wrote(CardListed, card="good", is_listed=True) << wrote(PurchaseDecided, code="00")
    assert play << sent(NETWORK, "0312", {39: "00"})


@pytest.mark.parametrize("every", [1_000, 1])
def test_a_listed_card_pays_nothing_until_it_is_taken_off(every: int) -> None:
    play = issuer(checkpoint_rows=every)
    assert codes(play, action("add", 1), purchase(trace=2)) == ["00", "62"]
    again = issuer(play.journal.rows, checkpoint_rows=every)
    assert codes(again, purchase(trace=3), action("inquire", 4)) == ["62", "00"]
    assert codes(again, action("delete", 5), purchase(trace=6)) == ["00", "00"]
    assert codes(again, action("inquire", 7), action("delete", 8)) == ["25", "25"]


def test_a_repeat_hears_the_same_and_another_action_under_its_number_is_refused() -> None:
    play = issuer()
    add = action("add", 1)
    assert codes(play, add, Message("0303", add.fields), action("delete", 1)) == ["00", "00", "94"]


def test_a_card_that_is_not_ours_is_unknown_and_one_that_is_lost_is_not() -> None:
    play = issuer()
    assert codes(play, action("add", 1, "unknown"), action("add", 2, "lost")) == ["14", "00"]


def test_a_report_is_noted_without_its_card_numbers() -> None:
    play = issuer()
    fields = action("add", 1).without(91, 101).fields
    report = Message("0600", {**fields, 104: f"found {PANS['good']}"})
    assert codes(play, report) == ["00"]
    assert PANS["good"] not in str(play.effects)


@pytest.mark.parametrize("answer", ["", "96"])
def test_what_else_a_rule_has_the_answer_say(answer: str) -> None:
    play = issuer()
    play.machine.ruling.use([Rule(kinds=("file_action",), answer=answer, fields={63: "REF"})])
    told = outcome(play, action("add", 1))
    assert (told[39], told[63]) == (answer or "00", "REF")


def test_no_rule_approves_what_cannot_be_done() -> None:
    play = issuer()
    play.machine.ruling.use([Rule(kinds=("file_action",), answer_from="11", when="at once")])
    assert codes(play, action("add", 100, "unknown"), action("delete", 200)) == ["14", "25"]
