"""The acquirer dies between any two effects of every path: no hold is doubled, none is left."""

import pytest

from cardswitch.hosts.acquirer.entries import AcquirerEntry, PurchaseUndone, ReversalForwarded
from cardswitch.hosts.row import CHECKPOINT, Rows
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import reference, replacement_amounts, stays_of
from cardswitch.wire.ports import Append, Effect, Received, Send
from tests.kit.hosts import APPROVAL, FRONT, UPSTREAM, acquirer, purchase, repeat_of, reversal_of
from tests.kit.play import START, Playbook, after, answered


class Upstream:
    """What the network and an issuer behind it do: hold once, release once, remember both."""

    def __init__(self, code: str = "00") -> None:
        self.code = code
        self.held: dict[str, int] = {}
        self.undone: set[str] = set()

    def answer(self, request: Message) -> Message:
        if request.mti[:2] == "04":
            [who] = reference("network", request, START).identities
            stays = stays_of(request)
            assert stays <= self.held.get(who.name, stays)
            self.held[who.name] = stays
            self.undone.add(who.name)
            return request.reply("00")
        name = identity("network", request, START).name
        if name in self.undone:
            return request.reply("12")
        answer = request.reply(self.code)
        if answer.approved:
            self.held.setdefault(name, int(request[4]))
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


IN_PART = reversal_of(purchase(), trace=800).with_fields({95: replacement_amounts(400)})
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
    "reduced": [
        Received(FRONT, purchase()),
        answered(UPSTREAM, "00", APPROVAL),
        Received(FRONT, IN_PART),
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
    before = [effect.entry for effect in done if isinstance(effect, Append)]
    rows: Rows[AcquirerEntry] = Rows(AcquirerEntry)
    entries = [rows.read(row) for row in before if row.state != CHECKPOINT]
    told = [e.message for e in done if isinstance(e, Send) and e.link == FRONT]
    is_reversed = any(isinstance(entry, ReversalForwarded | PurchaseUndone) for entry in entries)

    play = acquirer(before)
    answer = go_on(play, upstream, repeat_of(purchase()))
    held = sum(upstream.held.values())
    assert held in (0, 400, 1_250)
    assert not (answer.approved and (held or 1_250) < int(answer[4]))
    assert is_reversed or all(first[39] == answer[39] for first in told)

    reversal = reversal_of(purchase())
    if any(isinstance(entry, ReversalForwarded) and entry.stays for entry in entries):
        assert go_on(play, upstream, IN_PART)[39] == "00"
        assert sum(upstream.held.values()) == 400
    last = go_on(play, upstream, reversal, Message("0421", reversal.fields))[39]
    assert last == ("25" if not upstream.undone and is_reversed else "00")
    assert not sum(upstream.held.values())
    assert not play.machine.approved()
    sent_again = [m for m in play.sent_on(UPSTREAM) if m.mti == "0421"]
    sent_before = {(e.trace, e.sent) for e in entries if isinstance(e, ReversalForwarded)}
    assert {(m[11], m[7]) for m in sent_again} <= sent_before
