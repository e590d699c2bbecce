"""What is sold, and the basket of a visitor: a cookie, whose prices are never the visitor's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from msgspec import Struct, convert

QUANTITY_MAX: Final = 99
_PART: Final = re.compile(r"([a-z]{1,20}):([1-9][0-9]?)")


class Item(Struct, frozen=True):
    """*prices* in minor units, by currency."""

    id: str
    name: str
    text: str
    prices: dict[str, int]


class Wanted(Struct, frozen=True):
    """So many of an item, and what all of them cost in minor units."""

    item: Item
    quantity: int
    amount: int


def _load() -> dict[str, Item]:
    path = Path(__file__).parent.parent / "tables" / "catalogue.toml"
    rows = tomllib.loads(path.read_text("utf-8"))["item"]
    return {item.id: item for item in convert(rows, list[Item])}


ITEMS: Final = _load()
CURRENCIES: Final = tuple(next(iter(ITEMS.values())).prices)


class Basket(Struct, frozen=True):
    """How many of which items; at most QUANTITY_MAX of each."""

    quantities: dict[str, int] = {}

    @classmethod
    def read(cls, text: str) -> Basket:
        """What a cookie says, as far as there are such items.

        >>> Basket.read("beans:2_gold:1_mug:0").quantities
        {'beans': 2}
        """
        found = (_PART.fullmatch(part) for part in text[:500].split("_"))
        return cls({part[1]: int(part[2]) for part in found if part and part[1] in ITEMS})

    def text(self) -> str:
        """The cookie.

        >>> Basket({"beans": 2, "mug": 1}).text()
        'beans:2_mug:1'
        """
        return "_".join(f"{id_}:{quantity}" for id_, quantity in self.quantities.items())

    def with_item(self, id_: str, quantity: int) -> Basket:
        """The basket with *quantity* of the item *id_* in it; none takes it out."""
        others = {name: count for name, count in self.quantities.items() if name != id_}
        if quantity < 1 or id_ not in ITEMS:
            return Basket(others)
        return Basket({**others, id_: min(quantity, QUANTITY_MAX)})

    def wanted(self, currency: str) -> tuple[Wanted, ...]:
        """Its lines, priced."""
        return tuple(
            Wanted(ITEMS[id_], quantity, quantity * ITEMS[id_].prices[currency])
            for id_, quantity in self.quantities.items()
        )

    @property
    def count(self) -> int:
        """Of all items together."""
        return sum(self.quantities.values())


def quantity_in(text: object) -> int:
    """How many a form says; none if that is no number.

    >>> quantity_in("2"), quantity_in("x"), quantity_in("9999999999")
    (2, 0, 0)
    """
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 3:
        return min(int(text), QUANTITY_MAX)
    return 0
