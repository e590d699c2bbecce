"""A gateway to play with: its calls, its journal in memory, and a start from that."""

from cardswitch.gateway.core.calls import Call, Create, Pay, Source
from cardswitch.gateway.core.cards import Card
from cardswitch.gateway.core.desk import SWITCH
from cardswitch.gateway.core.entries import Terms
from cardswitch.gateway.core.machine import CardVault, Gateway
from cardswitch.gateway.core.messages import Node
from cardswitch.gateway.core.row import legs_of
from cardswitch.wire.ports import LinkDown, LinkUp
from tests.kit.play import Playbook, answered, sent

PAN = "4242424242424242"
CARD = Card(
    id="pm_1", sealed="SEALED", fingerprint="F", masked="424242******4242", brand="visa",
    exp_month=12, exp_year=2030,
)  # fmt: skip
SOURCE = Source(id=CARD.id, card=CARD)
UP, DOWN = LinkUp(SWITCH), LinkDown(SWITCH)
REF = "a" * 22
VAULT = CardVault(open=lambda sealed: PAN, fingerprint=lambda pan: f"print of {pan}")


def gateway(vault=VAULT, rules=None):
    return Gateway(Node("GATE0001"), vault, rules=rules)


def order(ref=REF, amount=1250, **more):
    """A new intent that is confirmed at once."""
    deed = Create(secret="s", amount=amount, currency="eur", source=SOURCE, pay=Pay(cvc="123"))
    return call(deed, ref, **more)


def held(ref=REF, amount=1250, **more):
    """The same, whose money is set aside and captured later."""
    terms = Terms(capture="manual")
    deed = Create(
        secret="s", amount=amount, currency="eur", source=SOURCE, pay=Pay(cvc="123"), terms=terms
    )
    return call(deed, ref, **more)


def call(deed, ref=REF, ticket=1, merchant="SHOP0001", **more):
    """What the API asks for *ref*."""
    made = Call(ticket=ticket, merchant=merchant, ref=ref, deed=deed, **more)
    return lambda play: play.do(play.machine.call(made, play.now))


def played(machine=None, entries=()):
    """A gateway whose link is up and signed on, with a journal that remembers."""
    play = Playbook(machine or gateway())
    play.journal = lambda question: found(play, question)
    play.do(play.machine.recover(list(entries), play.now))
    return play.skip() >> UP << sent("switch", "0800", {70: "001"}) >> answered("switch", "00")


def found(play, question):
    """The rows of the legs that *question* names, of all that this play appended."""
    legs = {row.leg for row in play.entries if (row.sent_on, row.identity) in question.identities}
    return [row for row in play.entries if row.leg in legs]


def restarted(play):
    """The same after a crash: all it has is what it appended. The link is not up yet."""
    again = Playbook(gateway(), play.now + 1)
    again.journal = lambda question: found(again, question)
    before = play.entries
    again.do(again.machine.recover(before, again.now))
    again.effects[:0] = [effect for effect in play.effects if getattr(effect, "entry", None)]
    return again


def intent(play, ref=REF):
    """How it stands, by the journal."""
    return legs_of(play.entries).intents[ref]


def replies(play):
    """All that was told to callers."""
    return play.sent_on("api")
