"""Runs the sample shop: its pages, and the events that it asks the gateway to be told of."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver.event_log import EventLog, record_of
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import Record
from cardswitch.wire.store.files import file_trouble
from cardswitch.wire.web.served import Served, opened

from ..api.server import ApiServer
from .app import Shop
from .client import GatewayClient, GatewayError
from .config import ShopConfig
from .deposits import Deposits
from .orders import OrderStore
from .paying import Paying
from .types.chooser import Places, adapters
from .web import EVENTS, Secrets

WEB: Final = LinkId("web")
AGAIN_S: Final = 2.0  # until the gateway is asked again to tell of events
KEY_MAX: Final = 200
TYPES: Final = (
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "charge.captured",
    "charge.refunded",
)


class ServedShop(Served):
    """A shop that runs."""

    def __init__(self, config: ShopConfig, clock: Clock, record: Record) -> None:
        super().__init__(record, WEB)
        key, public = read_key(Path(config.key)), read_key(Path(config.public_key))
        self._config = config
        self._client = GatewayClient(config.gateway, key, Path(config.gateway_ca))
        self._secrets = Secrets(merchant=key)
        orders = OrderStore(Path(config.database))
        self._paying = Paying(
            self._client, orders, adapters(self._client, places_of(config, public))
        )
        shop = Shop(
            orders,
            self._paying,
            self._secrets,
            Deposits(self._client),
            config.pages,
            config.bank,
            config.names,
            config.currencies,
            config.types,
            config.request_s,
            clock.now,
            self.note,
        )
        self._server = ApiServer(shop.app, config, self.note, "shop")
        self._is_over = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen. Raises OSError."""
        self.port = await self._server.open()
        self._asking = asyncio.create_task(self._ask_for_events())

    async def close(self) -> None:
        """Let nobody in, and answer what is in work."""
        self._is_over.set()
        if self._asking is not None:  # A request in work is not torn: it is over in seconds.
            await self._asking
        await self._server.close()
        await self._client.close()

    async def _ask_for_events(self) -> None:
        """Ask the gateway to tell of events, until it is there; the same key makes one endpoint."""
        url = f"https://{self._config.host}:{self.port}{EVENTS}"
        while not self._secrets.events and not self._is_over.is_set():
            try:
                self._secrets.events = await self._paying.ask_for_events(url, TYPES)
            except GatewayError:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._is_over.wait(), AGAIN_S)


async def serve_shop(
    config: ShopConfig, clock: Clock | None = None, log: EventLog | None = None
) -> ServedShop:
    """A shop that listens. Raises OSError, Error."""
    clock = clock or Clock()
    return await opened(ServedShop(config, clock, record_of(log, "shop", clock)))


def places_of(config: ShopConfig, key: str) -> Places:
    """Where all that are that its types of gateway need; *key* is the publishable one."""
    return Places(
        url=config.url,
        pages=config.pages,
        key=key,
        bank=config.bank,
        iban=config.iban,
        credits=Path(config.credits),
    )


def read_key(path: Path) -> str:
    """The API key in the file *path*. Raises Error."""
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError):
            raise file_trouble(path, error) from None
        text = ""
    if not 0 < len(text) <= KEY_MAX or not text.isprintable():
        raise ConfigError(f"{path}: expected an API key: `cardswitch gateway keys add` makes one")
    return text
