"""The story of a payment: every step in its time, masked, by any id that belongs to it."""

import pytest

from cardswitch.gateway.core.calls import Origin, Refund
from cardswitch.gateway.core.ids import CHARGE, INTENT, REFUND, id_of
from cardswitch.gateway.hops import Hop, NoChain
from cardswitch.gateway.outbox.events import Outbox
from cardswitch.gateway.outbox.follow import follow
from cardswitch.gateway.store import GatewayReader
from cardswitch.gateway.story import Sources, story_of
from cardswitch.specs.errors import Error
from tests.kit.events import endpoint, journal_at
from tests.kit.gateway import PAN, REF, call, order, played
from tests.kit.play import answered

OTHER = "b" * 22
ORIGIN = Origin(request="req_1", method="POST", path="/v1/payment_intents", came=1.0, key="k1")


class Others:
    """Somebody who knows one thing of each request."""

    def hops(self, requests):
        return [Hop(at=at + 0.5, where="host", step="seen", more=m.fields) for at, m in requests]


@pytest.fixture
def sources(tmp_path):
    play = played()
    for step in (
        order(origin=ORIGIN, key="k", digest="d"),
        answered("switch", "51"),
        order(ref=OTHER),
        answered("switch", "00"),
        call(Refund(amount=1), OTHER),
        answered("switch", "00"),
    ):
        play = (play.skip() >> step).skip()
    journal = GatewayReader(journal_at(tmp_path, play.entries))
    outbox = Outbox(f"sqlite:///{tmp_path}/events.db")
    outbox.add(endpoint(merchant="SHOP0001"))
    outbox.take(follow(journal, 0), play.now)
    yield Sources(journal=journal, events=outbox, chain=NoChain(), dialect="iso87-ascii")
    outbox.close()


def steps(story, where="gateway"):
    return [step["step"] for step in story if step["where"] == where]


@pytest.mark.parametrize(("prefix", "number"), [(INTENT, 0), (CHARGE, 1)])
def test_a_decline_is_told_with_its_reason_and_its_request(sources, prefix, number):
    story = story_of(sources, id_of(prefix, REF, number))
    assert steps(story) == ["created", "sent", "answered"]
    assert steps(story, "shop") == ["asked", "told"]
    [told] = [step for step in story if step["step"] == "told"]
    assert (told["status"], told["request"]) == (402, "req_1")
    [reply] = [step for step in story if step["step"] == "answered"]
    assert reply["reason"] == "insufficient_funds"
    assert bytes.fromhex(reply["hex"]).startswith(b"0210")
    assert PAN not in str(story)
    assert PAN.encode().hex() not in str(story)


def test_a_refund_is_told_with_its_payment_and_the_events_of_both(sources):
    story = story_of(sources, id_of(REFUND, OTHER, 2))
    assert steps(story) == ["created", "sent", "answered", "sent", "answered"]
    events = [step for step in story if step["step"] == "event"]
    assert [event["type"] for event in events][-1] == "charge.refunded"
    assert {told for event in events for told in event["deliveries"]} == {"we_1 pending"}
    assert [step["at"] for step in story] == sorted(step["at"] for step in story)


def test_what_others_know_stands_at_its_time(sources):
    told = Sources(
        journal=sources.journal, events=sources.events, chain=Others(), dialect="iso87-ascii"
    )
    assert steps(story_of(told, id_of(INTENT, OTHER)), "host") == ["seen", "seen"]


@pytest.mark.parametrize("id_", ["pi_x", "x", "pi_" + "c" * 22 + "00"])
def test_what_is_not_there_is_said(sources, id_):
    with pytest.raises(Error, match="no such payment"):
        story_of(sources, id_)


def test_what_is_anothers_is_not_there(sources):
    assert story_of(sources, id_of(INTENT, REF), "SHOP0001")
    with pytest.raises(Error, match="no such payment"):
        story_of(sources, id_of(INTENT, REF), "SHOP0002")
