"""Which answers may be believed: every program that asks for money checks with this."""

from __future__ import annotations

from typing import Final

from ..message import Message

PARTLY_APPROVED: Final = "10"
NOTHING: Final = "000000000000"


def fits(answer: Message, asked: Message) -> bool:
    """Whether *answer* can be the answer to the purchase *asked*.

    It must have a code of two characters, and neither more money nor another currency nor another
    retrieval reference number than *asked*; what it leaves out is taken as unchanged. A partial
    approval (10) must say how much, and more than nothing.

    >>> asked = Message("0200", {4: "000000001250", 49: "978"})
    >>> fits(asked.reply("00"), asked), fits(asked.reply("10", {4: "000000009999"}), asked)
    (True, False)
    """
    said, wanted = answer.fields, asked.fields
    return (
        len(said.get(39, "")) == 2
        and (said[39] != PARTLY_APPROVED or said.get(4, NOTHING) > NOTHING)
        and said.get(4, "") <= wanted[4]  # twelve digits each, so text order is number order
        and all(said.get(n, wanted.get(n)) == wanted.get(n, said.get(n)) for n in (37, 49))
    )
