"""The terminal completes what it has set aside, and tells so until somebody has kept it."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.terminal.core.entries import SaleAnswered, SaleBegun
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import rebuild
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import DOWN, ORDER, UP, restarted, reverse, sell, terminal

RRN = "608801000001"


def held(play=None):
    """12.50 are set aside."""
    play = play or Playbook(terminal()) >> UP
    play.do(play.machine.ask(ORDER, play.now, "authorisation"))
    return (play.skip() >> answered("switch", "00", {38: "A1B2C3", 37: RRN})).skip()


def complete(amount=0, stan=""):
    return lambda play: play.do(play.machine.complete(play.now, amount, stan))


def begun(play, amount=0):
    return play >> complete(amount) << appended(SaleBegun) << sent("switch", "0220")


def states(play):
    return [sale.outcome.kind for sale in rebuild(play.entries).sales.values()]


@pytest.mark.parametrize(("asked", "amount"), [(0, 1250), (1000, 1000), (2000, 2000)])
def test_it_names_what_it_completes_and_holds_no_card(asked, amount):
    play = begun(held(), asked)
    hold, completion = play.sent_on("switch")
    assert completion[4] == f"{amount:012d}"
    assert {n: completion[n] for n in (25, 37, 38, 90)} == {
        25: "06",
        37: RRN,
        38: "A1B2C3",
        90: original_data(hold),
    }
    assert not {2, 14, 35, 52} & completion.fields.keys()


def test_what_was_set_aside_is_completed_and_the_receipt_has_its_numbers():
    play = begun(held(), 1000) >> answered("switch", "00") << appended(SaleAnswered)
    assert play
    book = rebuild(play.entries)
    assert states(play) == [SaleState.COMPLETED, SaleState.APPROVED]
    outcome = book.outcome
    assert (outcome.transaction, outcome.amount, outcome.rrn) == ("completion", 1000, RRN)
    assert (outcome.approval_code, outcome.card) == ("A1B2C3", "999999******0014")
    assert book.batch.totals["978"]["completion approved"].amount == 1000


def test_without_an_answer_it_is_told_again_and_never_reversed():
    play = begun(held()) >> after(6.0) << sent("switch", "0221") >> answered("switch", "91")
    play >> after(5.0) << sent("switch", "0221") >> DOWN >> after(60.0) >> UP
    play << sent("switch", "0221") >> answered("switch", "00") << appended(SaleAnswered)
    assert play >> after(60.0)
    assert {m.mti for m in play.sent_on("switch")} == {"0100", "0220", "0221"}
    first, *later = [m.fields for m in play.sent_on("switch")[1:]]
    assert all(fields == first for fields in later)


def test_an_answer_that_does_not_fit_is_none():
    play = begun(held()) >> answered("switch", "00", {4: "000000000001"})
    assert play >> after(2.0) << sent("switch", "0221")


def test_after_a_crash_it_is_told_again():
    play = begun(held())
    again = restarted(play) >> UP << sent("switch", "0221", play.sent_on("switch")[-1].fields)
    assert again >> answered("switch", "00") << appended(SaleAnswered)


def test_nothing_else_is_begun_before_it_is_kept():
    play = begun(held())
    with pytest.raises(NotReady, match="under way"):
        play >> sell()
    assert rebuild(play.entries).unsettled.transaction == "completion"


@pytest.mark.parametrize("code", ["13", "64", "94"])
def test_what_is_refused_leaves_the_hold_as_it_was(code):
    play = begun(held(), 2000) >> answered("switch", code) << appended(SaleAnswered)
    assert states(play) == [SaleState.APPROVED, SaleState.DECLINED]
    assert begun(play)


def test_one_of_several_is_chosen_by_its_number():
    play = held(held())
    play >> complete(0, "000001") << appended(SaleBegun) << sent("switch", "0220")
    (play >> answered("switch", "00")).skip()
    assert states(play) == [SaleState.COMPLETED, SaleState.APPROVED, SaleState.APPROVED]
    with pytest.raises(NotReady, match="no pre-authorisation of STAN 000001 is open here"):
        play >> complete(0, "000001")
    assert begun(play)


def test_there_must_be_something_to_complete():
    with pytest.raises(NotReady, match="no pre-authorisation is open here"):
        Playbook(terminal()) >> UP >> complete()
    play = Playbook(terminal()) >> UP >> sell()
    (play.skip() >> answered("switch", "00", {38: "A1B2C3"})).skip()
    with pytest.raises(NotReady):
        play >> complete()
    play = (held() >> reverse()).skip() >> answered("switch", "00")
    with pytest.raises(NotReady):
        play.skip() >> complete()


def test_without_a_number_the_last_one_is_completed_and_no_other_customers():
    play = begun(held(held())) >> answered("switch", "00") << appended(SaleAnswered)
    with pytest.raises(NotReady, match="no pre-authorisation is open here"):
        play >> complete()
    assert play >> complete(0, "000001") << appended(SaleBegun) << sent("switch", "0220")


def test_an_amount_is_above_zero():
    with pytest.raises(FormatError):
        held() >> complete(-1)


def test_what_was_completed_is_not_reversed_but_can_be_asked_for_again():
    play = (begun(held()) >> answered("switch", "00")).skip()
    with pytest.raises(NotReady, match="paid back by a refund"):
        play >> reverse()
    play.do(play.machine.repeat(play.now))
    assert play << sent("switch", "0221", {2: None, 35: None})


def test_what_is_set_aside_late_is_undone_but_a_late_yes_to_a_completion_is_not():
    play = (begun(held(), 2000) >> answered("switch", "13")).skip()
    assert play >> answered("switch", "00")


# Several ------------------------------------------------------------------------------------------


def part(play, amount, of=0, *, more=False, code="00"):
    """One of several completions, answered *code*; what it says of itself."""
    play.do(play.machine.complete(play.now, amount, of=of, more=more))
    (play.skip() >> answered("switch", code)).skip()
    return play.sent_on("switch")[-1].get(48)


def test_of_several_each_has_its_number_and_what_is_left_can_be_taken():
    play = held()
    assert part(play, 500, more=True) == "700601/99P"
    assert states(play) == [SaleState.PART_COMPLETED, SaleState.APPROVED]
    hold = next(iter(rebuild(play.entries).sales.values())).outcome
    assert (hold.amount, hold.captures) == (750, 1)
    assert part(play, 1000, more=True, code="13") == "700602/99P"
    again = restarted(play) >> UP
    assert part(again, 300, of=3, more=True) == "700602/03P"
    assert part(again, 0) == "700603/03F"
    assert again.sent_on("switch")[-1][4] == "000000000450"
    with pytest.raises(NotReady, match="no pre-authorisation is open"):
        again >> complete()


def test_when_nothing_is_left_it_is_completed():
    play = held()
    part(play, 1250, of=2, more=True)
    assert states(play) == [SaleState.COMPLETED, SaleState.APPROVED]


def test_the_only_one_says_nothing_of_others():
    assert part(held(), 500) == part(held(), 500, of=1) == ""


def test_there_are_no_more_than_there_were_to_be():
    play = held()
    part(play, 500, of=2, more=True)
    part(play, 300, of=2, more=True)
    with pytest.raises(NotReady, match="completion 3 of 2"):
        part(play, 0, of=2)


def test_none_has_a_number_of_three_digits():
    """What such a number stands in is not kept, and a completion without one ends the hold."""
    play = held()
    for _ in range(98):
        play.do(play.machine.complete(play.now, 1, more=True))
        play = (play.skip() >> answered("switch", "00")).skip()
    with pytest.raises(NotReady, match="completion 99 is the last"):
        play.machine.complete(play.now, 1, more=True)
    play >> complete() << appended(SaleBegun) << sent("switch", "0220", {48: "700699/99F"})
    assert states(play >> answered("switch", "00"))[0] is SaleState.COMPLETED
