"""The acquirer dies between any two effects of every path: no hold is doubled, none is left."""

import pytest

from cardswitch.hosts.acquirer.entries import PurchaseUndone, ReversalForwarded
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity, original_identity
from cardswitch.wire.ports import Append, Effect, Received, Send
from tests.kit.hosts import APPROVAL, FRONT, UPSTREAM, acquirer, purchase, repeat_of, reversal_of
from tests.kit.play import Playbook, after, answered


class Upstream:
    """What the network and an issuer behind it do: hold once, release once, remember both."""

    def __init__(self, code: str = "00") -> None:
        self.code = code
        self.held: set[str] = set()
        self.undone: set[str] = set()

    def answer(self, request: Message) -> Message:
        if request.mti[:2] == "04":
            name = original_identity("network", request)
            self.undone.add(name)
            self.held.discard(name)
            return request.reply("00")
        name = identity("network", request)
        if name in self.undone:
            return request.reply("12")
        answer = request.reply(self.code)
        if answer.approved:
            self.held.add(name)
        return answer.with_fields(APPROVAL)


def go_on(play: Playbook, upstream: Upstream, *requests: Message) -> Message:
    """Ask *requests* one after the other, with *upstream* at work; the last answer."""
    for request in requests:
        play.pending.clear()
        play.do(play.machine.handle(Received(FRONT, request), play.now))
        while play.pending:
            effect = play.pending.popleft()
            if isinstance(effect, Send) and effect.link == UPSTREAM:
                answer = upstream.answer(effect.message)
                play.do(play.machine.handle(Received(UPSTREAM, answer), play.now))
    last: Message = play.sent_on(FRONT)[-1]
    return last


PATHS = {
    "approved": [Received(FRONT, purchase()), answered(UPSTREAM, "00", APPROVAL)],
    "declined": [Received(FRONT, purchase()), answered(UPSTREAM, "51")],
    "no answer": [Received(FRONT, purchase()), after(3.1)],
    "repeated": [
        Received(FRONT, purchase()),
        after(3.1),
        Received(FRONT, repeat_of(purchase())),
        answered(UPSTREAM, "00", APPROVAL),
    ],
    "reversed": [
        Received(FRONT, purchase()),
        answered(UPSTREAM, "00", APPROVAL),
        Received(FRONT, reversal_of(purchase())),
        after(3.1),
        Received(FRONT, reversal_of(purchase(), "0421")),
        answered(UPSTREAM, "00"),
    ],
    "reversed in flight": [
        Received(FRONT, purchase()),
        Received(FRONT, reversal_of(purchase())),
        answered(UPSTREAM, "00", APPROVAL, ago=2),
        answered(UPSTREAM, "00"),
    ],
    "reversed first": [Received(FRONT, reversal_of(purchase())), Received(FRONT, purchase())],
}


@pytest.mark.parametrize("path", PATHS)
def test_a_crash_between_any_two_effects_neither_doubles_nor_loses_a_hold(path: str) -> None:
    whole = acquirer()
    for happening in PATHS[path]:
        (whole >> happening).skip()
    for cut in range(len(whole.effects) + 1):
        _crash_at(whole.effects[:cut], Upstream("51" if path == "declined" else "00"))


def _crash_at(done: list[Effect], upstream: Upstream) -> None:
    for effect in done:
        if isinstance(effect, Send) and effect.link == UPSTREAM:
            upstream.answer(effect.message)
    entries = [effect.entry for effect in done if isinstance(effect, Append)]
    told = [e.message for e in done if isinstance(e, Send) and e.link == FRONT]
    is_reversed = any(isinstance(entry, ReversalForwarded | PurchaseUndone) for entry in entries)

    play = acquirer(entries)
    answer = go_on(play, upstream, repeat_of(purchase()))
    assert len(upstream.held) <= 1
    assert not (answer.approved and (is_reversed or not upstream.held))
    assert is_reversed or all(before[39] == answer[39] for before in told)

    reversal = reversal_of(purchase())
    assert go_on(play, upstream, reversal, Message("0421", reversal.fields))[39] == "00"
    assert not upstream.held
    assert not play.machine.approved()
    sent_again = [m for m in play.sent_on(UPSTREAM) if m.mti[:2] == "04"]
    for entry in entries:
        if isinstance(entry, ReversalForwarded):
            numbers = {(m.mti, m[11], m[7]) for m in sent_again}
            assert numbers <= {("0421", entry.trace, entry.sent)}
