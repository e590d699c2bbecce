"""What settlement asks of the switch reaches its journal, whether it runs or not."""

import pytest

from cardswitch.switch.operate.closing import cut_over, record_close
from cardswitch.switch.store.books import ClosedDay
from tests.kit.operated import config_in

CLOSED = ClosedDay(
    business_date="2026-11-28-2",
    starts_at=0.0,
    ends_at=1.0,
    sha256="ab",
    books_head="cd",
    batches=(),
    payouts=(),
    suspense=(),
    files={},
)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What the switch of a folder, which does not run, is asked; and its configuration."""
    config, _ = config_in(tmp_path)
    told = []
    monkeypatch.setattr(
        "cardswitch.switch.operate.closing.perform",
        lambda config, vault, verb, arguments: told.append((verb, arguments)),
    )
    return config, told


def test_the_day_that_runs_is_ended_and_the_journal_keeps_why(asked):
    config, told = asked
    cut_over(config, None, "end of the test")
    assert told == [("cut_over", {"because": "end of the test"})]


def test_a_close_is_named_with_what_proves_it(asked):
    config, told = asked
    record_close(config, None, CLOSED)
    proof = {"day": "2026-11-28-2", "run": 2, "sha256": "ab", "books_head": "cd"}
    assert told == [("record_close", proof)]
