"""A small program whose keys can be changed, and what is said to it and by it."""

from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys.exchange import KeyExchange
from cardswitch.wire.machine.keys.offers import KeyPlan, working_keys
from cardswitch.wire.machine.keys.steps import KeySteps
from cardswitch.wire.machine.keys.working import KeyStep
from cardswitch.wire.machine.matching import HsmExchange, IsoExchange
from cardswitch.wire.machine.network import network_reply
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import LinkId, LinkUp, Received
from tests.kit.play import Playbook, answered, appended, sent

PEER, HSM = LinkId("peer"), LinkId("hsm")
MASTER, OLD, NEW, OTHER = ("U" + digit * 32 for digit in "1234")
UNDER_MASTER = "X" + "5" * 32
PLAN = KeyPlan(
    masters={"pin": MASTER, "mac": MASTER},
    types={"pin": "001", "mac": "008"},
    configured={"pin": OLD, "mac": ""},
)


class Keyed(Program):
    """One peer, one HSM, and a journal of steps alone."""

    def __init__(self, plan=PLAN):
        super().__init__({"peer": IsoExchange(), "hsm": HsmExchange()})
        self.lines = []
        self.observe(lambda kind, link, reason: self.lines.append((kind, link, reason)))
        plans = {"peer": plan} if plan is not None else {}
        self.keys = working_keys(plans)
        self.exchange = KeyExchange(
            KeySteps(self.desk, HSM, plans, self.keys, self._write, within=1.0)
        )

    def _write(self, step):
        self.desk.append(step)
        self.keys.apply(step)

    def asked(self, link, question):
        if not self.exchange.takes(link, question):
            self.desk.send(link, network_reply(question))

    def linked(self, link):
        self.exchange.link_ready(link)

    def change(self, now, kind="pin", **how):
        self.kernel.advance(now)
        self.exchange.change("peer", kind, "ann", **how)
        return self.kernel.take()


def keyed(plan=PLAN, steps=(), link=PEER):
    """It has read *steps* in its journal, and both links are up."""
    play = Playbook(Keyed(plan))
    for each in steps:
        play.machine.keys.apply(each)
    for each in (HSM, LinkId(link)):
        play.do(play.machine.handle(LinkUp(each), play.now))
    return play


def changing(play, **how):
    """Somebody wants a change."""
    play.do(play.machine.change(play.now, **how))
    return play


def made(play, kcv="A1B2C3", key=NEW):
    """The HSM makes the key, and lets it out."""
    play << sent(HSM, "A0", {"key_type": "001"})
    return let_out(play >> answered(HSM, "00", {"key": key, "kcv": kcv}))


def let_out(play):
    play << sent(HSM, "A8", {"zmk": MASTER, "zmk_scheme": "R"})
    return play >> answered(HSM, "00", {"key": UNDER_MASTER, "kcv": "A1B2C3"})


def offered(play, kcv="A1B2C3", key=NEW):
    """It is made, durable, and on its way to the peer."""
    made(play, kcv, key) << noted("offered", kcv, key=key)
    return play << sent(PEER, "0800", {48: f"P{kcv}{UNDER_MASTER}", 70: "161"})


def noted(step, kcv="A1B2C3", **attributes):
    """That step is durable."""
    return appended(KeyStep, step=step, kcv=kcv, **attributes)


def offer(kcv="A1B2C3", trace=1, at="0329010000"):
    """What the peer offers."""
    fields = {7: at, 11: f"{trace:06d}", 48: f"P{kcv}{UNDER_MASTER}", 70: "161"}
    return Received(PEER, Message("0800", fields))


def step(which, kcv="A1B2C3", key=NEW, **attributes):
    """A step of the key for PINs at the peer."""
    return KeyStep(
        **{
            "step": which,
            "place": "peer",
            "kind": "pin",
            "configured": OLD,
            "key": key,
            "kcv": kcv,
            **attributes,
        }
    )


def told(play):
    """How the program says that the key stands."""
    [key] = play.machine.exchange.told()
    return key


def accepted(play, now=None):
    """The keys that PINs of the peer may be under."""
    return play.machine.keys.accepted("peer", "pin", OLD, play.now if now is None else now)


def sending(play):
    """The key that PINs for the peer are under."""
    return play.machine.keys.sending("peer", "pin", OLD)
