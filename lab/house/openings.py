"""What a configuration leaves open: where others may listen in, or speak as somebody else, and
what is asked for and cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from msgspec import Struct, structs

from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DialectError
from cardswitch.specs.merchants import Merchant
from cardswitch.switch.operate.config import ListenerConfig, UpstreamConfig
from cardswitch.wire.operator.addresses import Address, IsoListener, is_here
from cardswitch.wire.operator.config import SHARED
from cardswitch.wire.web.place import WebPlace

_TELL_TOTALS: Final = frozenset("01")  # the editions, 1987 and 1993, in which fields 74 to 89 do


class Opening(Struct, frozen=True):
    """One of them: the key *where* it is, *what* somebody may do there, and what closes it."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


def openings(value: Any, where: str = "") -> Iterator[Opening]:
    """All of them in *value*, a section of the configuration that is called *where*."""
    match value:
        case IsoListener() | HsmConfig():
            yield from _of_listener(value, where)
        case WebPlace():
            yield from _of_api(value, where)
        case Address():
            yield from _of_dialled(value, where)
        case Merchant():
            yield from _of_merchant(value, where)
        case Policy():
            yield from _of_policy(value, where)
    if isinstance(value, ListenerConfig):
        yield from _of_speakers(value, where)
    if isinstance(value, UpstreamConfig) and value.settles_with:
        yield from _of_totals(value, where)
    for name, inner in _inside(value):
        yield from openings(inner, _key(where, name))


def places(value: Any, where: str = "") -> Iterator[tuple[str, Address, bool]]:
    """Every address in *value*: its key, itself, and whether a program listens there."""
    if isinstance(value, Address):
        yield where, value, isinstance(value, IsoListener | HsmConfig | WebPlace)
    for name, inner in _inside(value):
        yield from places(inner, _key(where, name))


def _key(where: str, name: str) -> str:
    """The key *name* in the table *where*; what sections share stands at the top of the file."""
    is_shared = name in SHARED and "." not in where
    return name if is_shared or not where else f"{where}.{name}"


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    """What a table holds, each with its name or number."""
    if isinstance(value, Struct):
        yield from ((name, getattr(value, name)) for name in value.__struct_fields__)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from ((str(number), each) for number, each in enumerate(value))


def _of_listener(place: IsoListener | HsmConfig, where: str) -> Iterator[Opening]:
    if not place.tls_certificate:
        yield Opening(
            where,
            "no TLS: every program of this machine may listen in, and come in",
            "give it tls_certificate and tls_ca",
        )
    elif not place.tls_ca:
        yield Opening(
            where,
            "it asks nobody for a certificate",
            "say with tls_ca who signs those of its peers",
        )
    elif not (place.tls_names or getattr(place, "speaks_for", None)):
        yield Opening(
            where,
            "whoever has any certificate of that authority may come in",
            "say with tls_names whose it must be",
        )
    if not is_here(place.host) and not place.allow:
        yield Opening(where, "any address may connect", "say with allow which may")


def _of_api(place: WebPlace, where: str) -> Iterator[Opening]:
    if not is_here(place.host) and not place.allow:  # Who comes in is told by its key.
        yield Opening(where, "any address may connect", "say with allow which may")


def _of_speakers(place: ListenerConfig, where: str) -> Iterator[Opening]:
    for key in ("merchants", "institutions"):
        if getattr(place, key) == "any":
            yield Opening(where, f"{key} are any", f"name those that may speak here in {key}")
    if place.tls_ca and not place.speaks_for and place.serves == "merchants":
        yield Opening(
            where,
            "whoever comes in may speak as any of its terminals",
            "bind each certificate to its terminals with speaks_for",
        )


def _of_dialled(place: Address, where: str) -> Iterator[Opening]:
    if not place.tls_ca:
        what = "no TLS: who listens in reads cards" + ("" if is_here(place.host) else " on the way")
        yield Opening(where, what, "say with tls_ca who signs the certificate of the peer")
    elif not place.tls_names:
        yield Opening(
            where,
            "whoever has a certificate for that host may answer",
            "say with tls_names whose it must be",
        )


def _of_totals(place: UpstreamConfig, where: str) -> Iterator[Opening]:
    with suppress(DialectError):  # a file counts from the folder of the configuration
        if load_dialect(place.dialect).version not in _TELL_TOTALS:
            yield Opening(
                f"{where}.settles_with",
                f"totals do not go over in {place.dialect}: none of them can ever agree",
                "leave it out",
            )


def _of_merchant(merchant: Merchant, where: str) -> Iterator[Opening]:
    if merchant.terminals == "any":
        yield Opening(where, f"any terminal may sell for {merchant.id}", "name its terminals")


def _of_policy(policy: Policy, where: str) -> Iterator[Opening]:
    for field in structs.fields(policy):
        if field.default is True and not getattr(policy, field.name):
            yield Opening(
                where, f"{field.name} is off", "leave it on; `cardswitch hsm attack list` says why"
            )
