"""A sale is undone before its batch closes, the last one or not; and what is still set aside."""

import pytest

from cardswitch.specs.transactions.reversals import original_data
from cardswitch.terminal.core.entries import SaleReversed, SaleReversing
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import rebuild
from tests.kit.play import Playbook, answered, appended, sent
from tests.kit.terminal import UP, close_batch, restarted, sell, terminal

from .test_completions import held, part


def sold(play=None):
    play = (play or Playbook(terminal()) >> UP) >> sell()
    return (play.skip() >> answered("switch", "00", {38: "A1B2C3"})).skip()


def undo(stan="", stays=0):
    return lambda play: play.do(play.machine.reverse(play.now, stays, stan))


def states(play):
    return [(s.outcome.kind, s.outcome.amount) for s in rebuild(play.entries).sales.values()]


def test_one_of_several_is_undone_as_a_whole():
    play = sold(sold())
    first = play.sent_on("switch")[0]
    play >> undo("000001") << appended(SaleReversing)
    play << sent("switch", "0420", {90: original_data(first)}) >> answered("switch", "00")
    play << appended(SaleReversed)
    assert states(play) == [(SaleState.REVERSED, 0), (SaleState.APPROVED, 1250)]
    assert rebuild(play.entries).batch.totals["978"]["sale approved"].count == 1
    with pytest.raises(NotReady, match="reversed already"):
        play >> undo("000001")


def test_it_outlives_a_crash():
    play = (sold(sold()) >> undo("000001")).skip()
    again = restarted(play) >> UP << sent("switch", "0421") >> answered("switch", "00")
    assert again << appended(SaleReversed)


def test_when_the_batch_is_closed_it_is_too_late():
    play = sold(sold())
    close_batch(play.skip())
    with pytest.raises(NotReady, match="batch of STAN 000001 is closed"):
        play.skip() >> undo("000001")


def test_what_is_unknown_is_said():
    with pytest.raises(NotReady, match="STAN 000009 is none of the last sales"):
        sold() >> undo("000009")


# What is still set aside --------------------------------------------------------------------------


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_is_left_of_a_pre_authorisation_is_released_whatever_the_batch(is_closed):
    play = held()
    part(play, 500, more=True)
    if is_closed:
        close_batch(play.skip())
    with pytest.raises(NotReady, match="as a whole"):
        play.skip() >> undo("000001", 100)
    (play >> undo("000001")).skip()
    assert states(play)[0] == (SaleState.PENDING, 0)
    (play >> answered("switch", "00")).skip()
    assert states(play)[0] == (SaleState.REVERSED, 0)
    with pytest.raises(NotReady, match="no pre-authorisation is open"):
        part(play, 0)


def test_what_was_completed_is_not_undone():
    play = held()
    part(play, 500)
    for stan in ("000001", "000002"):
        with pytest.raises(NotReady, match="nothing to reverse"):
            play >> undo(stan)


def test_where_it_is_refused_it_stands_as_it_did():
    play = held()
    part(play, 500, more=True)
    (play >> undo("000001")).skip()
    (play >> answered("switch", "64")).skip()
    assert states(play)[0] == (SaleState.EXCEPTION, 750)


def test_what_a_reversal_cannot_name_any_more_is_not_reversed():
    """Field 90 has no year: nobody would know what it means, and that reads as undone."""
    play = restarted(sold())
    play.now += 200 * 86_400.0
    with pytest.raises(NotReady, match="too long ago"):
        play >> UP >> undo("000001")
