"""How a hold stands is one of five words, and told by the journal alone before any close."""

import pytest

from cardswitch.switch.store.holds.reading import Hold, holds
from cardswitch.switch.store.reader import JournalReader
from tests.kit.holding import capture, change, hold

WORDS = [
    (0, 100, False, "pending"), (40, 60, False, "posted in part"), (40, 0, False, "posted"),
    (0, 0, False, "voided"), (40, 0, True, "expired"), (0, 0, True, "expired"),
]  # fmt: skip


@pytest.mark.parametrize(("posted", "held", "has_expired", "state"), WORDS)
def test_how_it_stands_in_words(posted, held, has_expired, state):
    one = Hold(
        leg=1, rrn="1", merchant="SHOP", currency="978", placed_on="2026-11-23", placed=100,
        posted=posted, held=held, has_expired=has_expired,
    )  # fmt: skip
    assert one.state == state


def test_as_the_journal_has_it_up_to_a_row(lab):
    leg = hold(lab.history, 1000)
    placed = len(lab.history.rows)
    change(lab.history, leg, 1500)
    capture(lab.history, leg, 300, left=1200)
    hold(lab.history, 70, ending="declined")
    lab.commit()
    journal = JournalReader(lab.switch.database)
    [then] = holds(journal, placed)
    assert (then.placed, then.posted, then.held, then.state) == (1000, 0, 1000, "pending")
    [now] = holds(journal, len(lab.history.rows))
    assert (now.placed, now.posted, now.held, now.state) == (1500, 300, 1200, "posted in part")
    [old] = holds(journal, len(lab.history.rows), [leg])
    assert (old.held, old.state) == (0, "expired")
