"""Every line of a bank has one outcome, by name; what should be there and is not has one too."""

import pytest
from msgspec.structs import replace

from cardswitch.switch.settlement.formats.camt053 import Part, Statement
from cardswitch.switch.settlement.formats.orders import Ordered
from cardswitch.switch.settlement.formats.pain002 import Status
from cardswitch.switch.settlement.matching import OUTCOMES, Matcher, overdue


def ordered(reference, amount, payment="P1", order="O1", code="978"):
    return Ordered(
        business_date="2026-11-23",
        order_id=order,
        payment_id=payment,
        reference=reference,
        merchant=f"SHOP-{reference}",
        currency=code,
        amount=amount,
        iban="GB82WEST12345698765432",
        execution="2026-11-24",
    )


OURS = [
    ordered("E1", 100),
    ordered("E2", 200),
    ordered("E3", 300, "P2"),
    ordered("E4", 400, "P3", "O2", "392"),
]


def statement(*parts):
    return Statement(name="M/S/1", account="DE", until="2026-11-24", parts=parts, faults=())


def said(amount, reference="", payment="", code="978", **about):
    return Part(amount=amount, currency=code, reference=reference, payment=payment, **about)


def back(amount, reference, code="978"):
    return said(amount, reference, code=code, is_return=True)


def change(reference):
    return replace(said(0, reference, is_change=True, text="4711"), code="C01")


# What was told before of each, the parts of a statement; the outcomes of its lines.
LINES = {
    "a transfer": ({}, [said(-100, "E1")], ["booked E1"]),
    "two": ({}, [said(-100, "E1"), said(-200, "E2")], ["booked E1", "booked E2"]),
    "a batch without parts": ({}, [said(-300, "", "P1")], ["booked E1", "booked E2"]),
    "a batch with another sum": ({}, [said(-301, "", "P1")], ["amount differs P1"]),
    "a batch that is not ours": ({}, [said(-300, "", "P9")], ["only theirs P9"]),
    "a batch in another currency": ({}, [said(-300, "", "P1", "840")], ["only theirs P1"]),
    "another amount": ({}, [said(-101, "E1")], ["amount differs E1"]),
    "another currency": ({}, [said(-100, "E1", code="840")], ["only theirs E1"]),
    "a notice of change": ({"E1": {"booked"}}, [change("E1")], ["to be changed E1"]),
    "a change of what is not ours": ({}, [change("X")], ["only theirs X"]),
    "a fee": ({}, [said(-5)], ["only theirs "]),
    "what somebody else sent": ({}, [said(70, "X")], ["only theirs X"]),
    "a credit that is no return": ({}, [said(100, "E1")], ["only theirs E1"]),
    "twice in one": ({}, [said(-100, "E1")] * 2, ["booked E1", "twice E1"]),
    "twice": ({"E1": {"booked"}}, [said(-100, "E1")], ["twice E1"]),
    "back": ({"E1": {"booked"}}, [back(100, "E1")], ["returned E1"]),
    "back in one": ({}, [said(-100, "E1"), back(100, "E1")], ["booked E1", "returned E1"]),
    "back with another amount": ({"E1": {"booked"}}, [back(99, "E1")], ["amount differs E1"]),
    "back twice": ({"E1": {"booked", "returned"}}, [back(100, "E1")], ["twice E1"]),
    "that it went is told after that it came back": (
        {"E1": {"returned"}},
        [said(-100, "E1")],
        ["booked E1"],
    ),
    "booked though rejected": ({"E1": {"rejected"}}, [said(-100, "E1")], ["twice E1"]),
    "back though rejected": ({"E1": {"rejected"}}, [back(100, "E1")], ["twice E1"]),
}


@pytest.mark.parametrize(("told", "parts", "outcomes"), LINES.values(), ids=LINES)
def test_lines_of_a_statement(told, parts, outcomes):
    known = {reference: frozenset(before) for reference, before in told.items()}
    found = Matcher(OURS, known).statement(statement(*parts))
    assert [f"{m.outcome} {m.reference}" for m in found] == outcomes


def test_what_should_have_been_booked():
    found = list(overdue(OURS[2:3]))
    assert [(m.outcome, m.reference, m.amount) for m in found] == [("only ours", "E3", -300)]


# A notice has told of two entries; then the statement has them, or another one.
KNOWN = {
    "R1": {("E1", -100): "booked", ("E2", -200): "booked"},
    "R2": {("E1", 100): "returned"},
}
TOLD = {"E1": {"booked", "returned"}, "E2": {"booked"}}
AGAIN = {
    "the same": ([said(-100, "E1", entry="R1")], ["booked E1 known"]),
    "the sum of the same": ([said(-300, "", "P1", entry="R1")], ["booked P1 known"]),
    "what came back": ([replace(back(100, "E1"), entry="R2")], ["returned E1 known"]),
    "another amount": ([said(-101, "E1", entry="R1")], ["amount differs E1"]),
    "another entry": ([said(-100, "E1", entry="R3")], ["twice E1"]),
}


@pytest.mark.parametrize(("parts", "outcomes"), AGAIN.values(), ids=AGAIN)
def test_what_a_notice_has_told_of_is_not_booked_twice(parts, outcomes):
    found = Matcher(OURS, TOLD, KNOWN).statement(statement(*parts))
    lines = [f"{m.outcome} {m.reference}{' known' if m.is_known else ''}" for m in found]
    assert lines == outcomes


# What a notice has told of and no statement; what the statement has; the outcomes.
OPEN = {
    "without names": ("", "", "booked E1 known"),
    "a name in the statement": ("", "R3", "booked E1 known"),
    "a trace of the ACH": ("ACH 1210", "R3", "booked E1 known"),
    "another entry": ("R1", "R3", "twice E1"),
}


@pytest.mark.parametrize(("told", "entry", "outcome"), OPEN.values(), ids=OPEN)
def test_without_a_name_of_the_bank_s_the_transfer_tells_the_entry_once(told, entry, outcome):
    still_open = {("E1", -100): [(told, "booked")]}
    matcher = Matcher(OURS, {"E1": {"booked"}}, {}, still_open)
    found = [*matcher.statement(statement(*[said(-100, "E1", entry=entry)] * 2))]
    lines = [f"{m.outcome} {m.reference}{' known' if m.is_known else ''}" for m in found]
    assert lines == [outcome, "twice E1"]


STATES = {
    "a transfer": (Status(order="O1", payment="P1", reference="E1", state="RJCT"), ["rejected E1"]),
    "a payment": (
        Status(order="O1", payment="P1", state="RJCT"),
        ["rejected E1", "rejected E2"],
    ),
    "an order": (Status(order="O1", state="RJCT"), ["rejected E1", "rejected E2", "rejected E3"]),
    "of another order": (
        Status(order="O2", payment="P1", reference="E1", state="RJCT"),
        ["only theirs E1"],
    ),
    "a payment of another order": (
        Status(order="O2", payment="P1", state="RJCT"),
        ["only theirs P1"],
    ),
    "an order that is not ours": (Status(order="O9", state="RJCT"), ["only theirs O9"]),
    "taken": (Status(order="O1", state="ACSC"), []),
    "in part": (Status(order="O1", state="PART"), []),
}


@pytest.mark.parametrize(("state", "outcomes"), STATES.values(), ids=STATES)
def test_states_of_an_order(state, outcomes):
    found = Matcher(OURS, {}).status([state])
    assert [f"{m.outcome} {m.reference}" for m in found] == outcomes


def test_a_rejection_that_comes_twice():
    state = Status(order="O1", payment="P1", reference="E1", state="RJCT", code="AC04")
    first, second = Matcher(OURS, {}).status([state, state])
    assert (first.outcome, first.amount, first.code) == ("rejected", -100, "AC04")
    assert (first.merchant, first.iban) == ("SHOP-E1", "GB82WEST12345698765432")
    assert second.outcome == "twice"


def rejected(payment="", reference="", code=""):
    return Status(order="O1", payment=payment, reference=reference, state="RJCT", code=code)


# What is rejected on several levels, each with a reason or none; code and outcome of each transfer.
LEVELS = {
    "at the transfers": (
        [rejected(), rejected("P1"), rejected("P1", "E1", "AM05"), rejected("P1", "E2", "AM04")],
        {"E1": ("twice", "AM05"), "E2": ("rejected", "AM04"), "E3": ("rejected", "")},
    ),
    "at the payment": (
        [rejected(), rejected("P1", code="AM04"), rejected("P1", "E1")],
        {"E1": ("rejected", "AM04"), "E2": ("rejected", "AM04"), "E3": ("rejected", "")},
    ),
    "at the order": (
        [rejected(code="DU01"), rejected("P1"), rejected("P1", "E1")],
        dict.fromkeys(("E1", "E2", "E3"), ("twice", "DU01")),
    ),
}


@pytest.mark.parametrize(("states", "outcomes"), LEVELS.values(), ids=LEVELS)
def test_a_rejection_on_several_levels_is_told_once_with_the_nearest_reason(states, outcomes):
    found = [*Matcher(OURS, {}).status(states)]
    assert {m.reference: (m.outcome, m.code) for m in found} == outcomes
    assert len(found) == len(outcomes)


@pytest.mark.parametrize("told", ["booked", "returned", "rejected"])
def test_a_rejection_of_what_was_booked_or_came_back_owes_nothing_again(told):
    state = Status(order="O1", payment="P1", reference="E1", state="RJCT", code="AC04")
    assert [m.outcome for m in Matcher(OURS, {"E1": {told}}).status([state])] == ["twice"]


@pytest.mark.parametrize("code", ["AM05", "DUPL", "DU01"])
def test_an_order_that_the_bank_has_had_before_owes_nothing_again(code):
    state = Status(order="O1", state="RJCT", code=code)
    assert {m.outcome for m in Matcher(OURS, {}).status([state])} == {"twice"}


def test_every_outcome_is_met_here():
    met = {words.rsplit(" ", 1)[0] for _, _, outcomes in LINES.values() for words in outcomes}
    assert met | {"rejected", "only ours"} == set(OUTCOMES)
