"""Payment links: an order that waits at an address for whoever is sent there."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ..problems import Problem, invalid
from .sessions import Session


class Link(Struct, frozen=True, kw_only=True, tag="payment_link"):
    """*order* is what each of its sessions is made of; *session* is the last one's id."""

    order: Session
    url: str  # of its page
    is_active: bool = True
    is_once: bool = False  # it is paid once at most
    session: str | None = None


def opened(link: Link, id_: str, before: str | None) -> Link | Problem:
    """*link* with a new session *id_*, for whoever saw *before* as the last one."""
    if not link.is_active:
        return invalid("The payment link is not active", "id")
    if link.is_once and link.session != before:
        return invalid("The payment link was opened meanwhile", "id")
    return replace(link, session=id_)
