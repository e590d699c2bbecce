"""Puts the courier together: what it reads, shows, signs with and may reach."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from msgspec.json import Encoder

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.operator.addresses import address_rule
from cardswitch.wire.ports import Seconds

from .api.events import event_object
from .config import WebhooksConfig
from .courier.courier import AT_ONCE, Courier, Ways
from .courier.post import HttpPoster
from .courier.targets import refuse_literal, target_of
from .outbox.events import Delivery, Outbox
from .outbox.follow import follow
from .outbox.service import Events
from .store import GatewayReader


def courier_of(
    config: WebhooksConfig,
    outbox: Outbox,
    reader: GatewayReader,
    secret_for: Callable[[str], str],
    now: Callable[[], Seconds],
    note: Callable[[str, str], None],
) -> tuple[Courier, Events]:
    """The courier of *outbox*, and what the API is given of events. Raises ConfigError."""
    tls, allows = _trusting(config), address_rule(config.networks, "gateway.webhooks.networks")
    encode = Encoder().encode

    def shown(delivery: Delivery) -> bytes:
        pending = outbox.pending([delivery.number])[delivery.number]
        return encode(event_object(delivery.event, reader, pending))

    ways = Ways(
        read=lambda after: follow(reader, after),
        shown=shown,
        secret_for=secret_for,
        allows=allows,
        header=config.header,
        poster=lambda: HttpPoster(tls, AT_ONCE),
        now=now,
        note=note,
    )
    courier = Courier(outbox, ways)
    events = Events(
        outbox=outbox,
        secret_for=secret_for,
        check=lambda url: refuse_literal(target_of(url), allows),
        poke=courier.poke,
    )
    return courier, events


def _trusting(config: WebhooksConfig) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=config.tls_ca or None)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or "no certificates there"
        raise ConfigError(f"gateway.webhooks.tls_ca: {config.tls_ca}: {reason}") from None
