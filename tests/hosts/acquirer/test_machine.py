"""The acquirer as a program: network management, what it is full of, and what it remembers."""

import pytest

from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message
from cardswitch.wire.machine.kernel import GAP
from cardswitch.wire.ports import LinkId, Received
from tests.kit.hosts import (
    FRONT,
    PAN,
    RIGHT_PIN,
    UPSTREAM,
    acquirer,
    acquirer_config,
    again,
    approved,
    entries_of,
    outcome,
    purchase,
    reversal_of,
    rows_of,
    swiped,
)
from tests.kit.notebook import Notebook
from tests.kit.play import START, after, sent

# The network -------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", [FRONT, UPSTREAM])
@pytest.mark.parametrize(
    ("mti", "code70", "code"),
    [("0800", "001", "00"), ("0800", "002", "00"), ("0800", "301", "00"), ("0800", "9", "12")],
)
def test_it_answers_network_management(link: LinkId, mti: str, code70: str, code: str) -> None:
    request = Message(mti, {7: "0329010000", 11: "000001", 70: code70})
    assert outcome(acquirer(), request, link)[39] == code


@pytest.mark.parametrize("mti", ["0202", "0203", "0204", "0402", "0120", "0300"])
def test_what_no_acquirer_asks_is_not_done(mti: str) -> None:
    play = acquirer()
    assert outcome(play, purchase(mti=mti), FRONT)[39] == "12"
    assert not play.entries


def test_a_purchase_from_the_network_is_none_of_its_business() -> None:
    assert acquirer() >> Received(UPSTREAM, purchase()) << sent(UPSTREAM, "0210", {39: "12"})


# What it remembers -------------------------------------------------------------------------------


def test_numbers_go_on_behind_those_that_may_be_alive() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    last = int(entries_of(play)[-1].trace)
    rebuilt = (again(play) >> Received(FRONT, purchase(trace=8))).skip()
    assert int(rebuilt.sent_on(UPSTREAM)[-1][11]) > last + GAP


@pytest.mark.parametrize("later", [0, 1, 5, 50])
def test_a_start_needs_the_last_checkpoint_and_what_followed(later: int) -> None:
    """Whatever stood open then is known, however long ago it began; numbers never come again."""
    play = acquirer(checkpoint_rows=10)
    (play >> Received(FRONT, purchase())).skip() >> after(3.1)  # never answered
    for trace in range(100, 100 + later):
        approved(play, purchase(trace=trace))
    journal = play.journal
    assert isinstance(journal, Notebook)
    assert len(journal.recent()) < 20
    assert play.machine.books.open == again(play).machine.books.open == {1}
    last = play.sent_on(UPSTREAM)[-1]
    rebuilt = (again(play) >> Received(FRONT, purchase(trace=8))).skip()
    assert int(rebuilt.sent_on(UPSTREAM)[-1][11]) > int(last[11])
    rows = rows_of(rebuilt)
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    assert max(row.leg for row in rows) == later + 2


def test_another_key_for_cards_is_refused() -> None:
    rows = rows_of(approved(acquirer(), purchase()))
    other = Acquirer(acquirer_config(), lambda pan: f"other:{pan[-2:]}")
    with pytest.raises(ConfigError, match=r"^acquirer\.vault: this key is not the one"):
        other.recover(rows, START)


def test_the_journal_holds_no_card_data() -> None:
    play = approved(acquirer(), swiped(f52=RIGHT_PIN))
    approved(play, purchase(trace=8, f48="9203123"))
    (play >> Received(FRONT, reversal_of(swiped(f52=RIGHT_PIN)))).skip()
    written = repr(rows_of(play))
    assert "print:14" in written
    for secret in (PAN, "999999", RIGHT_PIN, "3012", "4321", "9203"):
        assert secret not in written
