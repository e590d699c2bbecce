"""Runs the gateway: its journal, its link to the switch, and its API."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from cardswitch.wire.driver.event_log import EventLog, record_of
from cardswitch.wire.driver.runtime import Clock, Runtime
from cardswitch.wire.driver.tls import Tls, client_tls
from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import Record
from cardswitch.wire.store.journal import JournalStore
from cardswitch.wire.web.rates import Rate
from cardswitch.wire.web.server import WebServer

from .api.app import Api
from .api.endpoints import Services
from .api.given.codes import Codes
from .api.keys import KeyFile
from .api.server import ApiServer
from .closes import ClosesWatch
from .config import GatewayConfig, PagesConfig, PanelConfig, ThreeDsConfig
from .core.authentication import Directory, Range
from .core.desk import SWITCH
from .core.flows.velocity import Declines
from .core.machine import CardVault, Gateway, Timers
from .core.messages import Node
from .core.row import GatewayRow
from .courier.courier import Courier
from .delivery import courier_of
from .front import Front
from .hops import Chain, NoChain
from .money import Money
from .operate import CONTROL, operator_verbs
from .outbox.events import Outbox
from .pages.app import Pages
from .pages.challenges import JournalChallenges
from .pages.desk import KeyDesk
from .pages.sessions import SessionTill
from .panel.app import Panel
from .panel.emulation import Emulation, NoEmulation
from .panel.payments import JournalPayments
from .store import GatewayReader, open_journal
from .story import Sources, story_of
from .three_ds.asking import Asking
from .three_ds.results import Results
from .vault.cards import Fingerprints, SealedCards
from .vault.keys import SealKeys
from .vault.rotation import Rotation

API_LINK: Final = LinkId("api")
API_PORT: Final = "api"  # what is served where, for whoever has ports of his own
PAGES_PORT: Final = "pages"
PAGES_KEY: Final = "gateway.pages"  # where their port is configured


class Vault(Fingerprints, Protocol):
    """What stays when keys are changed, as `specs.security` has it."""

    def secret_for(self, label: str) -> str:
        """A secret that this vault alone gives for *label*."""
        ...


class Port(Protocol):
    """Where an application is served."""

    async def open(self) -> int:
        """Serve it from now on; the port. Raises OSError."""
        ...

    async def close(self) -> None:
        """Serve it no more."""
        ...


PortOf = Callable[[str, Any], Port | None]  # of what is served, and its application; None: its own


class ServedGateway:
    """A gateway that runs; like a runtime, it can be waited for and stopped."""

    def __init__(
        self,
        runtime: Runtime,
        front: Front,
        servers: Sequence[Port],
        courier: Courier,
        rotation: Rotation,
        cards: SealedCards,
        asking: Asking | None,
        closes: ClosesWatch | None,
    ) -> None:
        self.runtime = runtime
        self.gateway = front.gateway
        self.port = 0
        self._front = front
        self._servers = servers
        self._courier = courier
        self._rotation = rotation
        self._cards = cards
        self._asking = asking
        self._closes = closes

    async def open(self) -> None:
        """Listen. Raises OSError."""
        self.port, *_ = [await server.open() for server in self._servers]
        self._front.written = self._courier.grown
        self._courier.start()
        self._rotation.start()
        if self._closes is not None:
            self._closes.start()

    async def wait(self) -> None:
        """Return after :meth:`stop`; raise the error that ended it, if one did."""
        await self.runtime.wait()

    async def stop(self) -> None:
        """Let nobody in, answer what is in work, and end."""
        for server in self._servers:
            await server.close()
        if self._closes is not None:
            await self._closes.stop()
        await self._courier.stop()
        await self.runtime.stop()
        await self._rotation.stop()
        self._cards.close()
        self._front.end()
        if self._asking is not None:
            await self._asking.close()


async def serve_gateway(
    config: GatewayConfig,
    vault: Vault,
    clock: Clock | None = None,
    log: EventLog | None = None,
    chain: Chain | None = None,
    money: Money | None = None,
    port_of: PortOf | None = None,
    emulation: Emulation | None = None,
) -> ServedGateway:
    """A gateway that has read its journal, listens and dials. Raises OSError, Error.

    *chain*: those behind it, of whom its stories tell; *money*: the books of settlement; *port_of*
    says where API and pages are served, if not at ports of their own; *emulation*: what testers may
    have done.
    """
    clock = clock or Clock()
    switch = config.switch
    tls = client_tls(switch, "gateway.switch.tls_")
    journal, cards = _stores(config, vault, clock)
    front = _front(config, cards)
    gateway = front.gateway
    record = record_of(log, "gateway", clock)
    tap = log.tap("gateway") if log else None
    runtime = Runtime(front, clock=clock, journal=journal, tap=tap, record=record)
    outbox: Outbox | None = None
    try:
        front.driven_by(runtime)
        runtime.call(lambda now: gateway.recover(journal.recent(), now))
        note, reader = _noting(record), GatewayReader(config.database)
        outbox = Outbox(config.events)
        courier, events = courier_of(
            config.webhooks, outbox, reader, vault.secret_for, clock.now, note
        )
        merchants = {merchant.id: merchant for merchant in config.merchants}
        services = Services(
            front=front,
            reader=reader,
            vault=cards,
            merchants=merchants,
            now=clock.now,
            codes=Codes(clock.now),
            events=events,
            story=_telling(config, outbox, reader, chain or NoChain()),
            pages_url=config.pages.url if config.pages is not None else "",
            money=money,
            authenticates=config.three_d_secure is not None,
        )
        servers = _servers(config, services, port_of or _of_its_own, note, emulation)
        rotation = Rotation(cards, clock.now, note)
        asking = None
        if config.three_d_secure is not None:
            asking = _asking(config.three_d_secure, note)
            front.asks_by(asking.ask)
        verbs = operator_verbs(services, tuple(merchants))
        verbs |= {"vault_status": rotation.status, "vault_rotate": rotation.rotate}
        await runtime.serve_control(config.folder, CONTROL, verbs)
        closes = ClosesWatch(services, note) if money is not None else None
        served = ServedGateway(runtime, front, servers, courier, rotation, cards, asking, closes)
        await served.open()
    except BaseException:
        if outbox is not None:
            outbox.close()
        await runtime.stop()
        cards.close()
        raise
    runtime.dial(SWITCH, switch.host, switch.port, switch.channel(), tls)
    return served


def _servers(
    config: GatewayConfig,
    services: Services,
    port_of: PortOf,
    note: Callable[[str, str], None],
    emulation: Emulation | None,
) -> list[Port]:
    """All that is served, the API first. Raises ConfigError."""
    keys, rates = KeyFile(Path(config.keys)), config.limits.rates(services.now)
    app = Api(services, keys, config.api.request_s, note, rates).app
    servers = [port_of(API_PORT, app) or ApiServer(app, config.api, note)]
    if config.pages is not None:
        pages = _pages(config.pages, services, keys, note, rates[0])
        own = port_of(PAGES_PORT, pages) or ApiServer(pages, config.pages, note, PAGES_KEY)
        servers.append(own)
    if config.panel is not None:
        servers.append(_panel(config.panel, services, keys, note, emulation))
    if config.three_d_secure is not None:
        servers.append(_results(config.three_d_secure, services, note))
    return servers


def _of_its_own(what: str, app: Any) -> None:
    """Nobody has a port for it."""


def _stores(
    config: GatewayConfig, vault: Vault, clock: Clock
) -> tuple[JournalStore[GatewayRow], SealedCards]:
    """The journal, which no other gateway may have, and the cards. Raises ConfigError, Error."""
    journal = open_journal(config.database)
    try:
        keys = SealKeys(Path(config.seals), clock.now())
        return journal, SealedCards(config.cards, keys, vault)
    except BaseException:
        journal.close()
        raise


def _front(config: GatewayConfig, cards: SealedCards) -> Front:
    gateway = Gateway(
        Node(config.terminal, config.zone),
        CardVault(cards.open, cards.fingerprint),
        Timers(config.answer_s, config.echo_s),
        {merchant.id: merchant.declines_failed for merchant in config.merchants},
        _directory(config),
        Declines(config.limits.card_declines, config.limits.card_window_s),
    )
    gateway.translate({SWITCH: config.switch.translation()})
    front = Front(gateway)
    front.sealed = cards.durable
    return front


def _pages(
    place: PagesConfig,
    services: Services,
    keys: KeyFile,
    note: Callable[[str, str], None],
    rate: Rate,
) -> Any:
    """The application of the pages that shoppers see."""
    pages = Pages(
        SessionTill(services),
        KeyDesk(services, keys),
        services.vault,
        services.now,
        place.names,
        place.request_s,
        note,
        JournalChallenges(services),
        rate,
    )
    return pages.app


def _panel(
    place: PanelConfig,
    services: Services,
    keys: KeyFile,
    note: Callable[[str, str], None],
    emulation: Emulation | None,
) -> ApiServer:
    """The port of the panel that testers see. Raises ConfigError."""
    panel = Panel(
        keys,
        JournalPayments(services),
        emulation or NoEmulation(),
        place.names,
        place.request_s,
        services.now,
        note,
    )
    return ApiServer(panel.app, place, note, "gateway.panel")


def _results(
    place: ThreeDsConfig, services: Services, note: Callable[[str, str], None]
) -> WebServer:
    """The port where access control servers tell results. Raises ConfigError."""
    app = Results(services, place.request_s).app
    return WebServer(app, place, note, "gateway.three_d_secure")


def _asking(place: ThreeDsConfig, note: Callable[[str, str], None]) -> Asking:
    """What carries questions to access control servers. Raises ConfigError."""
    tls = Tls(place, "gateway.three_d_secure.tls_", ssl.PROTOCOL_TLS_CLIENT)
    return Asking(tls.context, note)


def _directory(config: GatewayConfig) -> Directory:
    """Whom the gateway asks about which cards."""
    place, pages = config.three_d_secure, config.pages
    if place is None or pages is None:
        return Directory()
    ranges = [Range(cards=each.cards, url=each.url, asked=each.asked) for each in place.directory]
    return Directory(
        ranges=tuple(ranges),
        pages_url=pages.url,
        results_url=place.url,
        goes_on=place.unavailable == "go_on",
        merchants={merchant.id: merchant.name for merchant in config.merchants},
    )


def _telling(
    config: GatewayConfig, outbox: Outbox, reader: GatewayReader, chain: Chain
) -> Callable[[str, str], list[dict[str, Any]]]:
    """Tells the story of an id of a merchant."""
    sources = Sources(journal=reader, events=outbox, chain=chain, dialect=config.switch.dialect)
    return lambda id_, merchant: story_of(sources, id_, merchant)


def _noting(record: Record) -> Callable[[str, str], None]:
    """Tell *record* what happens at the API's port, and to events."""
    return lambda kind, reason: record.note(kind, API_LINK, reason)
