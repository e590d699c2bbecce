"""Certificates that are bound to ids: who comes with one speaks for those alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cardswitch.specs.codes import MERCHANT_UNKNOWN, NOT_PERMITTED_HERE
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import Kind
from cardswitch.wire.ports import LinkId, name_of

from ..settings import ListenerSettings, SpeaksFor
from .registry import INSTITUTION, MERCHANT, TERMINAL


class Spokesmen:
    """Whom each link that is up speaks for, where its listener binds certificates to ids."""

    def __init__(self, listeners: Mapping[str, ListenerSettings]) -> None:
        self._bound = {name: each.speaks_for for name, each in listeners.items() if each.speaks_for}
        self._of: dict[LinkId, SpeaksFor] = {}

    def may_stay(self, link: LinkId, names: Sequence[str]) -> bool:
        """*link* came up with a certificate of these *names*: whether it may speak at all."""
        bound = self._bound.get(name_of(link))
        if bound is None:
            return True
        found = [bound[name] for name in names if name in bound]
        if found:
            self._of[link] = found[0]
        return bool(found)

    def link_down(self, link: LinkId) -> None:
        """*link* is gone."""
        self._of.pop(link, None)

    def require(self, link: LinkId, request: Message, kind: Kind | None) -> None:
        """Raise Decline, naming the field, if *link* does not speak for whom *request* names.

        A sign-on, or an echo, need not name anybody.
        """
        if not self._bound or name_of(link) not in self._bound:
            return
        who = self._of.get(link)
        if who is None:
            raise Decline(NOT_PERMITTED_HERE)
        bound = (
            (MERCHANT, who.merchants, MERCHANT_UNKNOWN),
            (TERMINAL, who.terminals, NOT_PERMITTED_HERE),
            (INSTITUTION, who.institutions, NOT_PERMITTED_HERE),
        )
        is_management = kind is not None and kind.shape == "network"
        for field, ids, code in bound:
            if not ids or (is_management and field not in request.fields):
                continue
            if request.get(field).rstrip(" ") not in ids:
                raise Decline(code, str(field))
