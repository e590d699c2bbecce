"""Is a card ours, may it be used, and does its holder use it? What the issuer asks before money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.codes import (
    ACCOUNT_CLOSED,
    CARD_UNKNOWN,
    EXPIRED,
    LOST_CARD,
    MALFUNCTION,
    NOT_PERMITTED,
    PIN_TRIES_EXCEEDED,
    RESTRICTED_CARD,
    STOLEN_CARD,
    UNAVAILABLE,
    WRONG_CVV,
    WRONG_PIN,
)
from cardswitch.specs.dates import expiry_passed
from cardswitch.specs.errors import Decline
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.cards import verify_cvv
from cardswitch.specs.hsm.commands.pins import verify_pin_pvv_zpk
from cardswitch.specs.hsm.errors import MISMATCH
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import pan12_of
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import NoAnswer
from cardswitch.wire.ports import LinkId

from .cards import Presented
from .config import CardConfig, CardStatus, IssuerConfig
from .entries import PinTried

HSM: Final = LinkId("hsm")

STATUS_CODES: Final[Mapping[CardStatus, str]] = {
    "lost": LOST_CARD,
    "stolen": STOLEN_CARD,
    "closed": ACCOUNT_CLOSED,
    "restricted": RESTRICTED_CARD,
    "pin_blocked": PIN_TRIES_EXCEEDED,
}


class Verification:
    """Raises Decline unless all is well. PINs and CVVs are verified by the HSM alone."""

    def __init__(
        self,
        desk: Desk,
        config: IssuerConfig,
        tries: Mapping[str, int],
        write: Callable[[PinTried], None],
    ) -> None:
        """*tries*: wrong PINs in a row by card id, as the books know them after each *write*."""
        self._desk = desk
        self._config = config
        self._tries = tries
        self._write = write
        self._cards = {card.pan: card for card in config.cards}

    async def check(self, card: Presented, request: Message) -> CardConfig:
        """The card as we gave it out, with which *request* may be paid if there is money."""
        record = self._find(card)
        if 52 in request.fields:
            await self._check_pin(record, card, request[52])
        await self._check_cvv(record, card)
        return record

    def _find(self, card: Presented) -> CardConfig:
        record = self._cards.get(card.pan)
        if record is None:
            raise Decline(CARD_UNKNOWN)
        if record.status in STATUS_CODES:
            raise Decline(STATUS_CODES[record.status])
        self._refuse_if_blocked(record)
        if card.expiry not in ("", record.expiry) or expiry_passed(record.expiry, self._desk.now):
            raise Decline(EXPIRED)
        return record

    async def _check_pin(self, record: CardConfig, card: Presented, block: str) -> None:
        """Wrong PINs are counted durably, and before the answer says so."""
        pvki, pvv = (card.pvki, card.pvv) if card.has_track else (record.pvki, record.pvv)
        if not pvki or not pvv:
            raise Decline(NOT_PERMITTED)  # A card without a PIN.
        keys, pan12 = self._config, pan12_of(card.pan)
        command = verify_pin_pvv_zpk(keys.zpk, keys.pvk, block, pan12, pvki, pvv)
        right = await self._verify(command)
        # Other tries may have failed meanwhile: then not even the right PIN helps.
        self._refuse_if_blocked(record)
        tries = self._tries.get(record.id, 0)
        if not right:
            self._write(PinTried(record.id, tries + 1))
            self._refuse_if_blocked(record)
            raise Decline(WRONG_PIN)
        if tries:
            self._write(PinTried(record.id, 0))

    async def _check_cvv(self, record: CardConfig, card: Presented) -> None:
        """The CVV of the track, or the CVV2; both are computed over the expiry as YYMM."""
        if not card.cvv:
            if card.has_track or self._config.cvv_required:
                raise Decline(WRONG_CVV)
            return
        key, expiry = self._config.cvk, record.expiry
        if not await self._verify(verify_cvv(key, card.pan, expiry, card.service_code, card.cvv)):
            raise Decline(WRONG_CVV)

    async def _verify(self, command: Command) -> bool:
        """What the HSM says. Whoever cannot be verified is declined, and soon."""
        try:
            answer = await self._desk.ask(HSM, command, self._config.hsm_timeout_s)
        except NoAnswer:
            raise Decline(UNAVAILABLE) from None
        if not answer.ok and answer.error != MISMATCH:
            self._desk.count("hsm_error")
            raise Decline(MALFUNCTION)
        return answer.ok

    def _refuse_if_blocked(self, record: CardConfig) -> None:
        if self._tries.get(record.id, 0) >= self._config.pin_tries_max:
            raise Decline(PIN_TRIES_EXCEEDED)
