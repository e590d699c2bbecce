"""A lab whose bank answers: a closed day, what the bank sends for its order, and taking that."""

from typing import Any

from msgspec.structs import replace

from cardswitch.hosts.bank.offline import take as hand_in
from cardswitch.specs.merchants import Merchant
from cardswitch.switch.operate.bank.take import Taken, take
from cardswitch.switch.operate.settle import close_days, settling
from tests.kit.histories import CUT, DAYS
from tests.kit.statements import entry, part

CAFE = Merchant(
    id="CAFE", name="Cafe", city="Paris", country="FR", country_code="250", mcc="5411",
    iban="FR1420041010050500013M02606",
)  # fmt: skip

# The payout of 12.50 to the shop, as a statement tells that it went, and that it came back.
NAME = "20261123-SHOP-EUR"
WENT = entry("12.50", "DBIT", part("12.50", "DBIT", NAME))
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
CAME_BACK = entry("12.50", "CRDT", part("12.50", "CRDT", NAME, BACK))


def closed(lab: Any, **names: str) -> None:
    """A day with a sale of two shops, called *names*, is closed in the hour of its cut-off."""
    merchants = [
        replace(shop, account_holder=names.get(shop.id, ""))
        for shop in (*lab.settlement.merchants, CAFE)
    ]
    lab.settlement = replace(lab.settlement, merchants=tuple(merchants))
    lab.history.sale(1250)
    lab.history.sale(5, merchant="CAFE")
    lab.history.cut_over()
    lab.commit()
    close_days(lab.switch, lab.settlement, lab.record, clock=lambda: CUT)


def answers(lab: Any, day: str = DAYS[0]) -> dict[str, bytes]:
    """What the bank sends for the order of the day, by name."""
    order = (lab.deposits / f"deposit-{day}.xml").read_bytes()
    taken = hand_in(order, lab.folder / "bank", CUT)
    return {name: (lab.folder / "bank" / name).read_bytes() for name in taken.files}


def taken(lab: Any, files: dict[str, bytes]) -> list[Taken]:
    """Take *files*, by name, into the books."""
    with settling(lab.switch, lab.settlement, lab.record, clock=lambda: CUT + 60) as opened:
        return list(take(opened, files))
