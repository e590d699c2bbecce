"""MACs of the acquirer: checked at its front, made anew into the network, and back."""

from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.config import HostAddress, HostListener
from cardswitch.wire.operator.addresses import Address
from cardswitch.wire.operator.macs import MacConfig
from cardswitch.wire.ports import LinkUp, Received
from tests.kit.hosts import (
    FRONT,
    HSM,
    UPSTREAM,
    acquirer,
    acquirer_config,
    entries_of,
    fingerprint,
    purchase,
)
from tests.kit.play import Playbook, answered, sent

THEIRS, OURS, ANSWERS = "1122334455667788", "A1B2C3D4E5F60718", "8877665544332211"
IN, OUT = "U" + "1" * 32, "U" + "2" * 32


def with_macs():
    """An acquirer with a key at its front and another one into the network, all links up."""
    config = acquirer_config(
        front=HostListener(port=7102, mac=MacConfig(key=IN)),
        network=HostAddress(port=7101, mac=MacConfig(key=OUT)),
        hsm=Address(port=7100),
    )
    play = Playbook(Acquirer(config, fingerprint))
    play.do(play.machine.recover((), play.now))
    play.skip() >> LinkUp(FRONT) >> LinkUp(HSM) >> LinkUp(UPSTREAM)
    play << sent(HSM, "M6", {"key": OUT}) >> answered(HSM, "00", {"mac": OURS})
    play << sent(UPSTREAM, "0800") >> Received(UPSTREAM, signed_on(play))
    return play << sent(HSM, "M8", {"key": OUT}) >> answered(HSM, "00")


def signed_on(play):
    return play.sent_on(UPSTREAM)[-1].reply("00", {128: ANSWERS})


def test_a_purchase_is_checked_with_one_key_and_sent_with_another():
    play = with_macs() >> Received(FRONT, purchase(f64=THEIRS))
    play << sent(HSM, "M8", {"key": IN, "mac": THEIRS}) >> answered(HSM, "00")
    assert play.pending.popleft().entry.state == "PurchaseForwarded"
    play << sent(HSM, "M6", {"key": OUT}) >> answered(HSM, "00", {"mac": OURS})
    assert play << sent(UPSTREAM, "0200", {64: OURS})


def test_a_purchase_without_its_mac_is_refused_without_a_row():
    play = with_macs() >> Received(FRONT, purchase())
    play << sent(HSM, "M6", {"key": IN}) >> answered(HSM, "00", {"mac": OURS})
    assert play << sent(FRONT, "0210", {39: "89", 64: OURS})
    assert not entries_of(play)


def test_without_keys_there_is_nothing_to_ask_an_hsm():
    play = (acquirer() >> LinkUp(HSM)).skip()
    (play >> Received(FRONT, purchase())).skip()
    assert not play.sent_on(HSM)
    assert not acquirer_config().macs()
