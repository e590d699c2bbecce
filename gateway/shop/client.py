"""The gateway's API, as a shop's server asks it: HTTPS, a secret key, a key for each deed."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from cardswitch.specs.errors import Error

CONNECT_S: Final = 2.0
ANSWER_S: Final = 10.0  # The gateway answers in five, or says that it does not know.


class GatewayError(Error):
    """The gateway said no, or nothing.

    *status* of its answer, if it gave one, *code* is its word for why; *charge* was asked for.
    *is_of_before*: the deed was asked for before, and came to this then, or was another.
    """

    def __init__(
        self,
        message: str,
        code: str = "",
        status: int = 0,
        charge: str = "",
        *,
        is_of_before: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.charge = charge
        self.is_of_before = is_of_before


class GatewayClient:
    """Asks the API at *url* with *key*, trusting the CA in the file *ca* alone."""

    def __init__(self, url: str, key: str, ca: Path) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            verify=ssl.create_default_context(cafile=ca),
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            trust_env=False,
        )

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The object at *path*. Raises GatewayError."""
        return await self._ask("GET", path, params=dict(flat(params)))

    async def post(self, path: str, deed: str, **params: Any) -> dict[str, Any]:
        """Have something done once, however often it is asked for: *deed* names it."""
        headers = {"Idempotency-Key": deed}
        return await self._ask("POST", path, data=dict(flat(params)), headers=headers)

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, path, **more)
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise GatewayError(f"the gateway does not answer: {type(error).__name__}") from None
        if not isinstance(said, dict):
            raise GatewayError("the gateway answered with no object")
        if answer.is_error:
            problem = said.get("error", {})
            is_copy = "Idempotent-Replayed" in answer.headers
            raise GatewayError(
                problem.get("message", "refused"),
                problem.get("code") or "",
                answer.status_code,
                problem.get("charge") or "",
                is_of_before=is_copy or problem.get("type") == "idempotency_error",
            )
        return said


def flat(params: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, str]]:
    """*params* as a form has them.

    >>> dict(flat({"mode": "payment", "line_items": [{"quantity": 2}]}))
    {'mode': 'payment', 'line_items[0][quantity]': '2'}
    """
    for key, value in params.items():
        place = f"{name}[{key}]" if name else key
        if isinstance(value, Mapping):
            yield from flat(value, place)
        elif isinstance(value, list | tuple):
            yield from flat({str(number): each for number, each in enumerate(value)}, place)
        else:
            yield place, str(value).lower() if isinstance(value, bool) else str(value)
