"""A panel without a gateway: payments in memory, and an emulation that remembers what was asked."""

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.gateway.panel.app import Panel
from cardswitch.gateway.panel.payments import OpenSession, Seen
from cardswitch.specs.errors import Error
from tests.kit.asgi import Browser

NOW = 1_796_000_000.0
HOST = "panel.localhost:7117"
SHOP = "SHOP0001"


class FakeEmulation:
    """*trouble*: what is said instead of doing anything."""

    def __init__(self):
        self.wishes = {}
        self.closes = 0
        self.trouble = ""

    def arm(self, merchant, wish):
        self._fail()
        self.wishes[merchant] = wish

    def disarm(self, merchant):
        self.wishes.pop(merchant, None)

    def armed(self, merchant):
        return self.wishes.get(merchant)

    def close_day(self):
        self._fail()
        self.closes += 1
        return ["2026-11-30"]

    def _fail(self):
        if self.trouble:
            raise Error(self.trouble)


class FakePayments:
    """One payment that holds money, and one session that is open; of SHOP alone."""

    def __init__(self):
        self.expired = []

    async def latest(self, merchant):
        held = Seen(
            id="pi_1",
            amount=1250,
            currency="kwd",
            status="requires_capture",
            code="00",
            meaning="Approved <b>",
            is_held=True,
        )
        return [held] if merchant == SHOP else []

    async def sessions(self, merchant):
        return [OpenSession(id="cs_1", amount=1250, currency="jpy")] if merchant == SHOP else []

    async def deposits(self, merchant):
        return []

    async def expire(self, merchant, id_):
        self.expired.append((merchant, id_))

    async def story(self, merchant, id_):
        if (merchant, id_) != (SHOP, "pi_1"):
            raise Error("no such payment")
        step = {"at": "2026-11-30T12:00:00Z", "where": "issuer", "step": "decided"}
        return [step, {**step, "message": "<0210>", "hex": "0210AB", "card": "424242******4242"}]


class FakePanel:
    """A panel, keys for it, and a browser at it."""

    def __init__(self, folder):
        self.now = NOW
        self.keys = KeyFile(folder / "keys")
        (self.key, self.secret), (_, self.public) = self.keys.add(SHOP, 1)
        (_, self.other), _ = self.keys.add("SHOP0002", 1)
        self.emulation, self.payments = FakeEmulation(), FakePayments()
        self.notes = []
        panel = Panel(
            self.keys,
            self.payments,
            self.emulation,
            ("panel.localhost",),
            5.0,
            lambda: self.now,
            lambda *said: self.notes.append(said),
        )
        self.browser = Browser(panel.app, HOST)

    def enter(self, key=None):
        return self.browser.post("/login", {"key": key or self.secret})
