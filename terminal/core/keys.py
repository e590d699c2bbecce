"""The keys of a terminal are changed in traffic: it asks, and the answer brings one, or it is
brought one unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from cardswitch.specs.codes import (
    APPROVED,
    CRYPTOGRAPHIC_FAILURE,
    DUPLICATE,
    FORMAT_ERROR,
    INVALID_TRANSACTION,
    KEY_CHANGE,
    NOT_PERMITTED_HERE,
)
from cardswitch.specs.dates import transmission_at
from cardswitch.specs.errors import CryptoError, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import CLOCK_APART_MAX_S, is_of_now
from cardswitch.wire.machine.keys.offers import KEY_FIELD, Offer, read_key
from cardswitch.wire.machine.keys.working import KeyKind
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Effect, LinkId, Seconds

from ..pinpad.dukpt import DukptPad
from ..pinpad.macs import MacPad
from ..pinpad.pad import PinPad
from .entries import KeyProven, KeyTaken, KsnUsed, TerminalEntry
from .errors import NotReady
from .machine import Terminal

ANSWER_S: Final[Seconds] = 5.0  # The switch asks its module before it answers.
# How long what is under the old key for MACs is accepted once the new one was seen in use.
OVERLAP_S: Final[Seconds] = 60.0
CHANGED: Final = "changed"
NO_ANSWER: Final = "no answer in time: the old key stays in use"
MISSING: Final[dict[KeyKind, str]] = {
    "pin": "this terminal has no PIN pad whose key is changed: terminal.tpk is missing",
    "mac": "this terminal makes no MACs: terminal.mac.key is missing",
}


class KeyedTerminal(Terminal):
    """A terminal whose pad takes new keys; :attr:`news` says how the last change ended."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.news = ""  # empty while a change is under way, and before the first
        # With the keys of the configuration.
        self._first: dict[KeyKind, PinPad | MacPad | None] = {
            "pin": self._pinpad if isinstance(self._pinpad, PinPad) else None,
            "mac": self._mac_pad,
        }
        self._dukpt = self._pinpad if isinstance(self._pinpad, DukptPad) else None
        if self._dukpt is not None:
            self._dukpt.used = lambda ksn: self._record(KsnUsed(self.desk.now, ksn))

    def pad(self, kind: KeyKind) -> PinPad | MacPad | None:
        """What the key of *kind* is in now; None if there is none that can be changed."""
        if kind == "mac":
            return self._mac_pad
        return self._pinpad if isinstance(self._pinpad, PinPad) else None

    def change_key(self, now: Seconds, kind: KeyKind = "pin") -> Sequence[Effect]:
        """Ask the switch for a new key. Raises NotReady: there is no pad, or no switch."""
        self.kernel.advance(now)
        self._require_ready()
        if self._first[kind] is None:
            raise NotReady(MISSING[kind])
        self.news = ""
        self._start(self._changed(kind))
        return self.kernel.take()

    def recover(self, entries: Iterable[TerminalEntry], now: Seconds) -> Sequence[Effect]:
        """See :meth:`Terminal.recover`; the last keys that were taken are those of the pads.

        Unless the configuration has another one since: a person has put that there.
        """
        effects = super().recover(entries, now)
        if self._dukpt is not None and self.book.ksn:
            self._dukpt.resume(self.book.ksn)
        for kind, taken in self.book.keys.items():
            first = self._first[kind]
            if first is not None and taken.instead_of == first.delivered:
                self._use(kind, first.renewed(taken.key))
        return effects

    def _use(self, kind: KeyKind, pad: PinPad | MacPad) -> None:
        if isinstance(pad, MacPad):
            self._mac_pad = pad
        else:
            self._pinpad = pad

    # It asks --------------------------------------------------------------------------------------

    async def _changed(self, kind: KeyKind) -> None:
        place, now = self.place, self.desk.now
        request = Offer(kind).request(now).with_fields({41: f"{place.terminal:8}"})
        try:
            question = self.desk.stamp(self.link, request)
            answer = await self.desk.ask(self.link, question, within=ANSWER_S)
        except NoAnswer:
            self.news = NO_ANSWER
            return
        self.news = self._taken(answer, kind, now)

    def _taken(self, answer: Message, kind: KeyKind, asked_at: Seconds) -> str:
        """Have the pad use the key in *answer*, if it is one; how that went."""
        if answer.get(39) != APPROVED:
            return f"refused with {answer.get(39)}: the old key stays in use"
        offer = read_key(answer.get(KEY_FIELD))
        if offer is None or offer.kind != kind:
            return "what came is no key for this pad: the old key stays in use"
        if self._was_here(offer):
            return "what came is a key that was in use before: the old key stays in use"
        if not self._take(offer, asked_at):
            return "what came is no key for this pad: the old key stays in use"
        return CHANGED

    # It is brought one ----------------------------------------------------------------------------

    def asked(self, link: LinkId, question: Any) -> None:
        """A new key is taken; a terminal serves nobody else."""
        if question.get(70) != KEY_CHANGE:
            return super().asked(link, question)
        offer = read_key(question.get(KEY_FIELD))
        if offer is None:
            return self.desk.send(link, question.reply(FORMAT_ERROR, {44: str(KEY_FIELD)}))
        code = self._answer_to(question, offer)
        return self.desk.send(link, question.reply(code, {KEY_FIELD: offer._replace(key="").text}))

    def _answer_to(self, question: Message, offer: Offer) -> str:
        """The code for *offer*, which came with *question*; approved, it is durable and in use."""
        pad = self.pad(offer.kind)
        if question.get(41).rstrip(" ") != self.place.terminal:
            return NOT_PERMITTED_HERE
        if pad is None:
            return INVALID_TRANSACTION
        if offer.kcv == pad.check_value:
            return APPROVED
        try:
            is_new = is_of_now(question, self.desk.now) and not self._was_here(offer)
            sent_at = transmission_at(question[7], self.desk.now)
        except FormatError:
            return FORMAT_ERROR
        if not is_new or self._is_late(offer, sent_at):
            return DUPLICATE
        return APPROVED if self._take(offer, sent_at) else CRYPTOGRAPHIC_FAILURE

    # Both -----------------------------------------------------------------------------------------

    def _was_here(self, offer: Offer) -> bool:
        """Whether that key is in use, or was before: then somebody has recorded it."""
        first = self._first[offer.kind]
        return first is not None and offer.kcv in (first.check_value, *self.book.spent)

    def _is_late(self, offer: Offer, sent_at: Seconds) -> bool:
        """Whether another key was offered since, and taken: the switch knows that as the last.

        Nobody can tell if that was in a time to come, since our clock has been set back.
        """
        last = self.book.keys.get(offer.kind)
        return last is not None and sent_at <= last.sent_at <= self.desk.now + CLOCK_APART_MAX_S

    def _take(self, offer: Offer, sent_at: Seconds) -> bool:
        """Use the key of *offer* from now on, durably, if it is one for this pad."""
        kind, first, before = offer.kind, self._first[offer.kind], self.pad(offer.kind)
        assert first is not None
        assert before is not None
        try:
            pad = first.renewed(offer.key)
        except CryptoError:
            return False
        if pad.check_value != offer.kcv:
            return False
        taken = KeyTaken(
            at=self.desk.now,
            key=offer.key,
            kcv=offer.kcv,
            instead_of=first.delivered,
            kind=kind,
            before=before.delivered,
            sent_at=sent_at,
        )
        self._record(taken)
        self._use(kind, pad)
        return True

    def _old_mac_pad(self) -> MacPad | None:
        taken, pad = self.book.keys.get("mac"), self._mac_pad
        if taken is None or pad is None or taken.key != pad.delivered:
            return None
        seen_at = self.book.mac_key_seen_at
        if seen_at is not None and self.desk.now > seen_at + OVERLAP_S:
            return None
        return pad.renewed(taken.before)

    def _mac_key_seen(self) -> None:
        if self.book.mac_key_seen_at is None and "mac" in self.book.keys:
            self._record(KeyProven(self.desk.now))
