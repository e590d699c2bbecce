"""Where a program is, and what is spoken there: the same in every section of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.dialect import load_dialect

from ..channel import IsoChannel
from ..framings import FramingName, framing_named
from ..headers import Tpdu


class Address(Struct, frozen=True, kw_only=True):
    """Where a program listens; port 0 is any free one."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)]


class Peer(Address, frozen=True, kw_only=True):
    """An address that is dialled, in TLS if it is said who signs there."""

    tls_ca: str = ""  # PEM file of those who sign the peer's certificate; none: plain TCP
    tls_certificate: str = ""  # PEM file of ours; none: we show none
    tls_key: str = ""  # PEM file of its private key; none: the same file

    def placed(self, folder: Path) -> Self:
        """The same with its relative paths made to count from *folder*.

        >>> Peer(port=7100, tls_ca="ca.pem").placed(Path("/lab")).tls_ca
        '/lab/ca.pem'
        """
        names = ("tls_ca", "tls_certificate", "tls_key")
        given = {name: path for name in names if (path := getattr(self, name))}
        return replace(self, **{name: str(folder / path) for name, path in given.items()})


class IsoAddress(Address, frozen=True, kw_only=True):
    """An address where ISO 8583 is spoken: which dialect, in what frames, behind what header."""

    dialect: str = "iso87-ascii"
    framing: FramingName = "ascii4"
    header: Literal["none", "tpdu"] = "none"

    def channel(self) -> IsoChannel:
        """What turns the bytes spoken here into messages. Raises DialectError.

        >>> IsoAddress(port=7100).channel().framing.frame(b"0800")
        b'00040800'
        """
        header = Tpdu() if self.header == "tpdu" else None
        return IsoChannel(load_dialect(self.dialect), framing_named(self.framing), header)


class IsoListener(IsoAddress, frozen=True, kw_only=True):
    """A port where ISO 8583 is spoken: how many come in, and how long they may be silent."""

    links_max: Annotated[int, Meta(ge=1)] = 500
    links_per_address_max: Annotated[int, Meta(ge=1)] = 100  # this machine may have them all
    first_frame_s: Annotated[float, Meta(gt=0)] = 5.0
    idle_s: Annotated[float, Meta(gt=0)] = 300.0


def url_in(folder: Path, url: str) -> str:
    """*url* of a database; the relative path of an SQLite file counts from *folder*.

    >>> url_in(Path("/lab"), "sqlite:///switch.db")
    'sqlite:////lab/switch.db'
    >>> url_in(Path("/lab"), "postgresql+psycopg://localhost/switch")
    'postgresql+psycopg://localhost/switch'
    """
    kind, mark, path = url.partition(":///")
    return f"{kind}{mark}{folder / path}" if kind == "sqlite" and path else url
