"""Magic amounts: their last two digits make the issuer answer as a test wants it. Data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.codes import DO_NOT_HONOUR, EXPIRED, NO_FUNDS


class Behaviour(Struct, frozen=True):
    """What an amount does to a request that is otherwise in order."""

    text: str
    decline: str = ""  # answer this code, hold nothing
    divisor: int = 1  # approve the amount divided by this
    answer: Literal["at once", "late", "never"] = "at once"


NORMAL: Final = Behaviour("as the account allows")
# Late and never hold the money, so that the reversal which must follow has something to release.
MAGIC: Final[Mapping[str, Behaviour]] = {
    "05": Behaviour("do not honour", decline=DO_NOT_HONOUR),
    "10": Behaviour("half of the amount is approved", divisor=2),
    "51": Behaviour("insufficient funds", decline=NO_FUNDS),
    "54": Behaviour("expired card", decline=EXPIRED),
    "68": Behaviour("the answer comes late", answer="late"),
    "69": Behaviour("the answer is lost", answer="never"),
}


def behaviour_of(amount: str) -> Behaviour:
    """What the *amount* of field 4 asks for.

    >>> behaviour_of("000000001251").decline, behaviour_of("000000001250") is NORMAL
    ('51', True)
    """
    return MAGIC.get(amount[-2:], NORMAL)
