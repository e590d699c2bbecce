"""What rules have the issuer do: every reason of the table, and answers late, lost and broken."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.config import MacConfig
from cardswitch.hosts.issuer.entries import PurchaseDecided
from cardswitch.hosts.issuer.ruling import WRONG_MAC, force
from cardswitch.hosts.rules.rule import Count, Deed, ForcedChecks, Rule
from cardswitch.specs.codes import APPROVALS, REASONS
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.absent import Checks
from cardswitch.wire.ports import Close, Received, Send
from tests.kit.hosts import (
    NETWORK,
    PAN,
    PANS,
    WRONG_PIN,
    issuer,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    wrote,
)
from tests.kit.play import after, answered, sent

WEB = {"f22": "812", "f25": "59"}
MONEY = [code for code in REASONS if code not in ("10", "85")]


def ruled(*rules: Rule, **changes):
    play = issuer(**changes)
    play.machine.ruling.use(rules)
    return play


def test_every_reason_that_an_issuer_can_give():
    for code in MONEY:
        answer = outcome(ruled(Rule(answer=code)), purchase())
        assert answer[39] == code
        assert bool(answer.get(38)) == (code in APPROVALS)
    assert outcome(ruled(Rule(answer="10", percent=30)), purchase(1_000))[4] == "000000000300"
    verified = outcome(ruled(Rule(answer="85")), purchase(0, mti="0100", f25="51", f4="0" * 12))
    assert verified[39] == "85"


def test_an_approval_that_does_not_fit_is_no_rule():
    assert outcome(ruled(Rule(answer="85")), purchase())[39] == "00"


def test_a_decline_holds_nothing_and_stays_what_it_was():
    play = ruled(Rule(answer="51", count=Count(to=1)))
    assert outcome(play, purchase())[39] == "51"
    assert outcome(play, repeat_of(purchase()))[39] == "51"
    assert not play.machine.held()


def test_the_third_try_is_approved():
    play = ruled(Rule(cards=("good",), answer="51", count=Count(to=2)))
    assert [outcome(play, purchase(trace=n))[39] for n in (1, 2, 3)] == ["51", "51", "00"]


@pytest.mark.parametrize(
    ("when", "card", "extra", "code"),
    [
        ("checked", "good", {"f52": WRONG_PIN}, "55"),
        ("at once", "good", {"f52": WRONG_PIN}, "41"),
        ("checked", "expired", {"f14": "2602"}, "54"),
        ("at once", "expired", {"f14": "2602"}, "41"),
        ("checked", "unknown", {}, "14"),
        ("at once", "unknown", {}, "41"),
    ],
)
def test_a_rule_counts_after_the_checks_or_at_once(when, card, extra, code):
    play = ruled(Rule(answer="41", when=when))
    assert outcome(play, purchase(f2=PANS[card], **extra))[39] == code


@pytest.mark.parametrize(
    ("amount", "extra", "code"),
    [
        (1_200, {}, "00"),
        (1_210, {}, "00"),
        (1_251, {"f52": WRONG_PIN}, "51"),
        (1_200, {"f52": WRONG_PIN}, "55"),
        (1_200, {"f2": PANS["lost"]}, "41"),
        (1_200, {"f2": PANS["unknown"]}, "14"),
        (99_999_900, {}, "51"),
    ],
)
def test_no_request_chooses_at_once_that_it_is_approved(amount, extra, code):
    play = ruled(Rule(answer_from="4", when="at once"))
    assert outcome(play, purchase(amount, **extra))[39] == code
    assert sum(play.machine.held().values()) == (amount if code == "00" else 0)


def test_rules_go_before_magic_amounts():
    assert outcome(ruled(Rule(answer="05", cards=("good",))), purchase(1_251))[39] == "05"
    assert outcome(ruled(Rule(answer="05", cards=("poor",))), purchase(1_251))[39] == "51"


@pytest.mark.parametrize(
    ("amount", "extra", "code"),
    [
        (1_251, {}, "51"),
        (1_251, WEB, "00"),
        (1_251, {"f22": "102", "f25": "59"}, "00"),
        (100_051, WEB, "51"),
        (100_007, WEB, "07"),
        (100_098, WEB, "00"),
        (100_010, WEB, "10"),
    ],
)
def test_magic_amounts_are_off_for_orders_over_the_web_but_for_one_amount(amount, extra, code):
    rich = {"accounts": (replace(issuer().machine.config.accounts[0], balance=10_000_000),)}
    assert outcome(ruled(**rich), purchase(amount, **extra))[39] == code


def test_what_is_said_was_found():
    rule = Rule(checks=ForcedChecks(cvc="N"), fields={63: "REF"})
    answer = outcome(ruled(rule), purchase(f48="9203123"))
    assert (answer[39], answer[44], answer[63]) == ("00", "8701N", "REF")
    checks = Checks(cvc="M", address="Y")
    force(checks, Deed(checks=ForcedChecks(address="N")))
    assert (checks.cvc, checks.address) == ("M", "N")


@pytest.mark.parametrize(("delay_s", "waits"), [(2.0, 2.0), ("late", 8.0)])
def test_a_late_answer_holds_the_money_meanwhile(delay_s, waits):
    play = ruled(Rule(delay_s=delay_s)) >> Received(NETWORK, purchase())
    play << wrote(PurchaseDecided, code="00")
    play >> after(waits - 0.1)
    assert play >> after(0.2) << sent(NETWORK, "0210", {39: "00"})


def test_a_lost_answer():
    play = ruled(Rule(drop=True)) >> Received(NETWORK, purchase()) << wrote(PurchaseDecided)
    assert play >> after(60.0)
    assert sum(play.machine.held().values()) == 1_250


def test_a_closed_link():
    play = ruled(Rule(close=True)) >> Received(NETWORK, purchase()) << wrote(PurchaseDecided)
    assert play << Close(NETWORK, "a rule says so")


def test_a_doubled_answer():
    play = ruled(Rule(double=True)) >> Received(NETWORK, purchase()) << wrote(PurchaseDecided)
    assert play << sent(NETWORK, "0210", {39: "00"}) << sent(NETWORK, "0210", {39: "00"})


def test_another_trace_number():
    play = ruled(Rule(wrong_stan=True)) >> Received(NETWORK, purchase())
    assert play << wrote(PurchaseDecided) << sent(NETWORK, "0210", {11: "000008"})


def test_a_cut_answer():
    play = ruled(Rule(truncate=30)) >> Received(NETWORK, purchase()) << wrote(PurchaseDecided)
    [effect] = play.pending
    assert isinstance(effect, Send)
    assert (effect.size, effect.message[39]) == (30, "00")
    assert play.skip()


@pytest.mark.parametrize("mac", [MacConfig(), MacConfig(key="U" + "4" * 32)])
def test_a_wrong_mac(mac):
    play = ruled(Rule(wrong_mac=True), mac=mac)
    asked = purchase(f64="0123456789ABCDEF") if mac.is_used else purchase()
    play >> Received(NETWORK, asked)
    if mac.is_used:
        play.skip() >> answered("hsm", "00")
    assert play << wrote(PurchaseDecided) << sent(NETWORK, "0210", {64: WRONG_MAC})


@pytest.mark.parametrize(
    ("kind", "request_", "mti"),
    [
        ("reversal", reversal_of(purchase()), "0430"),
        ("network", Message("0800", {7: "0329010000", 11: "000001", 70: "301"}), "0810"),
    ],
)
def test_what_is_not_asked_and_answered_is_refused_or_lost(kind, request_, mti):
    refusing = ruled(Rule(kinds=(kind,), answer="96", count=Count(to=1, per="all")))
    assert refusing >> Received(NETWORK, request_) << sent(NETWORK, mti, {39: "96"})
    assert outcome(refusing, request_)[39] in ("00", "25")
    assert ruled(Rule(kinds=(kind,), drop=True)) >> Received(NETWORK, request_)
    closing = ruled(Rule(kinds=(kind,), close=True)) >> Received(NETWORK, request_)
    assert closing << Close(NETWORK, "a rule says so")


def test_what_is_not_asked_is_never_approved_by_a_rule():
    play = ruled(Rule(kinds=("reversal",), answer="00"))
    assert outcome(play, reversal_of(purchase()))[39] == "25"


def test_which_rule_it_was_is_told_without_the_card():
    play = ruled(Rule(name="no money", answer="51"))
    told: list[str] = []
    play.machine.observe(lambda kind, link, reason: told.append(f"{kind}: {reason}"))
    outcome(play, purchase())
    assert told == ["rule: 0200, trace number 000007, terminal TERM0001: no money"]
    assert PAN not in told[0]
