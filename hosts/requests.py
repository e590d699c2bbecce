"""What both hosts do alike with a request: what it must bring, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.amounts import de4
from cardswitch.specs.message import Message

REQUIRED: Final = (37,)  # Besides what the class of a request requires: the switch gives it.


def decision(
    request: Message,
    code: str,
    amount: int = 0,
    approval_code: str = "",
    said: Mapping[int, str] | None = None,
) -> Message:
    """The answer to a purchase: *code*, if it approves how much (4) and 38, and what is *said*.

    >>> decision(Message("0200", {4: "000000001210"}), "10", 605, "000001")
    <0210 4=000000000605, 38=000001, 39=10>
    """
    changes = dict(said or {})
    if amount:
        changes[4] = de4(amount)
    if approval_code:
        changes[38] = approval_code
    return request.reply(code, changes)
