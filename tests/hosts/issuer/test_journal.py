"""The issuer's journal is its memory: looked up on every miss, and a start reads little of it."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.issuer.entries import PurchaseDecided
from cardswitch.hosts.issuer.legs import FRESH_S
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hosts.row import CHECKPOINT
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Found, LookUp, Received
from tests.kit.hosts import (
    NETWORK,
    WRONG_PIN,
    fingerprint,
    issuer,
    issuer_config,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    wrote,
)
from tests.kit.notebook import Notebook
from tests.kit.play import Playbook, after

pytestmark = pytest.mark.usefixtures("journals_asked")


def forgetful(count: int = 5, **bounds: int) -> Playbook:
    """An issuer that has sold *count* times 1.00, and remembers the last one or two."""
    play = issuer(remembered_max=1, **bounds)
    for n in range(count):
        assert outcome(play, purchase(100, n))[39] == "00"
        play >> after(FRESH_S + 0.1)
    assert len(play.machine.legs) <= 2
    return play


def test_what_is_forgotten_still_holds_and_is_answered_as_before() -> None:
    play = forgetful()
    assert play.machine.held_in_all() == {"978": 500}
    assert outcome(play, repeat_of(purchase(100, 0)))[38] == "000001"
    assert outcome(play, purchase(100, 1))[38] == "000002"
    assert outcome(play, purchase(200, 2))[39] == "94"
    assert play.machine.held_in_all() == {"978": 500}


def test_a_reversal_of_what_is_forgotten_releases_exactly_that() -> None:
    play = forgetful()
    assert outcome(play, reversal_of(purchase(100, 0)))[39] == "00"
    assert play.machine.held_in_all() == {"978": 400}
    play >> after(FRESH_S + 0.1)
    outcome(play, purchase(100, 8))
    play >> after(FRESH_S + 0.1)
    outcome(play, purchase(100, 9))
    for _ in range(2):
        assert outcome(play, reversal_of(purchase(100, 0), "0421"))[39] == "00"
        assert outcome(play, repeat_of(purchase(100, 0)))[39] == "12"
    assert play.machine.held_in_all() == {"978": 600}


@pytest.mark.parametrize("rows", [None, "late"])
@pytest.mark.parametrize("request_", [purchase(), reversal_of(purchase())], ids=["0200", "0420"])
def test_a_journal_that_cannot_say_makes_for_silence(request_, rows) -> None:
    play = issuer()
    play.journal = None
    play >> Received(NETWORK, request_)
    look_up = play.pending.popleft()
    assert isinstance(look_up, LookUp)
    assert play >> (after(1.0) if rows else Found(look_up.number, None))
    assert not play.entries[1:]
    play.journal = lambda _: ()
    assert outcome(play, request_)[39] == ("25" if request_.mti == "0420" else "00")


def test_what_was_looked_up_once_is_known_for_a_while() -> None:
    play = forgetful()
    for _ in range(3):
        assert outcome(play, repeat_of(purchase(100, 0)))[39] == "00"
    assert sum(isinstance(effect, LookUp) for effect in play.effects) == 5 + 1


def test_rows_that_cannot_be_read_make_for_silence() -> None:
    """What has failed is not declined: it may be approved already, in those rows."""
    play = issuer()
    outcome(play, purchase())
    [row] = play.entries[1:]
    damaged = replace(row, fields="{}", identity=row.identity.replace("000007", "000008"))
    play.journal = lambda _: [damaged]
    assert play >> Received(NETWORK, purchase(trace=8))
    assert play >> Received(NETWORK, reversal_of(purchase(trace=8)))
    assert play.machine.counts["flow_failed"] == 2
    play.journal = lambda _: ()
    assert outcome(play, purchase(trace=8))[39] == "00"


def test_two_copies_that_both_miss_are_one_purchase() -> None:
    play = issuer()
    play.journal = None
    for link in (NETWORK, "network/2"):
        play >> Received(link, purchase())
        play.pending.clear()
    [number] = [effect.number for effect in play.effects if isinstance(effect, LookUp)]
    (play >> Found(number, ())).skip()
    assert len(play.entries[1:]) == 1
    assert [play.sent_on(link)[-1][39] for link in (NETWORK, "network/2")] == ["00", "00"]


def test_a_copy_in_work_hears_of_the_reversal_that_the_journal_did_not_know_yet() -> None:
    """It looked up before the reversal was written, and is told after."""
    play = forgetful()
    rows, play.journal = play.entries, None
    play >> Received(NETWORK, repeat_of(purchase(100, 0)))
    play.pending.popleft()
    play >> Received(NETWORK, reversal_of(purchase(100, 0)))
    play.pending.popleft()
    first, second = [effect.number for effect in play.effects if isinstance(effect, LookUp)][-2:]
    stale = [row for row in rows if row.leg == 1]
    (play >> Found(second, stale)).skip()
    (play >> Found(first, stale)).skip()
    assert [answer[39] for answer in play.sent_on(NETWORK)[-2:]] == ["00", "12"]


# The start ----------------------------------------------------------------------------------------


def test_a_journal_begins_with_a_checkpoint_and_has_one_every_so_many_rows() -> None:
    play = forgetful(checkpoint_rows=3)
    states = [row.state for row in play.entries]
    assert [state == CHECKPOINT for state in states] == [True, *[False] * 3, True, *[False] * 2]
    assert [row.sequence for row in play.entries] == list(range(1, 8))


def test_a_start_from_a_checkpoint_knows_all_that_counts() -> None:
    play = issuer(checkpoint_rows=4)
    outcome(play, purchase(100, 1))
    outcome(play, purchase(100, 2, f52=WRONG_PIN))
    outcome(play, purchase(100, 3))
    outcome(play, reversal_of(purchase(100, 1)))
    assert play.entries[5].state == CHECKPOINT
    rows = play.entries
    assert len(Notebook(play).recent()) < len(rows)
    again = issuer(rows, checkpoint_rows=4)
    assert again.machine.books.told() == play.machine.books.told()
    assert outcome(again, purchase(100, 4))[38] == "000003"
    assert [row.leg for row in again.entries if row.identity] == [5]
    assert outcome(again, reversal_of(purchase(100, 3), trace=901))[39] == "00"
    assert outcome(again, repeat_of(purchase(100, 1)))[39] == "12"
    assert again.machine.held_in_all() == {"978": 100}


def test_behind_a_checkpoint_numbers_and_the_next_checkpoint_go_on() -> None:
    rows = issuer().entries
    for n in range(1, 7):
        play = issuer(rows, checkpoint_rows=2)
        outcome(play, purchase(100, n))
        rows = play.journal.rows
    assert [row.leg for row in rows] == [0, 1, 2, 0, 3, 4, 0, 5, 6, 0]
    assert [row.sequence for row in rows] == list(range(1, 11))


def test_a_clock_that_was_set_back_keeps_nothing_in_memory() -> None:
    rows = [replace(row, at=row.at + 86_400.0) for row in forgetful().entries]
    play = issuer(rows, remembered_max=1)
    play >> after(FRESH_S + 0.1)
    outcome(play, purchase(100, 9))
    assert len(play.machine.legs) == 1
    assert play.machine.held_in_all() == {"978": 600}


def test_a_journal_of_another_key_is_refused() -> None:
    play = issuer()
    outcome(play, purchase())
    other = Issuer(issuer_config(), lambda _: "another key")
    with pytest.raises(Error, match=r"key in issuer\.vault is not the one"):
        other.recover(play.entries, play.now)
    Issuer(issuer_config(), fingerprint).recover(play.entries, play.now)


def test_a_row_says_what_a_look_up_finds_it_by() -> None:
    play = issuer() >> Received(NETWORK, purchase())
    expected = wrote(
        PurchaseDecided,
        identity="network|TERM0001|SHOP|2|000007|20260329010000",
        sent_on="2026-03-29",
        rrn="608801000007",
        leg=1,
        at=play.now,
    )
    assert (play << expected).skip()
