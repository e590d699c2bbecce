"""A call in work: its key is taken by what is written first, and an answer must fit."""

from cardswitch.gateway.core.calls import Cancel, Create
from cardswitch.gateway.core.exchanges import Stand
from tests.kit.gateway import VAULT, call, gateway, intent, order, played, replies
from tests.kit.play import answered


def states(play):
    return [row.state for row in play.entries if row.leg]


def test_nothing_is_written_for_what_is_refused():
    play = (played() >> call(Cancel(), key="k", digest="d")).skip()
    assert states(play) == []
    play = (play >> call(Create(secret="s", amount=1, currency="eur"), key="k", digest="e")).skip()
    assert states(play) == ["KeyTaken", "Created", "KeyAnswered"]


def test_an_answer_of_another_amount_is_none_and_is_undone():
    play = (played() >> order()).skip()
    play = (play >> answered("switch", "00", {4: "000000009999"})).skip()
    assert intent(play).exchange(1).stand is Stand.UNKNOWN
    assert play.machine.counts["unfit_answer"] == 1
    assert play.sent_on("switch")[-1].mti == "0420"


def test_a_flow_that_fails_by_itself_tells_its_caller_and_leaves_nothing_behind():
    def broken(sealed):
        raise ValueError(sealed)

    from msgspec.structs import replace

    play = (played(gateway(replace(VAULT, open=broken))) >> order()).skip()
    [reply] = replies(play)
    assert (reply.problem.status, "SEALED" in reply.problem.message) == (500, False)
    assert play.machine.counts["flow_failed"] == 1
    play = (play >> call(Cancel(), ticket=2)).skip()
    assert replies(play)[-1].problem is None
