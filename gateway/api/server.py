"""The port of the API: HTTPS, where all that is refused is JSON too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.json import encode

from cardswitch.wire.web.connection import Said
from cardswitch.wire.web.place import WebPlace
from cardswitch.wire.web.server import WebServer

from ..core.problems import Problem
from .faults import error_object
from .ids import REQUEST, new_id


class ApiServer(WebServer):
    """Serves *app*; *note* is told of whom it refused, and of what failed. Raises ConfigError."""

    def __init__(
        self,
        app: Any,
        place: WebPlace,
        note: Callable[[str, str], None],
        key: str = "gateway.api",
    ) -> None:
        super().__init__(app, place, note, key, refused)


def refused(status: int, text: str) -> Said:
    """What is answered that is no request: an error of the API."""
    problem = Problem(status=status, type="invalid_request_error", message=text)
    body = encode(error_object(problem, None, None))
    return Said("application/json", body, {"Request-Id": new_id(REQUEST)})
