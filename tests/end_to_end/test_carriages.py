"""CVC, address, ECI and CAVV of an order, by each carriage to the issuer, and its findings back."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.api.objects import charge_object
from cardswitch.gateway.core.calls import Create, Pay
from cardswitch.gateway.core.cards import Address, Billing
from cardswitch.gateway.core.desk import SWITCH
from cardswitch.gateway.core.entries import Authentication
from cardswitch.gateway.core.machine import CardVault
from cardswitch.hosts.issuer.absent import cavv_under
from cardswitch.specs.convert import Converted
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.security.cavv import make_cavv
from cardswitch.specs.transactions.absent import CardAddress
from cardswitch.wire.operator.addresses import IsoAddress
from cardswitch.wire.ports import Received
from tests.kit.gateway import SOURCE, UP, call, found, gateway, intent
from tests.kit.hosts import CARDS, NETWORK, PAN, issuer
from tests.kit.play import Playbook

KEY = bytes(range(32))
NUMBER = "c272b04f-6e7b-43a2-bb78-90f4aa94aa25"
RRN = "608801000007"
CAVV = make_cavv(KEY, PAN, 1250, "978", NUMBER, "05")
VAULT = CardVault(open=lambda sealed: PAN, fingerprint=lambda pan: f"print of {pan}")
HOME = Billing(address=Address(postal_code="10115", line1="Hauptstr. 12"))
CARRIAGES = ["iso87-ascii", "example-carried-parts", "example-carried-tags", "example-carried-2003"]


def over(message, dialect):
    """*message* as it is read at the other end of a link."""
    return dialect.unpack(dialect.pack(message))


def signed_on(translation):
    """A gateway whose link has this *translation*, and stands."""
    machine = gateway(VAULT)
    machine.translate({SWITCH: translation})
    play = Playbook(machine)
    play.journal = lambda question: found(play, question)
    play.do(machine.recover([], play.now))
    play = (play.skip() >> UP).skip()
    hear, say = (translation.hear, translation.say) if translation else (same, same)
    question = hear(play.sent_on(SWITCH)[-1], play.now).message
    return (play >> Received(SWITCH, say(question.reply("00"), play.now).message)).skip()


def same(message, now):
    return Converted(message, ())


def charged(name, cavv):
    """What a charge tells of a payment with *cavv*, by a link and to an issuer of that dialect."""
    dialect, place = load_dialect(name), IsoAddress(port=1, dialect=name)
    card = replace(CARDS[0], cvv2="any", address=CardAddress("10115", "99"))
    bank = issuer(cards=(card, *CARDS[1:]), cavv=cavv_under(KEY), magic_amounts=False)
    bank.machine.translate({"network": place.translation()})
    play = signed_on(place.translation())
    known = Authentication(version="2.2.0", transaction=NUMBER)
    source = replace(SOURCE, card=replace(SOURCE.card, billing=HOME))
    deed = Create(
        secret="s", amount=1250, currency="eur", source=source,
        pay=Pay(cvc="123", authentication=known, cavv=cavv),
    )  # fmt: skip
    play = (play >> call(deed)).skip()
    request = over(play.sent_on(SWITCH)[-1].with_fields({37: RRN}), dialect)  # as switches add
    bank = (bank >> Received(NETWORK, request)).skip()
    answer = over(bank.sent_on(NETWORK)[-1], dialect)
    play = (play >> Received(SWITCH, answer)).skip()
    assert not any(cavv in row.fields or "92031" in row.fields for row in play.entries)
    stands = intent(play)
    return charge_object(stands, stands.exchange(1))


@pytest.mark.parametrize("name", CARRIAGES)
def test_what_was_authenticated_is_believed(name):
    shown = charged(name, CAVV)
    assert shown["status"] == "succeeded", shown["outcome"]
    card = shown["payment_method_details"]["card"]
    assert card["checks"] == {
        "cvc_check": "pass",
        "address_postal_code_check": "pass",
        "address_line1_check": "fail",
    }
    said = card["three_d_secure"]
    assert (said["result"], said["electronic_commerce_indicator"]) == ("authenticated", "05")
    assert (said["version"], said["transaction_id"]) == ("2.2.0", NUMBER)
    assert said["x_cavv_check"] == "pass"


@pytest.mark.parametrize("name", CARRIAGES)
def test_a_cavv_of_another_payment_is_not(name):
    other = make_cavv(KEY, PAN, 1251, "978", NUMBER, "05")
    shown = charged(name, other)
    assert shown["outcome"]["network_decline_code"] == "59"
    said = shown["payment_method_details"]["card"]["three_d_secure"]
    assert said["x_cavv_check"] == "fail"
