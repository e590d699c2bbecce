"""The sections [switch] and [settlement] of the configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.dates import CutOff
from cardswitch.wire.operator.addresses import IsoAddress, Peer

from ..core.settings import ListenerSettings, Route, Settings, Upstream
from ..settlement.parties import AcquiringBank, MerchantAccount


class ListenerConfig(IsoAddress, frozen=True, kw_only=True):
    """A listener: its address, and the key that PINs arrive under."""

    pin_key_type: Literal["TPK", "ZPK"] = "TPK"
    pin_key: str = ""
    terminal_keys: Mapping[str, str] = {}
    in_flight_max: int = 256
    links_max: int = 1_000


class UpstreamConfig(IsoAddress, frozen=True, kw_only=True):
    """A peer that the switch dials: its address, and the key that PINs leave under."""

    pin_key: str = ""
    timeout_s: float = 3.5
    echo_s: float = 30.0
    sign_on: bool = True


class HsmConfig(Peer, frozen=True, kw_only=True):
    """Where the HSM listens, and how long it may take."""

    timeout_s: float = 1.0


class SwitchConfig(Struct, frozen=True, kw_only=True):
    """Everything `cardswitch switch serve` needs to know."""

    database: str = "sqlite:///switch.db"
    vault: str = "vault.key"  # the file of the key that card numbers are sealed with
    cut_off: CutOff = CutOff()
    listeners: Mapping[str, ListenerConfig]
    upstreams: Mapping[str, UpstreamConfig]
    routes: tuple[Route, ...]
    hsm: HsmConfig
    reversal_timeout_s: float = 3.5
    reversal_pause_s: float = 1.0

    def placed(self, folder: Path) -> SwitchConfig:
        """The same with its relative paths made to count from *folder*."""
        database, vault = url_in(folder, self.database), str(folder / self.vault)
        return replace(self, database=database, vault=vault, hsm=self.hsm.placed(folder))

    def settings(self) -> Settings:
        """The part of it that the core is told."""
        return Settings(
            {name: _listener(listener) for name, listener in self.listeners.items()},
            {name: _upstream(upstream) for name, upstream in self.upstreams.items()},
            self.routes,
            self.cut_off,
            self.hsm.timeout_s,
            self.reversal_timeout_s,
            self.reversal_pause_s,
        )


class SettlementConfig(Struct, frozen=True, kw_only=True):
    """The section [settlement]: who is paid, by whom, and where books and files are kept."""

    books: str = "sqlite:///books.db"
    deposits: str = "deposits"  # the folder of the files
    acquirer: AcquiringBank
    merchants: tuple[MerchantAccount, ...]

    def placed(self, folder: Path) -> SettlementConfig:
        """The same with its relative paths made to count from *folder*."""
        books, deposits = url_in(folder, self.books), str(folder / self.deposits)
        return replace(self, books=books, deposits=deposits)


def url_in(folder: Path, url: str) -> str:
    """*url* of a database; the relative path of an SQLite file counts from *folder*.

    >>> url_in(Path("/lab"), "sqlite:///switch.db")
    'sqlite:////lab/switch.db'
    >>> url_in(Path("/lab"), "postgresql+psycopg://localhost/switch")
    'postgresql+psycopg://localhost/switch'
    """
    kind, mark, path = url.partition(":///")
    return f"{kind}{mark}{folder / path}" if kind == "sqlite" and path else url


def _listener(listener: ListenerConfig) -> ListenerSettings:
    return ListenerSettings(
        listener.pin_key_type, listener.pin_key, listener.terminal_keys, listener.in_flight_max
    )


def _upstream(upstream: UpstreamConfig) -> Upstream:
    return Upstream(upstream.pin_key, upstream.timeout_s, upstream.echo_s, upstream.sign_on)
