"""Pay by bank: the shopper's bank sends the money, and the shop's bank tells of it by a camt.054.

No card and no gateway has a part in it. That the browser comes back proves nothing; an order is
paid when so much has come under its reference, be it hours later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from cardswitch.specs.amounts import format_amount, parse_amount
from cardswitch.specs.errors import FormatError
from cardswitch.specs.xml import drop_namespace, read_xml, text_of
from cardswitch.wire.operator.files import read_at_most

from ..notices import SignedEvent
from ..orders import Order
from .adapter import Go, Started, Step, Told

NOTICE_MAX: Final = 1024 * 1024  # bytes of one file
FILES_MAX: Final = 10_000
REFERENCE_DIGITS: Final = 16  # of the ticket: as much chance as a reference has room for
_NOTICES: Final = "BkToCstmrDbtCdtNtfctn/Ntfctn"


class Bank:
    """*pages* is where the bank's are, *iban* our account, *folder* where notices come in."""

    def __init__(self, url: str, pages: str, iban: str, folder: Path) -> None:
        self._url = url
        self._pages = pages
        self._iban = iban
        self._folder = folder

    async def start(self, order: Order) -> Started:
        """See :class:`~.adapter.Adapter`."""
        reference = reference_of(order)
        query = {
            "to": self._iban,
            "amount": format_amount(order.total, order.currency),
            "currency": order.currency,
            "reference": reference,
            "back": f"{self._url}/thanks/{order.ticket}",
        }
        return Started(reference, Go(f"{self._pages}/pay?{urlencode(query)}"))

    async def resume(self, order: Order, form: Mapping[str, Any]) -> Step:
        """See :class:`~.adapter.Adapter`."""
        return (await self.start(order)).step

    async def status(self, order: Order) -> Told:
        """See :class:`~.adapter.Adapter`: what has come under the order's reference."""
        came = await asyncio.to_thread(self._came, order)
        is_whole = came >= order.total
        intent = {
            "id": order.payment,
            "status": "succeeded" if is_whole else "requires_payment_method",
            "amount_received": came,
        }
        status = "complete" if is_whole else "open"
        return {"id": order.payment, "status": status, "payment_intent": intent}

    async def cancel(self, order: Order) -> None:
        """See :class:`~.adapter.Adapter`: what a bank was asked is not called back."""

    def notify(self, event: SignedEvent) -> str:
        """See :class:`~.adapter.Adapter`: the gateway knows nothing of it."""
        return ""

    def _came(self, order: Order) -> int:
        found = (path for path in self._folder.glob("*.xml") if path.is_file())
        names = sorted(found)[-FILES_MAX:] if self._folder.is_dir() else []
        return sum(amount for path in names for amount in self._credits(path, order))

    def _credits(self, path: Path, order: Order) -> Iterator[int]:
        """What the notice *path* says that came for *order*; nothing, if it is none."""
        try:
            root = read_xml(read_at_most(path, NOTICE_MAX), NOTICE_MAX)
        except (OSError, FormatError):
            return
        drop_namespace(root)
        for account in root.iterfind(_NOTICES):
            if text_of(account, "Acct/Id/IBAN") != self._iban:
                continue
            for entry in account.iterfind("Ntry"):
                if text_of(entry, "CdtDbtInd") == "CRDT" and text_of(entry, "Sts/Cd") == "BOOK":
                    yield from _parts(entry, order)


def reference_of(order: Order) -> str:
    """Under which the money is to come: nobody else guesses it.

    It is made of the ticket, of which banks carry letters and digits alone.
    """
    chance = "".join(c for c in order.ticket if c.isalnum())[:REFERENCE_DIGITS]
    return f"ORDER {order.id} {chance}"


def _parts(entry: Element, order: Order) -> Iterator[int]:
    for part in entry.iterfind("NtryDtls/TxDtls"):
        amount = part.find("Amt")
        if text_of(part, "Refs/EndToEndId") != order.payment or amount is None:
            continue
        if amount.get("Ccy") != order.currency:
            continue
        try:
            yield parse_amount(amount.text or "", order.currency)
        except FormatError:
            continue
