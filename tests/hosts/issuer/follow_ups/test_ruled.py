"""What rules have the issuer do with increments and refunds: the same as with purchases."""

import pytest

from cardswitch.hosts.issuer.entries import (
    AuthorisationAdjusted,
    IssuerEntry,
    PurchaseDecided,
    SaleFollowed,
)
from cardswitch.hosts.issuer.ruling import WRONG_MAC
from cardswitch.hosts.rules.rule import Count, Rule
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Close, Received, Send
from tests.kit.hosts import (
    HOLD,
    NETWORK,
    issuer,
    outcome,
    repeat_of,
    reversal_of,
    wrote,
)
from tests.kit.play import Playbook, after, sent

from .test_completions import rebuilt
from .test_increments import increment
from .test_refunds import SALE, refund

INCREMENT = (HOLD, increment(), AuthorisationAdjusted, "0110")
REFUND = (SALE, refund(), SaleFollowed, "0210")
Case = tuple[Message, Message, type[IssuerEntry], str]
both = pytest.mark.parametrize("case", [INCREMENT, REFUND], ids=["increment", "refund"])


def decided(case: Case, rule: Rule, code: str = "00") -> Playbook:
    """An issuer that has decided what is asked for in *case*, and not answered it yet."""
    before, request, changed, _ = case
    play = issuer()
    outcome(play, before)
    play.machine.ruling.use([rule])
    play = play.skip() >> Received(NETWORK, request) << wrote(PurchaseDecided, code=code)
    return play << wrote(changed) if code == "00" else play


@both
@pytest.mark.parametrize(("delay_s", "waits"), [(2.0, 2.0), ("late", 8.0)])
def test_a_late_answer(case: Case, delay_s: float, waits: float) -> None:
    play = decided(case, Rule(delay_s=delay_s)) >> after(waits - 0.1)
    play >> Received(NETWORK, repeat_of(case[1]))  # It waits for the same answer.
    assert play >> after(0.2) << sent(NETWORK, case[3], {39: "00"})


@both
def test_a_late_answer_says_what_was_decided(case: Case) -> None:
    play = decided(case, Rule(delay_s=2.0)) >> Received(NETWORK, reversal_of(case[1]))
    play = play.skip() >> after(2.0)
    assert play << sent(NETWORK, case[3], {39: "00"})


@both
def test_a_late_refusal(case: Case) -> None:
    play = decided(case, Rule(answer="51", delay_s=2.0), "51") >> after(1.9)
    assert play >> after(0.2) << sent(NETWORK, case[3], {39: "51"})


@both
def test_a_lost_answer(case: Case) -> None:
    assert decided(case, Rule(drop=True)) >> after(60.0)


@both
def test_a_closed_link(case: Case) -> None:
    assert decided(case, Rule(close=True)) << Close(NETWORK, "a rule says so")


@both
def test_a_doubled_answer(case: Case) -> None:
    play = decided(case, Rule(double=True))
    assert play << sent(NETWORK, case[3], {39: "00"}) << sent(NETWORK, case[3], {39: "00"})


@both
def test_another_trace_number(case: Case) -> None:
    assert decided(case, Rule(wrong_stan=True)) << sent(NETWORK, case[3], {11: "000021"})


@both
def test_a_cut_answer(case: Case) -> None:
    play = decided(case, Rule(truncate=30))
    [effect] = play.pending
    assert isinstance(effect, Send)
    assert effect.size == 30
    assert play.skip()


@both
def test_a_wrong_mac(case: Case) -> None:
    play = decided(case, Rule(wrong_mac=True))
    assert play << sent(NETWORK, case[3], {128: WRONG_MAC})


@both
@pytest.mark.parametrize("answer", ["", "51"])
def test_what_else_the_answer_says_is_said_again(case: Case, answer: str) -> None:
    code = answer or "00"
    play = decided(case, Rule(answer=answer, fields={63: "REF"}, count=Count(to=1)), code)
    play << sent(NETWORK, case[3], {39: code, 63: "REF"})
    assert outcome(play, repeat_of(case[1]))[63] == "REF"
    assert outcome(rebuilt(play), repeat_of(case[1]))[63] == "REF"


@both
@pytest.mark.parametrize(("when", "code"), [("checked", "25"), ("at once", "41")])
def test_a_rule_counts_after_the_checks_or_at_once(case: Case, when: str, code: str) -> None:
    play = issuer()
    play.machine.ruling.use([Rule(answer="41", when=when)])
    assert outcome(play, case[1])[39] == code


@both
def test_an_approval_from_the_request_is_checked_all_the_same(case: Case) -> None:
    play = issuer()
    play.machine.ruling.use([Rule(answer_from="4", when="at once")])
    assert outcome(play, case[1])[39] == "25"


def test_what_the_request_calls_a_part_is_all_of_it() -> None:
    play = issuer()
    outcome(play, HOLD)
    play.machine.ruling.use([Rule(answer_from="4")])
    answer = outcome(play, increment(510))
    assert (answer[39], answer[4]) == ("00", "000000000510")
