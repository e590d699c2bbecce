"""Which answers may be believed: every program that asks for money checks with this."""

from __future__ import annotations

from typing import Final

from ..message import Message

PARTLY_APPROVED: Final = "10"
NOTHING: Final = "000000000000"


def fits(answer: Message, asked: Message) -> bool:
    """Whether *answer* can be the answer to the purchase *asked*.

    It must have a code of two characters, and neither more money nor another currency nor another
    retrieval reference number than *asked*; what it leaves out is taken as unchanged. An approval
    must be of more than nothing, and a partial one (10) say how much.

    >>> asked = Message("0200", {4: "000000001250", 49: "978"})
    >>> fits(asked.reply("00"), asked), fits(asked.reply("10", {4: "000000009999"}), asked)
    (True, False)
    """
    said, wanted = answer.fields, asked.fields
    code = said.get(39, "")
    amount = said.get(4, NOTHING if code == PARTLY_APPROVED else wanted[4])
    return (
        len(code) == 2
        and (amount > NOTHING or not answer.approved)
        and amount <= wanted[4]  # twelve digits each, so text order is number order
        and all(said.get(n, wanted.get(n)) == wanted.get(n, said.get(n)) for n in (37, 49))
    )
