"""Which answers may be believed: every program that asks for money checks with this."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from ..codes import NO_REASON_TO_DECLINE, PARTLY_APPROVED
from ..message import Message
from .accepted import NOTHING
from .kinds import Kind

CODE_LENGTH: Final = 2  # of field 39
AGREEING: Final = (37, 49)  # What must be the same in the answer, where both say it.
# What an issuer may say besides: day of settlement, approval code, data of its own, balances, chip.
Brought = Literal[15, 38, 44, 48, 54, 55, 62, 63]
BROUGHT_BACK: Final[tuple[Brought, ...]] = (15, 38, 44, 48, 54, 55, 62, 63)


def fits(answer: Message, asked: Message, kind: Kind, agreeing: tuple[int, ...] = AGREEING) -> bool:
    """Whether *answer* can be the answer to *asked*, which is of the class *kind*.

    It must have a code of two characters, and nothing else than *asked* in the fields *agreeing*;
    what it leaves out is taken as unchanged. An approval must bring what its class says, and be of
    all that was asked for; one in part (10) says how much less, and more than nothing. No reason to
    decline (85) is no approval of money.

    >>> from .kinds import KINDS
    >>> asked, sale = Message("0200", {4: "000000001250", 49: "978"}), KINDS.named("sale")
    >>> fits(asked.reply("00"), asked, sale), fits(asked.reply("10", {4: "9" * 12}), asked, sale)
    (True, False)
    """
    said, wanted = answer.fields, asked.fields
    code, is_approved = said.get(39, ""), answer.approved
    if is_approved:
        for number in kind.answer:
            if number not in said:
                return False
    if code == NO_REASON_TO_DECLINE and kind.moves_money:
        return False
    if code == PARTLY_APPROVED and not kind.in_part:
        return False
    for number in agreeing:
        if number in said and said[number] != wanted.get(number, said[number]):
            return False
    return len(code) == CODE_LENGTH and _money_fits(
        code, is_approved, said.get(4), wanted.get(4, NOTHING)
    )


def brought_back(answer: Message, numbers: Iterable[int]) -> dict[int, str]:
    """Those of the fields *numbers* that *answer* has.

    >>> brought_back(Message("0210", {39: "00", 44: "M"}), (44, 55))
    {44: 'M'}
    """
    return {number: answer[number] for number in numbers if number in answer.fields}


def _money_fits(code: str, is_approved: bool, amount: str | None, wanted: str) -> bool:
    """Amounts have twelve digits each, so text order is number order."""
    if code == PARTLY_APPROVED:
        return amount is not None and NOTHING < amount <= wanted
    return amount is None or amount == wanted or (not is_approved and amount <= wanted)
