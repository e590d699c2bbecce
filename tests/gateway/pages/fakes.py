"""A till without a gateway: offers in memory, and cards that are known by their last digits."""

from msgspec.structs import replace

from cardswitch.gateway.api.faults import Fault, unauthorised
from cardswitch.gateway.core.problems import away, declined
from cardswitch.gateway.pages.app import Pages
from cardswitch.gateway.pages.till import Offer, OfferLine, Stage

NOW = 1_796_000_000.0  # November 2026
SHOP = "https://shop.localhost:7443"
OFFER = Offer(
    id="cs_1",
    merchant="Beans & Söhne",
    lines=(
        OfferLine(name="Coffee <b>beans</b>", quantity=2, amount=2400),
        OfferLine(name="Filters", quantity=1, amount=90),
    ),
    total=2490,
    currency="EUR",
    stage=Stage.OPEN,
    success_url=f"{SHOP}/thanks?session=cs_1",
    cancel_url=f"{SHOP}/basket",
)


class SafeVault:
    """Seals nothing, and tells nothing of a number either."""

    def seal(self, pan):
        return "sealed"

    def fingerprint(self, pan):
        return f"known by {pan[-4:]}"


class FakeTill:
    """Takes cards: …4242 is approved, …0341 has no outcome, …0119 reaches nobody, others are 41."""

    def __init__(self, *offers):
        self.offers = {each.id: each for each in offers or (OFFER,)}
        self.paid = []

    async def offer(self, id_):
        return self.offers.get(id_)

    async def link(self, id_):
        return OFFER if id_ == "plink_1" else None

    async def open_link(self, id_):
        return "cs_1"

    async def pay(self, offer, card, cvc, browser):
        last = card.masked[-4:]
        if last == "0119":
            raise Fault(away("Nothing was sent: the switch cannot be reached"))
        self.paid.append((offer.id, offer.attempt, last, cvc))
        tried = replace(self.offers[offer.id], attempt=offer.attempt + 1, problem=None)
        if last == "4242":
            tried = replace(tried, stage=Stage.PAID)
        elif last == "0341":
            tried = replace(tried, stage=Stage.WAITING)
        else:
            tried = replace(tried, problem=declined("41", offer.attempt + 1))
        self.offers[offer.id] = tried


class FakeDesk:
    """Takes cards: …4242 pays, others are 41; for pages of SHOP with the key pk_1."""

    def __init__(self):
        self.codes = []

    def may_frame(self, key, origin):
        return (key, origin) == ("pk_1", SHOP)

    async def token(self, key, card, cvc):
        if key != "pk_1":
            raise unauthorised("Invalid publishable key")
        self.codes.append(cvc)
        return f"tok_{card.masked[-4:]}"

    async def confirm(self, key, secret, card, cvc, browser, back):
        if not card.masked.endswith("4242"):
            raise Fault(declined("41", 1))
        return {"id": secret, "status": "succeeded"}


class FakeBank:
    """Knows the challenges that it is given."""

    def __init__(self, **visits):
        self.visits = visits

    async def find(self, transaction):
        return self.visits.get(transaction)


def pages_of(till, notes=None, desk=None, bank=None, rate=None):
    """Pages for *till*; what goes wrong is appended to *notes*."""
    return Pages(
        till,
        desk or FakeDesk(),
        SafeVault(),
        lambda: NOW,
        ("pay.localhost", "[::1]"),
        5.0,
        lambda *said: (notes if notes is not None else []).append(said),
        bank or FakeBank(),
        rate,
    )
