"""What settlement asks of the switch goes the way of every deed, and says all that a close is."""

import msgspec
import pytest

from cardswitch.switch.operate import closing
from cardswitch.switch.settlement.entries import BankEntry
from cardswitch.switch.store.books import ClosedDay


@pytest.fixture
def asked(monkeypatch):
    """What the switch is asked to do."""
    heard = []
    monkeypatch.setattr(closing, "perform", lambda *words: heard.append(words))
    return heard


def test_the_day_that_runs_is_ended(asked):
    closing.cut_over("config", "vault", "end of the test")
    assert asked == [("config", "vault", "cut_over", {"because": "end of the test"})]


def test_a_close_is_named_with_its_run_and_its_hashes(asked):
    day = ClosedDay(
        business_date="2026-11-28-2",
        starts_at=0.0,
        ends_at=1.0,
        read_to=7,
        closed_at=2.0,
        sha256="ab",
        books_head="cd",
        batches=(),
        payouts=(),
        suspense=(),
        files={},
    )
    closing.record_booked("config", "vault", day)
    told = {
        "day": "2026-11-28-2", "run": 2, "read_to": 7, "closed_at": 2.0, "sha256": "ab",
        "books_head": "cd",
    }  # fmt: skip
    assert asked == [("config", "vault", "record_close", told)]


def test_what_was_taken_of_a_bank_is_named_whole(asked):
    entry = BankEntry(
        number=1, closes=2, at=3.0, kind="hold", name="hold SHOP", message="hold 1",
        content_sha256="ab", merchant="SHOP", by="ann", because="x",
    )  # fmt: skip
    closing.record_booked("config", "vault", entry)
    assert asked == [("config", "vault", "record_bank", {"entry": msgspec.to_builtins(entry)})]
