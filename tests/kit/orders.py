"""Orders as settlement writes them, for a bank to read."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from tests.kit.histories import History, close


def order_of(amounts: Mapping[str, int], *, yen: int = 0, merchants: Any = None) -> bytes:
    """The order that pays *amounts* in cents by merchant, and *yen* to the shop."""
    history = History()
    for merchant, amount in amounts.items():
        history.sale(amount, merchant=merchant)
    if yen:
        history.sale(yen, currency="392")
    history.cut_over()
    given = {"merchants": merchants} if merchants else {}
    return close(history.rows, **given).files["deposit-2026-11-23.xml"]


def called(accounts: Any, **names: str) -> Any:
    """*accounts*, those of *names* under these."""
    return tuple(replace(a, name=names[a.id]) if a.id in names else a for a in accounts)
