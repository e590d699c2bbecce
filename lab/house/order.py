"""What `cardswitch demo --shop` plays: orders over HTTPS, from the shop to the deposit."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.gateway.screen import lines_of
from cardswitch.specs.amounts import format_amount
from cardswitch.specs.errors import Error

from .running import running
from .story import CURRENCY, LOOK_S, TIMING, Story
from .topology import Lab, free_ports, make_lab, read_lab

MERCHANT: Final = "SHOP0001"
INTENTS: Final = "/v1/payment_intents"
PAID: Final = 1_250
DECLINED: Final = 100_051  # 1000.51: declined over the web for lack of funds
HELD: Final = 4_000
CAPTURED: Final = 3_000
REFUNDED: Final = 250
EVENTS_S: Final = 10.0  # The courier needs a turn, unless the machine is very busy.
_CARD: Final = {"currency": CURRENCY.lower(), "payment_method": "pm_card_visa", "confirm": "true"}


class OrderStory(Story):
    """The same as a Story for whoever runs it; what is sold is sold over HTTPS."""

    cut_off_chapter = 6

    async def play(self) -> None:
        """Run the whole day. Raises Error if a step does not end as it should."""
        path, _ = make_lab(self._folder, free_ports(), TIMING)
        lab = read_lab(path)
        self._set_clock(lab)
        async with running(lab, self._clock) as programs:
            await programs.ready()
            async with self._dialled(lab) as client:
                self._client = client
                first = await self._order()
                received = await self._received()
                await self._cut_off(lab)
                await self._tell_story(first)
            self._compare(received, self._deposited(lab))

    @asynccontextmanager
    async def _dialled(self, lab: Lab) -> AsyncIterator[httpx.AsyncClient]:
        """A client that asks the gateway with a new secret key."""
        assert lab.gateway is not None, "a new lab has one"
        (_, secret), _ = KeyFile(Path(lab.gateway.keys)).add(MERCHANT, int(self._clock.now()))
        tls = ssl.create_default_context(cafile=lab.folder / "tls" / "ca.pem")
        url = f"https://{lab.gateway.api.host}:{lab.gateway.api.port}"
        self._title("1. A shop has a key, and asks the gateway over HTTPS")
        self._text(f"shop > gateway > switch > acquirer > switch > issuer; the API is {url}/v1")
        async with httpx.AsyncClient(
            base_url=url, verify=tls, auth=(secret, ""), trust_env=False
        ) as client:
            yield client

    # Orders ---------------------------------------------------------------------------------------

    async def _order(self) -> str:
        """The orders of the day; the id of the first."""
        self._title("2. An order, paid at once")
        paid = await self._ask(INTENTS, {"amount": PAID, **_CARD})
        self._say(paid)
        self._title("3. An order declined, with the reason")
        declined = (await self._ask(INTENTS, {"amount": DECLINED, **_CARD}, 402))["error"]
        self._text(f"the merchant reads: {declined['decline_code']}: {declined['message']}")
        shopper = declined["payment_intent"]["x_customer_message"]
        self._text(f"the shopper reads:  {shopper}")
        self._title("4. An order whose money is set aside, and captured in part")
        held = await self._ask(INTENTS, {"amount": HELD, "capture_method": "manual", **_CARD})
        self._say(held)
        taken = {"amount_to_capture": CAPTURED}
        self._say(await self._ask(f"{INTENTS}/{held['id']}/capture", taken))
        self._title("5. A part of the first order is given back")
        refund = await self._ask("/v1/refunds", {"payment_intent": paid["id"], "amount": REFUNDED})
        self._text(f"{refund['id']}: {_money(refund['amount'])} {refund['status']}")
        self.facts["orders"] = [paid["id"], declined["payment_intent"]["id"], held["id"]]
        return str(paid["id"])

    async def _ask(self, path: str, form: Mapping[str, Any], status: int = 200) -> Any:
        """POST *form*; what is answered with *status*. Raises Error for any other."""
        answer = await self._client.post(path, data=form)
        if answer.status_code != status:
            raise Error(f"{path} should have been answered {status}, and was {answer.status_code}")
        return answer.json()

    def _say(self, intent: Mapping[str, Any]) -> None:
        self._text(f"{intent['id']}: {_money(intent['amount'])} {intent['status']}")

    async def _received(self) -> int:
        """What the gateway says was paid, less what was given back, once events say so too."""
        async with asyncio.timeout(EVENTS_S):
            while not (await self._get("/v1/events", type="charge.refunded"))["data"]:
                await asyncio.sleep(LOOK_S)
        intents = (await self._get(INTENTS, limit=100))["data"]
        refunds = [
            refund
            for intent in intents
            for refund in (await self._get("/v1/refunds", payment_intent=intent["id"]))["data"]
        ]
        back = sum(refund["amount"] for refund in refunds if refund["status"] == "succeeded")
        return int(sum(intent["amount_received"] for intent in intents)) - int(back)

    async def _get(self, path: str, **query: Any) -> Any:
        answer = await self._client.get(path, params=query)
        if answer.status_code != 200:
            raise Error(f"{path} was answered {answer.status_code}")
        return answer.json()

    # After the close ------------------------------------------------------------------------------

    async def _tell_story(self, id_: str) -> None:
        self._title(f"7. One id, the whole story: cardswitch gateway show {id_}")
        steps = (await self._get(f"/v1/x/trace/{id_}"))["steps"]
        for line in lines_of(steps):
            self._text(line)
        self.facts["story"] = steps

    def _compare(self, received: int, deposited: int) -> None:
        self._title("8. Is the deposit what the orders brought?")
        self.agrees = received == deposited == PAID + CAPTURED - REFUNDED
        for name, amount in (("orders, less refunds", received), ("deposit file", deposited)):
            self._text(f"{name:22} {_money(amount):>14}")
        self._text("they agree, to the cent\n" if self.agrees else "THEY DO NOT AGREE")
        self.facts |= {"received": received, "deposited": deposited, "agrees": self.agrees}


def _money(minor: int) -> str:
    return f"{format_amount(minor, CURRENCY)} {CURRENCY}"
