"""Where a program is, and what is spoken there: the same in every section of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Self

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.convert.translation import Translation, translation_for
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.kinds import KINDS

from ..channel import IsoChannel
from ..framings import FramingName, framing_named
from ..headers import HeaderName, header_named

# Of a request, without repeats, which are as their first sends.
Mti = Annotated[str, Meta(pattern=r"\A0[1-8][0246]0\Z")]


class Address(Struct, frozen=True, kw_only=True):
    """Where a program listens, or what it dials; port 0 is any free one.

    A listener speaks TLS if it has a certificate; what is dialled does, if it is said who signs
    there.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)]
    # PEM file of those who sign the peer's certificate. A listener without it asks for none.
    tls_ca: str = ""
    tls_certificate: str = ""  # PEM file of ours
    tls_key: str = ""  # PEM file of its private key; none: the same file
    # Whom the peer's certificate must name, as CN or alternative name; none: anybody signed there.
    tls_names: tuple[str, ...] = ()
    plain: bool = False  # dial it without TLS though it is beyond this machine; test cards alone

    @property
    def is_in_clear(self) -> bool:
        """Whether what is dialled goes in clear beyond this machine: with test cards alone.

        >>> Address(host="192.0.2.7", port=1, plain=True).is_in_clear, Address(port=1).is_in_clear
        (True, False)
        """
        return not self.tls_ca and not is_here(self.host)

    def placed(self, folder: Path) -> Self:
        """The same with its relative paths made to count from *folder*.

        >>> Address(port=7100, tls_ca="ca.pem").placed(Path("/lab")).tls_ca
        '/lab/ca.pem'
        """
        names = ("tls_ca", "tls_certificate", "tls_key")
        given = {name: path for name in names if (path := getattr(self, name))}
        return replace(self, **{name: str(folder / path) for name, path in given.items()})


class IsoAddress(Address, frozen=True, kw_only=True):
    """An address where ISO 8583 is spoken: which dialect, in what frames, behind what header."""

    dialect: str = "iso87-ascii"
    framing: FramingName = "ascii4"
    header: HeaderName = "none"
    mtis: Mapping[Mti, Mti] = {}  # what is said there instead of ours, such as 0120 for 0220

    def __post_init__(self) -> None:
        refuse_ambiguous(self.mtis)

    def translation(self) -> Translation | None:
        """What turns messages of ours into those that are spoken here; None if they are the same.

        Raises DialectError.
        """
        return translation_for(load_dialect(self.dialect), self.mtis)

    def placed(self, folder: Path) -> Self:
        """See :meth:`Address.placed`; the file of a dialect counts from *folder* too.

        >>> IsoAddress(port=7100, dialect="mine.toml").placed(Path("/lab")).dialect
        '/lab/mine.toml'
        """
        same = super().placed(folder)
        is_file = same.dialect.endswith(".toml")
        return replace(same, dialect=str(folder / same.dialect)) if is_file else same

    def channel(self) -> IsoChannel:
        """What turns the bytes spoken here into messages. Raises DialectError.

        >>> IsoAddress(port=7100).channel().framing.frame(b"0800")
        b'00040800'
        """
        dialect, framing = load_dialect(self.dialect), framing_named(self.framing)
        return IsoChannel(dialect, framing, header_named(self.header))


class IsoListener(IsoAddress, frozen=True, kw_only=True):
    """A port where ISO 8583 is spoken: how many come in, and how long they may be silent."""

    links_max: Annotated[int, Meta(ge=1)] = 500
    links_per_address_max: Annotated[int, Meta(ge=1)] = 100  # this machine may have them all
    allow: tuple[str, ...] = ()  # addresses and networks that may connect; none: all of them
    first_frame_s: Annotated[float, Meta(gt=0)] = 5.0
    idle_s: Annotated[float, Meta(gt=0)] = 300.0
    in_flight_max: Annotated[int, Meta(ge=1)] = 4_000  # requests of one connection at once


def split_address(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``; ValueError if it is no such text.

    >>> split_address("127.0.0.1:8583"), split_address("[::1]:8583")
    (('127.0.0.1', 8583), ('::1', 8583))
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise ValueError("expected HOST:PORT, such as 127.0.0.1:8583")
    return host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port)


def refuse_ambiguous(mtis: Mapping[str, str]) -> None:
    """Raise ValueError if two MTIs become one by *mtis*: what comes back could be either's.

    >>> refuse_ambiguous({"0220": "0120", "0420": "0400"})
    """
    sent = {kind.mti[0] for kind in KINDS.all.values()} - mtis.keys()
    for ours, theirs in mtis.items():
        others = {mti: to for mti, to in mtis.items() if mti != ours}
        if theirs in sent or theirs in others.values():
            raise ValueError(f"mtis: {ours} = {theirs!r}: another class is {theirs} there already")


def is_here(host: str) -> bool:
    """Whether *host* names this machine alone.

    >>> [is_here(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def address_rule(allow: Sequence[str], key: str) -> Callable[[str], bool]:
    """Whether an IP address is in one of *allow*, addresses or networks, the value of *key*.

    Raises ConfigError.

    >>> allows = address_rule(["127.0.0.1", "10.1.0.0/16"], "hsm.allow")
    >>> [allows(peer) for peer in ("127.0.0.1", "10.1.2.3", "10.2.0.1", "::ffff:127.0.0.1", "")]
    [True, True, False, True, False]
    """
    networks = [_network(text, key) for text in allow]

    def allows(peer: str) -> bool:
        try:
            address = ip_address(peer.partition("%")[0])  # fe80::1%eth0
        except ValueError:
            return False
        mapped = address.ipv4_mapped if address.version == 6 else None
        return any((mapped or address) in network for network in networks)

    return allows


def _network(text: str, key: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ConfigError(
            f"{key}: {printable(text)}: expected an address or a network, such as 10.1.0.0/16"
        ) from None


def url_in(folder: Path, url: str) -> str:
    """*url* of a database; the relative path of an SQLite file counts from *folder*.

    >>> url_in(Path("/lab"), "sqlite:///switch.db")
    'sqlite:////lab/switch.db'
    >>> url_in(Path("/lab"), "postgresql+psycopg://localhost/switch")
    'postgresql+psycopg://localhost/switch'
    """
    kind, mark, path = url.partition(":///")
    return f"{kind}{mark}{folder / path}" if kind == "sqlite" and path else url
