"""Is a card ours, may it be used, and does its holder use it? What the issuer asks before money."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.hsm.commands.cards.values import verify_cvv
from cardswitch.specs.hsm.commands.pins.blocks import verify_pin_pvv_zpk
from cardswitch.specs.hsm.errors import BAD_PIN_BLOCK, MISMATCH
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import pan12_of
from cardswitch.specs.transactions.absent import Checks, channel_of
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.keys.working import WorkingKeys
from cardswitch.wire.machine.waits import NoAnswer, Wait
from cardswitch.wire.ports import LinkId

from .absent import AbsentCards
from .cards import MoreCards, Presented
from .config import ANY, CardConfig, CardStatus, IssuerConfig
from .entries import PinTried

HSM: Final = LinkId("hsm")
ZONE: Final = "network"  # whence PINs come

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
        keys: WorkingKeys,
        absent: AbsentCards,
        more: MoreCards | None = None,
        listed: Collection[str] = (),
    ) -> None:
        """*tries*: wrong PINs in a row by card id, as the books know them after each *write*.

        *keys*: those that stand in for the configured ZPK. *absent*: what is asked of cards that
        are not there. *more*: cards besides those of the *config*. *listed*: ids of those on the
        stop list.
        """
        self._desk = desk
        self._config = config
        self._tries = tries
        self._write = write
        self._keys = keys
        self._absent = absent
        self._more = more
        self._listed = listed
        self._cards = {card.pan: card for card in config.cards}

    def record_of(self, pan: str) -> CardConfig | None:
        """The card with the number *pan*, if we gave one out. Raises Error."""
        known = self._cards.get(pan)
        return known if known or self._more is None or not pan else self._more.card(pan)

    async def check(
        self, card: Presented, request: Message, terms: Terms, checks: Checks
    ) -> CardConfig:
        """The card as we gave it out, with which *request* may be paid if there is money.

        PIN and CVV are asked in one turn; that the PIN is wrong is told, and counted, first. What
        is found of a card that is not there stands in *checks*, declined or not.
        """
        record = self.find(card)
        self._absent.look(record, card, terms, checks)
        block, zpks = request.get(52), self._zpks()
        pin = self._ask(self._pin_command(record, card, block, zpks[0]))
        cvv = self._ask(self._cvv_command(record, card))
        said_of_pin = await answer_of(pin)
        said_of_cvv = await answer_of(cvv)
        if pin is not None:
            while _is_of_other_key(said_of_pin) and len(zpks) > 1:
                zpks = zpks[1:]
                again = self._ask(self._pin_command(record, card, block, zpks[0]))
                said_of_pin = await answer_of(again)
            if not _is_of_other_key(said_of_pin):
                self._keys.seen(ZONE, "pin", zpks[0], self._desk.now)
            self._judge_pin(record, self._is_right(said_of_pin))
        if not card.has_track:
            if cvv is not None:
                is_right = None if said_of_cvv is None else self._is_right(said_of_cvv)
                self._absent.judge_cvc(checks, is_right)
            self._absent.judge_rest(card, checks, channel_of(request))
        elif cvv is None or not self._is_right(said_of_cvv):
            raise Decline(WRONG_CVV)
        return record

    def _zpks(self) -> tuple[str, ...]:
        """The keys that PINs may be under: while one is changed, the new one and the old."""
        zpk = self._config.zpk
        return self._keys.accepted(ZONE, "pin", zpk, self._desk.now) or (zpk,)

    def find(self, card: Presented) -> CardConfig:
        """The card as we gave it out, if it may be used at all."""
        record = self.record_of(card.pan)
        if record is None:
            raise Decline(CARD_UNKNOWN)
        if record.status in STATUS_CODES:
            raise Decline(STATUS_CODES[record.status])
        if record.id in self._listed:
            raise Decline(RESTRICTED_CARD)
        self._refuse_if_blocked(record)
        expiry = card.expiry if record.expiry == ANY else record.expiry
        if card.expiry not in ("", expiry) or (expiry and expiry_passed(expiry, self._desk.now)):
            raise Decline(EXPIRED)
        return record

    def _pin_command(
        self, record: CardConfig, card: Presented, block: str, zpk: str
    ) -> Command | None:
        if not block:
            return None
        pvki, pvv = (card.pvki, card.pvv) if card.has_track else (record.pvki, record.pvv)
        if not pvki or not pvv:
            raise Decline(NOT_PERMITTED)  # A card without a PIN.
        pan12 = pan12_of(card.pan)
        return verify_pin_pvv_zpk(zpk, self._config.pvk, block, pan12, pvki, pvv)

    def _cvv_command(self, record: CardConfig, card: Presented) -> Command | None:
        """The CVV of the track, or the CVV2; both are computed over the expiry as YYMM."""
        if not card.cvv or (not card.has_track and record.cvv2 != "checked"):
            return None
        key = self._config.cvk
        expiry = card.expiry if record.expiry == ANY else record.expiry
        return verify_cvv(key, card.pan, expiry, card.service_code, card.cvv)

    def _judge_pin(self, record: CardConfig, is_right: bool) -> None:
        """Wrong PINs are counted durably, and before the answer says so."""
        # Other tries may have failed meanwhile: then not even the right PIN helps.
        self._refuse_if_blocked(record)
        tries = self._tries.get(record.id, 0)
        if not is_right:
            self._write(PinTried(record.id, tries + 1))
            self._refuse_if_blocked(record)
            raise Decline(WRONG_PIN)
        if tries:
            self._write(PinTried(record.id, 0))

    def _ask(self, command: Command | None) -> Wait[Answer] | None:
        """Ask *command*, if there is one; what was asked must be waited for."""
        if command is None:
            return None
        return self._desk.ask(HSM, command, self._config.hsm_timeout_s)

    def _is_right(self, answer: Answer | None) -> bool:
        """What the HSM says. Whoever cannot be verified is declined, and soon."""
        if answer is None:
            raise Decline(UNAVAILABLE)
        if not answer.ok and answer.error != MISMATCH:
            self._desk.count("hsm_error")
            raise Decline(MALFUNCTION)
        return answer.ok

    def _refuse_if_blocked(self, record: CardConfig) -> None:
        if self._tries.get(record.id, 0) >= self._config.pin_tries_max:
            raise Decline(PIN_TRIES_EXCEEDED)


def _is_of_other_key(answer: Answer | None) -> bool:
    return answer is not None and answer.error in BAD_PIN_BLOCK


async def answer_of(wait: Wait[Answer] | None) -> Answer | None:
    """What *wait* ends with; None if there is no answer, or nothing was asked."""
    try:
        return await wait if wait is not None else None
    except NoAnswer:
        return None
