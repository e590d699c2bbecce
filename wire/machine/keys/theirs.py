"""A change of a key that the peer makes: the HSM takes the key in, and the peer is answered."""

from __future__ import annotations

from cardswitch.specs.codes import (
    APPROVED,
    CRYPTOGRAPHIC_FAILURE,
    DUPLICATE,
    FORMAT_ERROR,
    MALFUNCTION,
    UNAVAILABLE,
)
from cardswitch.specs.errors import FormatError
from cardswitch.specs.hsm.commands.keys.any_type import import_key
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import is_of_now

from ...ports import LinkId, name_of
from ..budget import Budget
from ..waits import NoAnswer
from .offers import KEY_FIELD, Offer
from .steps import CHANGED, PEER, KeyRefused, KeySteps, Outcome
from .working import KeyKind


class TheirChanges:
    """One of each key at a time; what comes meanwhile is not heard, and offered again."""

    def __init__(self, steps: KeySteps) -> None:
        self._steps = steps
        self._desk = steps.desk
        self._taking: set[tuple[str, KeyKind]] = set()

    def begin(self, link: LinkId, request: Message, offer: Offer) -> None:
        """Take the key of *offer* in, which came with *request*, and answer that."""
        name = name_of(link), offer.kind
        if name in self._taking:
            return self._desk.count("key_in_work")
        self._taking.add(name)
        return self._desk.start(self._taken(link, request, offer), budget=Budget.CARING)

    async def _taken(self, link: LinkId, request: Message, offer: Offer) -> None:
        """Take it in once; it is answered the same however often it comes."""
        place = name_of(link)
        try:
            code = self._known(place, offer, request) or await self._import(place, offer)
        finally:
            self._taking.discard((place, offer.kind))
        text = offer._replace(key="").text
        self._desk.send(link, request.reply(code, {KEY_FIELD: text}))

    def _known(self, place: str, offer: Offer, request: Message) -> str:
        """The code for an *offer* that needs no look into it; ``""`` if it may be taken."""
        state = self._steps.state(place, offer.kind)
        if offer.kcv == state.kcv:
            return APPROVED
        try:
            is_new = offer.kcv not in state.spent and is_of_now(request, self._desk.now)
        except FormatError:
            return FORMAT_ERROR
        if not is_new:
            return DUPLICATE
        # Both sides at once: neither takes the other's key, and either may try again.
        return self._refused(place, offer, UNAVAILABLE) if state.offered else ""

    async def _import(self, place: str, offer: Offer) -> str:
        """Have the HSM take the key of *offer* in; the code for it."""
        plan, kind = self._steps.plan(place), offer.kind
        scheme, master = plan.scheme_under_lmk(kind), plan.masters[kind]
        command = import_key(plan.types[kind], master, offer.key, scheme)
        try:
            taken = await self._steps.ask_hsm(command, "does not take the peer's key in")
            if taken["kcv"] != offer.kcv:
                raise KeyRefused("the peer's key has another check value than it says")
        except NoAnswer as error:
            return self._refused(place, offer, MALFUNCTION, str(error))
        except KeyRefused as error:
            return self._refused(place, offer, CRYPTOGRAPHIC_FAILURE, str(error))
        self._steps.note("changed", place, offer, key=taken["key"], by=PEER)
        self._steps.end(place, kind, CHANGED)
        return APPROVED

    def _refused(self, place: str, offer: Offer, code: str, reason: str = "") -> str:
        """A copy of it must not be taken later, when the peer counts on the old key."""
        self._steps.note("kept", place, offer, by=PEER)
        if reason:
            self._steps.end(place, offer.kind, Outcome("kept", reason))
        return code
