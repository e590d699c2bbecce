"""A wait that ended before it was awaited goes on at once; what was refused was never asked."""

import pytest

from cardswitch.wire.machine.waits import NO_ANSWER, NoAnswer, NotAsked, Wait
from cardswitch.wire.ports import LinkId

HSM = LinkId("hsm")


def outcome_of(wait):
    """What a flow hears that awaits *wait*, which has ended."""

    async def flow():
        return await wait

    with pytest.raises(StopIteration) as ended:
        flow().send(None)
    return ended.value.value


def test_what_has_ended_is_there_at_once():
    wait = Wait(5.0, HSM)
    wait.ended = "answer", None
    assert outcome_of(wait) == "answer"


def test_silence_that_has_ended_is_no_answer():
    wait = Wait(5.0, HSM)
    wait.ended = None, NoAnswer(NO_ANSWER)
    with pytest.raises(NoAnswer, match="no answer in time"):
        outcome_of(wait)


def test_what_was_refused_says_that_the_peer_has_done_nothing():
    with pytest.raises(NotAsked, match="nothing could be asked of hsm"):
        outcome_of(Wait(5.0, HSM, refused=True))
