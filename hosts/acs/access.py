"""What the access control server decides: who is authenticated, who is asked, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from typing import Any, Final, Literal

from msgspec import Struct

from cardswitch.specs.security.cavv import make_cavv
from cardswitch.specs.three_ds.messages import VERSION, AReq, ARes, CReq, CRes, RReq
from cardswitch.specs.three_ds.outcomes import (
    CARDHOLDER_CANCELED,
    TIMED_OUT,
    TransStatus,
    eci_of,
    is_mastercard,
)
from cardswitch.wire.ports import Seconds

from .config import AcsConfig, Behaviour

CHALLENGES_MAX: Final = 10_000  # The oldest goes first: its browser finds nothing any more.
CODE_MAX: Final = 20  # characters of a code that are looked at
# A challenge that has ended is known for so long, for a browser that comes again.
REMEMBERED_S: Final[Seconds] = 300.0
NOT_CONFIRMED: Final = "01"  # transStatusReason: the cardholder was not authenticated
_AT_ONCE: Final[dict[Behaviour, TransStatus]] = {
    "frictionless": "Y",
    "attempt": "A",
    "unavailable": "U",
    "failed": "N",
    "rejected": "R",
}
_ASKED_FOR: Final = ("03", "04")  # a challenge, by the merchant
Deed = Literal["confirm", "deny", "leave"]


class Challenge(Struct, kw_only=True):
    """A cardholder who is asked; *result* once that is over."""

    asked: AReq
    id: str
    until: Seconds
    tries: int = 0
    result: RReq | None = None

    def __repr__(self) -> str:
        """Without the card."""
        return f"<challenge {self.id}>"

    @property
    def answer(self) -> CRes:
        """What the browser carries back."""
        assert self.result is not None, "it is over"
        return CRes(
            message_version=VERSION,
            transaction=self.asked.transaction,
            acs_transaction=self.id,
            is_complete="Y",
            status=self.result.status,
        )


class AccessControl:
    """Answers AReqs, and keeps the challenges that they lead to. Time and chance come in."""

    def __init__(self, config: AcsConfig, cavv_key: bytes) -> None:
        self._config = config
        self._key = cavv_key
        self._challenges: dict[str, Challenge] = {}

    def ask(self, asked: AReq, now: Seconds, new_id: Callable[[], str]) -> ARes:
        """Whether it is the cardholder who buys, or where he is to be asked."""
        does = self._behaviour(asked)
        id_ = new_id()
        if does == "challenge":
            self._begin(Challenge(asked=asked, id=id_, until=now + self._config.challenge_s), now)
            url = f"{self._config.pages.url}/challenge"
            return _answer(asked, id_, "C", acs_url=url, is_mandated="Y")
        status = _AT_ONCE[does]
        eci, cavv = self._proof(asked, status)
        return _answer(asked, id_, status, eci=eci, cavv=cavv)

    def opened(self, came: CReq, now: Seconds) -> Challenge | None:
        """The challenge that a browser comes for, if it is one of ours."""
        found = self.find(came.acs_transaction, now)
        return found if found is not None and found.asked.transaction == came.transaction else None

    def find(self, id_: str, now: Seconds) -> Challenge | None:
        """The challenge *id_*, open or just over."""
        found = self._challenges.get(id_)
        return found if found is not None and now < found.until + REMEMBERED_S else None

    def hear(self, challenge: Challenge, deed: Deed, code: str, now: Seconds) -> RReq | None:
        """What comes of what the cardholder did; None: the code is wrong, and he may try again."""
        if challenge.result is not None:
            return challenge.result
        if challenge.until <= now:
            return self._over(challenge, "N", TIMED_OUT)
        if deed == "leave":
            return self._over(challenge, "N", TIMED_OUT, cancel=CARDHOLDER_CANCELED)
        if deed == "deny":
            return self._over(challenge, "N", NOT_CONFIRMED)
        challenge.tries += 1
        if compare_digest(code[:CODE_MAX].encode(), self._config.code.encode()):
            return self._over(challenge, "Y")
        if challenge.tries >= self._config.tries_max:
            return self._over(challenge, "N", NOT_CONFIRMED)
        return None

    def tries_left(self, challenge: Challenge) -> int:
        """How often he may still try."""
        return self._config.tries_max - challenge.tries

    def overdue(self, now: Seconds) -> list[Challenge]:
        """Those in which nothing was done in time; each is named once, with its result."""
        late = [e for e in self._challenges.values() if e.result is None and e.until <= now]
        for each in late:
            self._over(each, "N", TIMED_OUT)
        return late

    def _behaviour(self, asked: AReq) -> Behaviour:
        config = self._config
        fits = (
            rule.does
            for rule in config.rules
            if (not rule.cards or asked.number.startswith(rule.cards))
            and (not rule.amounts or int(asked.amount or 0) in rule.amounts)
        )
        does = next(fits, config.otherwise)
        if does == "challenge_once":
            does = "frictionless" if asked.prior is not None else "challenge"
        is_wanted = asked.preference in _ASKED_FOR and does == "frictionless"
        return "challenge" if is_wanted else does

    def _begin(self, challenge: Challenge, now: Seconds) -> None:
        known = self._challenges
        while known and (
            len(known) >= CHALLENGES_MAX or next(iter(known.values())).until + REMEMBERED_S <= now
        ):
            del known[next(iter(known))]
        known[challenge.id] = challenge

    def _over(
        self, challenge: Challenge, status: TransStatus, reason: str = "", cancel: str = ""
    ) -> RReq:
        eci, cavv = self._proof(challenge.asked, status)
        challenge.result = RReq(
            message_version=VERSION,
            transaction=challenge.asked.transaction,
            ds_transaction=challenge.asked.ds_transaction,
            acs_transaction=challenge.id,
            category=challenge.asked.category,
            status=status,
            reason=reason,
            cancel=cancel,
            eci=eci,
            cavv=cavv,
            tries=f"{challenge.tries:02d}",
        )
        return challenge.result

    def _proof(self, asked: AReq, status: TransStatus) -> tuple[str, str]:
        """The indicator of *status*, and the value that proves it to the issuer."""
        eci = eci_of(status, is_mastercard=is_mastercard(asked.number))
        if status not in ("Y", "A"):
            return eci, ""
        amount, currency = int(asked.amount or 0), asked.currency
        return eci, make_cavv(self._key, asked.number, amount, currency, asked.ds_transaction, eci)


def _answer(asked: AReq, id_: str, status: TransStatus, **more: Any) -> ARes:
    return ARes(
        message_version=VERSION,
        transaction=asked.transaction,
        ds_transaction=asked.ds_transaction,
        acs_transaction=id_,
        status=status,
        **more,
    )
