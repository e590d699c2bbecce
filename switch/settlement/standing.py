"""How payouts stand: which did not get there, and which wait until an account or a mind is changed.

What a bank has rejected or sent back is owed again. It is paid by the next close once the merchant
has another account, or once a person says that the same one is good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.masking import printable

from .formats.reasons import OF_THE_ORDER, in_words

Key = tuple[str, str]  # merchant and currency (ISO 4217 numeric)
DeedKind = Literal[
    "hold", "release", "retry", "hold closes", "release closes", "correct", "clear"
]  # fmt: skip


class Bounced(Struct, frozen=True, gc=False, kw_only=True):
    """A transfer that did not get there."""

    number: int  # of what told of it, in the books
    closes: int  # how many days were closed by then
    outcome: str  # rejected or returned
    reference: str  # EndToEndId
    merchant: str
    currency: str
    amount: int  # minor units, above zero
    iban: str  # where it was to go
    code: str  # the bank's reason

    @property
    def reason(self) -> str:
        """Why, in words."""
        return f"{self.code} {in_words(self.code)}".strip()


class Deed(Struct, frozen=True, gc=False, kw_only=True):
    """What a person has decided on payouts, or on closes."""

    number: int
    kind: DeedKind
    merchant: str = ""
    currency: str = ""  # of a hold or release; "" for all
    reference: str = ""  # of a retry
    by: str = ""
    because: str = ""

    @property
    def told(self) -> str:
        """Who, and why."""
        return f"{printable(self.by, 40)}: {printable(self.because)}"


class Hold(Struct, frozen=True, gc=False):
    """Nothing is paid to that account; "" for any."""

    iban: str
    because: str


class Standing(Struct, frozen=True):
    """What a close must know of earlier payouts."""

    # Owed again and not paid since, by merchant and currency.
    bounced: Mapping[Key, tuple[str, ...]]
    holds: Mapping[Key, tuple[Hold, ...]]  # a currency of "" is all of them

    def why_held(self, merchant: str, code: str, iban: str) -> str:
        """Why nothing is paid to the account *iban* of *merchant*, and what to do; or nothing."""
        for key in ((merchant, ""), (merchant, code)):
            for hold in self.holds.get(key, ()):
                if hold.iban in ("", iban):
                    return hold.because
        return ""


NOTHING_SAID: Final = Standing({}, {})


def standing(
    bounced: Iterable[Bounced], deeds: Collection[Deed], paid: Mapping[Key, int]
) -> Standing:
    """How payouts stand after *bounced* and *deeds*, both in their order.

    *paid* has the number of the last close that has paid anything, by merchant and currency: a
    close pays all that is owed, so it has paid what had bounced before.
    """
    retried = {deed.reference for deed in deeds if deed.kind == "retry"}
    owed: defaultdict[Key, list[str]] = defaultdict(list)
    holds: defaultdict[Key, list[Hold]] = defaultdict(list)
    for each in bounced:
        key = each.merchant, each.currency
        if paid.get(key, 0) <= each.closes:
            owed[key].append(each.reference)
        if each.code not in OF_THE_ORDER and each.reference not in retried:
            holds[key].append(Hold(each.iban, _why(each)))
    for key, because in _held(deeds).items():
        holds[key].insert(0, Hold("", because))
    return Standing(
        bounced={key: tuple(references) for key, references in owed.items()},
        holds={key: tuple(own) for key, own in holds.items()},
    )


def held_close(deeds: Iterable[Deed]) -> Deed | None:
    """Why no day is closed, if a person has said so and nobody has released it since."""
    held = None
    for deed in deeds:
        if deed.kind in ("hold closes", "release closes"):
            held = deed if deed.kind == "hold closes" else None
    return held


def _held(deeds: Iterable[Deed]) -> dict[Key, str]:
    held: dict[Key, str] = {}
    for deed in deeds:
        if deed.kind == "hold":
            remedy = f"cardswitch settle payout release {deed.merchant}"
            held[deed.merchant, deed.currency] = f"held by {deed.by}: {deed.because}; {remedy}"
        elif deed.kind == "release":
            for key in [key for key in held if key[0] == deed.merchant]:
                if deed.currency in ("", key[1]):
                    del held[key]
    return held


def _why(each: Bounced) -> str:
    return (
        f"{each.reference} was {each.outcome}: {each.reason}; name another account under "
        f"[[merchants]], or cardswitch settle payout retry {each.reference}"
    )
