"""The issuer dies between any two effects of every path: no hold is doubled, none is lost."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseUndone
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Append, Received, Send
from tests.kit.hosts import (
    NETWORK,
    RIGHT_PIN,
    WRONG_PIN,
    hsm_answers,
    issuer,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    swiped,
)
from tests.kit.play import Playbook, after, answered

PATHS = {
    "plain": [Received(NETWORK, purchase())],
    "pin and cvv": [
        Received(NETWORK, swiped(f52=RIGHT_PIN)),
        answered("hsm", "00"),
        answered("hsm", "00"),
    ],
    "wrong pin": [Received(NETWORK, purchase(f52=WRONG_PIN)), answered("hsm", "01")],
    "right after wrong": [
        Received(NETWORK, purchase(trace=1, f52=WRONG_PIN)),
        answered("hsm", "01"),
        Received(NETWORK, purchase(f52=RIGHT_PIN)),
        answered("hsm", "00"),
    ],
    "late": [Received(NETWORK, purchase(1_268)), after(9.0)],
    "never": [Received(NETWORK, purchase(1_269)), after(9.0)],
    "partial": [Received(NETWORK, purchase(1_210))],
    "reversed": [Received(NETWORK, purchase()), Received(NETWORK, reversal_of(purchase()))],
    "reversed first": [Received(NETWORK, reversal_of(purchase())), Received(NETWORK, purchase())],
    "reversed in flight": [
        Received(NETWORK, purchase(f52=RIGHT_PIN)),
        Received(NETWORK, reversal_of(purchase())),
        answered("hsm", "00"),
    ],
}


@pytest.mark.parametrize("path", PATHS)
def test_a_crash_between_any_two_effects_neither_doubles_nor_loses_a_hold(path: str) -> None:
    whole = issuer()
    for happening in PATHS[path]:
        (whole >> happening).skip()
    purchases = [h.message for h in PATHS[path] if isinstance(h, Received)]
    request = [message for message in purchases if message.mti == "0200"][-1]
    for cut in range(len(whole.effects) + 1):
        _crash_at(whole, cut, request)


def _crash_at(whole: Playbook, cut: int, request: Message) -> None:
    done = whole.effects[:cut]
    rows = [effect.entry for effect in done if isinstance(effect, Append)]
    told = [e.message for e in done if isinstance(e, Send) and e.link == NETWORK]
    undone = any(row.state == PurchaseUndone.__name__ for row in rows)
    play = issuer(rows)
    # The first repeat may be answered late, or never; the second has its answer stored.
    play.do(play.machine.handle(Received(NETWORK, repeat_of(request)), play.now))
    hsm_answers(play)
    (play >> after(9.0)).skip()
    answer = outcome(play, repeat_of(request))
    assert len(play.machine.held()) == (1 if answer.approved else 0)
    assert not (undone and answer.approved)
    for before in told:
        if before.mti == "0210" and before[11] == request[11] and not undone:
            assert (before[39], before.get(38)) == (answer[39], answer.get(38))
    # What was reversed before it came stays unknown.
    unknown = any(row.identity and '"terms":null' in row.fields for row in rows)
    assert outcome(play, reversal_of(request))[39] == ("25" if unknown else "00")
    assert not play.machine.held()
    assert outcome(play, repeat_of(request))[39] != "00"
    assert play.machine.books.accounts["good"].available == 10_000
