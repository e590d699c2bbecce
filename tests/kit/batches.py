"""Batches that a terminal has closed, as the rows of a real switch that it closed them with."""

from __future__ import annotations

from typing import Any

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.specs.transactions.totals import Totals, pack_totals
from cardswitch.wire.ports import Received
from tests.kit.play import Playbook
from tests.kit.switch import PLAIN, POS, approved, opened

SOLD = Totals().plus(1250)
WHERE = {41: "TERM0001", 42: "SHOP0001       "}


def close(
    totals: Totals = SOLD,
    stan: str = "000020",
    mti: str = "0500",
    batch: str = "000001",
    currency: str = "978",
    **changes: str | None,
) -> Message:
    """A 0500 with *totals*; *changes* such as ``f7``, None takes a field out."""
    fields = {7: "0329010100", 11: stan, **WHERE, 50: currency, 60: batch, **pack_totals(totals)}
    return _message(mti, fields, changes)


def item(
    amount: int = 1250,
    stan: str = "000021",
    of: Message = PLAIN,
    batch: str = "000001",
    **changes: str | None,
) -> Message:
    """A 0320 for the sale *of*."""
    fields = {3: of[3], 4: f"{amount:012d}", 7: "0329010101", 11: stan, **WHERE, 49: "978"}
    fields |= {60: batch, 90: original_data(of)}
    return _message("0320", fields, changes)


def _message(mti: str, fields: dict[int, str], changes: dict[str, str | None]) -> Message:
    changed: dict[int, str | None] = {int(name[1:]): value for name, value in changes.items()}
    return Message(mti, {n: v for n, v in sorted({**fields, **changed}.items()) if v is not None})


def told(play: Playbook, message: Message) -> Any:
    """What *message* is answered; None for silence."""
    before = len(play.sent_on(POS))
    (play >> Received(POS, message)).skip()
    answers = play.sent_on(POS)[before:]
    return answers[0] if answers else None


def sold(play: Playbook | None = None, request: Message = PLAIN) -> Playbook:
    """12.50 are sold."""
    return approved(play or opened(), request)


def codes(play: Playbook, *messages: Message) -> list[str]:
    """What each of *messages* is told; "" for silence."""
    return [answer[39] if (answer := told(play, each)) else "" for each in messages]


def history() -> Playbook:
    """Two batches: one in balance; of the other, an item is missing on each side, one differs."""
    play = sold()
    assert codes(play, close()) == ["00"]
    for stan in ("000031", "000032", "000033"):
        sold(play, PLAIN.with_fields({11: stan}))
    first, last = PLAIN.with_fields({11: "000031"}), PLAIN.with_fields({11: "000099"})
    second = PLAIN.with_fields({11: "000032"})
    theirs = Totals().plus(1250).plus(1300).plus(500)
    assert codes(
        play,
        close(theirs, "000040", batch="000002"),
        item(1250, "000041", first, "000002"),
        item(1300, "000042", second, "000002"),
        item(500, "000043", last, "000002"),
        close(theirs, "000044", batch="000002"),
    ) == ["95", "00", "13", "25", "00"]
    return play
