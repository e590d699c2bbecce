"""Whole days: the identities of settlement, over histories drawn at random."""

from collections import Counter

import pytest
from hypothesis import given

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.check import check_close
from cardswitch.switch.settlement.close import close_day
from cardswitch.switch.settlement.ledger import Posting, merchant_of, unbalanced
from cardswitch.switch.settlement.movements import MovementKind
from tests.kit.histories import (
    ACQUIRER,
    CUT,
    CUT_OFF,
    DAYS,
    MERCHANTS,
    NOON,
    History,
    close,
    histories,
)


def close_all(entries):
    """Every day in its turn, each with the balances that those before it left behind."""
    balances, closed = Counter(), []
    for day in DAYS:
        closed.append(close(iter(entries), day, balances))
        for posting in closed[-1].postings:
            balances[posting.account, posting.currency] += posting.amount
    return closed, balances


def key_of(entry):
    return entry.message[42].rstrip(), entry.message[49]


@given(histories())
def test_the_deposits_are_the_approved_funds(entries):
    closed, balances = close_all(entries)
    owed, approved = Counter(), {}
    for entry in entries:
        if entry.source == "pos" and entry.state is State.APPROVED:
            approved[entry.leg] = int(entry.message[4])
            owed[key_of(entry)] += approved[entry.leg]
        elif entry.state is State.REVERSING and entry.leg in approved:
            owed[key_of(entry)] -= approved[entry.leg]
    settled = Counter()
    for day in closed:
        for payout in day.payouts:
            settled[payout.merchant, payout.currency] += payout.amount
    for (account, code), balance in balances.items():
        merchant = merchant_of(account)
        if merchant:
            assert balance >= 0  # Nothing that we owe is left unpaid at the end of a day.
            settled[merchant, code] -= balance
    assert +settled == +owed
    assert -settled == -owed


@given(histories())
def test_every_capture_is_in_one_batch_and_every_journal_sums_to_zero(entries):
    closed, _ = close_all(entries)
    captured = Counter(
        m.leg for day in closed for m in day.movements if m.kind is MovementKind.CAPTURE
    )
    expected = [e.leg for e in entries if e.source == "pos" and e.state is State.APPROVED]
    assert captured == Counter(expected)
    assert sum(batch.captures for day in closed for batch in day.batches) == len(expected)
    assert unbalanced(posting for day in closed for posting in day.postings) == ()


@given(histories())
def test_a_second_close_gives_the_same_bytes_and_the_check_agrees(entries):
    first, _ = close_all(entries)
    again, _ = close_all(entries)
    assert first == again
    assert [day.sha256 for day in first] == [day.sha256 for day in again]
    for day in first:
        assert check_close(day, entries) == ()


def test_one_day_by_hand():
    history = History()
    history.sale(1250)
    history.sale(750, merchant="CAFE")
    history.reverse(history.sale(9900), NOON + 60)
    history.reverse(history.sale(300, merchant="CAFE"), CUT + 60)
    day = close(history.entries())
    assert [(p.merchant, p.amount) for p in day.payouts] == [("CAFE", 1050), ("SHOP", 1250)]
    assert sorted(day.files) == ["deposit-2026-11-23.csv", "deposit-2026-11-23.xml"]
    assert (day.starts_at, day.ends_at) == (CUT - 86_400, CUT)


def test_an_empty_day_has_a_report_and_nothing_for_the_bank():
    day = close([])
    assert (day.batches, day.postings, day.payouts) == ((), (), ())
    assert list(day.files) == ["deposit-2026-11-23.csv"]


def test_a_day_is_not_closed_before_it_ends():
    arguments = (DAYS[0], [], MERCHANTS, ACQUIRER, {})
    close_day(*arguments, cut_off=CUT_OFF, now=CUT)
    with pytest.raises(Error, match=r"2026-11-23 ends at 2026-11-23T22:00:00\.000Z"):
        close_day(*arguments, cut_off=CUT_OFF, now=CUT - 0.001)


def test_nothing_crooked_is_closed(monkeypatch):
    history = History()
    history.sale(1250)
    crooked = (Posting("capture:1", DAYS[0], "scheme_settlement", "978", 1250),)
    monkeypatch.setattr("cardswitch.switch.settlement.close.movement_postings", lambda _: crooked)
    with pytest.raises(Error, match="capture:1 does not sum to zero"):
        close(history.entries())


def test_sha256_sees_every_part():
    history = History()
    history.sale(1250)
    other = History()
    other.sale(1250, terminal="TERM0002")  # The files of both days are the same.
    assert close(history.entries()).files == close(other.entries()).files
    assert close(history.entries()).sha256 != close(other.entries()).sha256
