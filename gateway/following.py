"""Events for whoever watches: read as they come, and handed on to a URL of this machine."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Final, Self

import httpx
from msgspec import Struct
from msgspec.json import Encoder

from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error
from cardswitch.wire.operator.addresses import is_here
from cardswitch.wire.operator.config import nearest

from .api.events import event_object, subject_of
from .config import GatewayConfig, WebhooksConfig
from .courier.post import TRY_S
from .courier.signature import signature
from .courier.targets import target_of
from .outbox.endpoints import PREFIX
from .outbox.follow import Event
from .outbox.happenings import TYPES
from .outbox.listing import EventsReader
from .store import GatewayReader

LOOK_S: Final = 0.2
PAGE: Final = 100
_LABEL: Final = "listen"  # of the secret that forwarded events are signed with
_encode: Final = Encoder().encode


class Followed(Struct, frozen=True, kw_only=True):
    """Which events: those of *types*, or all; the *last* ones too; *count* of them, or all."""

    types: tuple[str, ...] = ()
    merchant: str = ""
    last: int = 0
    count: int | None = None

    def wants(self, event: Event) -> bool:
        """Whether *event* is one of them."""
        is_type = not self.types or event.type in self.types
        return is_type and self.merchant in ("", event.merchant)


class Seen(Struct, frozen=True):
    """An event as it is shown."""

    event: Event
    shown: dict[str, Any]

    @property
    def line(self) -> str:
        """It in a line."""
        event = self.event
        return f"{utc_text(event.at)}  {event.id}  {event.type:41} {subject_of(event)}"


def following(config: GatewayConfig, which: Followed) -> Iterator[Seen]:
    """Events as they come, until so many were there. Raises Error, also if there are no such."""
    for type_ in which.types:
        if type_ not in TYPES:
            raise Error(f"--type: {nearest(type_, TYPES)}")
    if which.merchant and which.merchant not in (ids := [each.id for each in config.merchants]):
        raise Error(f"--merchant: {nearest(which.merchant, ids)}")
    reader, journal = EventsReader(config.events), GatewayReader(config.database)
    position, count = reader.before_last(which.last, which.types, which.merchant), 0
    while which.count is None or count < which.count:
        page = reader.behind(position, PAGE)
        pending = reader.pending([number for number, _ in page])
        for position, event in page:
            if which.wants(event):
                count += 1
                yield Seen(event, event_object(event, journal, pending[position]))
                if count == which.count:
                    return
        if not page:
            time.sleep(LOOK_S)


class Forward:
    """Hands events on to *url*, which must be of this machine. Raises Error."""

    def __init__(self, url: str, config: WebhooksConfig, secret_for: Callable[[str], str]) -> None:
        if not is_here(target_of(url, ("http", "https")).host):
            raise Error(
                "--forward: a URL of this machine alone, such as http://127.0.0.1:3000/hook"
            )
        self.secret = PREFIX + secret_for(_LABEL)
        self._url = url
        self._header = config.header
        tls = ssl.create_default_context(cafile=config.tls_ca or None)
        self._client = httpx.Client(verify=tls, trust_env=False, timeout=TRY_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def send(self, seen: Seen) -> str:
        """Send it once; what came of it, in words."""
        body = _encode(seen.shown)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            self._header: signature(body, [self.secret], time.time()),
        }
        try:
            return str(self._client.post(self._url, content=body, headers=headers).status_code)
        except httpx.HTTPError as error:
            return f"not sent: {type(error).__name__}"
