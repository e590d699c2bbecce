"""A dispute is answered once, or given in."""

from cardswitch.gateway.core.problems import Problem
from cardswitch.gateway.core.things.disputes import (
    Dispute,
    DisputeStatus,
    answered,
    decided,
    given_in,
)

DISPUTE = Dispute(ref="r", number=1, amount=5, currency="eur", due_by=9.0)


def test_evidence_is_gathered_until_it_is_handed_in():
    kept = answered(DISPUTE, {"customer_name": "N"}, {}, is_submitted=False)
    assert (kept.status, kept.submissions) == (DisputeStatus.NEEDS_RESPONSE, 0)
    sent = answered(kept, kept.evidence, {}, is_submitted=True)
    assert (sent.status, sent.submissions) == (DisputeStatus.UNDER_REVIEW, 1)
    assert isinstance(answered(sent, {}, {}, is_submitted=True), Problem)
    assert isinstance(given_in(sent), Problem)


def test_who_gives_in_has_lost():
    lost = given_in(DISPUTE)
    assert lost.status is DisputeStatus.LOST
    assert isinstance(answered(lost, {}, {}, is_submitted=True), Problem)


def test_only_what_is_not_over_is_decided():
    won = decided(DISPUTE, "won")
    assert (won.status, won.ends_by_itself) == (DisputeStatus.WON, None)
    assert isinstance(decided(won, "lost"), Problem)
    assert decided(answered(DISPUTE, {}, {}, is_submitted=True), "lost").status == "lost"
