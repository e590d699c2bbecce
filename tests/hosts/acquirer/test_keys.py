"""The acquirer changes keys of MACs, at its front and into the network; PINs pass as they come."""

import pytest

from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.config import HostAddress, HostListener
from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys.working import KeyStep
from cardswitch.wire.operator.addresses import Address
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.operator.macs import MacConfig
from cardswitch.wire.ports import LinkUp, Received
from tests.kit.hosts import FRONT, HSM, UPSTREAM, acquirer_config, fingerprint, purchase, rows_of
from tests.kit.notebook import Notebook
from tests.kit.play import Playbook, after, answered, sent

MASTER, OLD, NEW = "U" + "7" * 32, "U" + "1" * 32, "U" + "8" * 32
UNDER_MASTER, MAC = "X" + "5" * 32, "A1B2C3D4E5F60718"


def config(**keys):
    """Its front alone has MACs, whose key is changed."""
    keys = KeysConfig(**{"master": MASTER, **keys})
    return acquirer_config(
        front=HostListener(port=7102, mac=MacConfig(key=OLD), keys=keys),
        network=HostAddress(port=7101),
        hsm=Address(port=7100),
    )


def started(rows=(), checkpoint_rows=10_000, **keys):
    play = Playbook(Acquirer(config(**keys), fingerprint, checkpoint_rows=checkpoint_rows))
    notebook = play.journal = Notebook(play, rows)
    play.do(play.machine.recover(notebook.recent(), play.now))
    for link in (HSM, UPSTREAM, FRONT):
        play.do(play.machine.handle(LinkUp(link), play.now))
    (play.skip() >> answered(UPSTREAM, "00")).skip()
    return play


def checked(play, key=OLD):
    """The MAC of what came in is right under *key*."""
    return play << sent(HSM, "M8", {"key": key}) >> answered(HSM, "00")


def taken(play):
    """The switch offers a key for MACs at the front, and it is taken."""
    fields = {7: "0329010000", 11: "000001", 48: f"MA1B2C3{UNDER_MASTER}", 70: "161", 128: MAC}
    checked(play >> Received(FRONT, Message("0800", fields)))
    play << sent(HSM, "A6", {"key_type": "008", "zmk": MASTER})
    play >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"})
    return play


def test_what_leaves_has_the_new_key_and_what_comes_may_have_either():
    play = taken(started())
    assert play.pending.popleft().entry.state == KeyStep.__name__
    play << sent(HSM, "M6", {"key": NEW}) >> answered(HSM, "00", {"mac": MAC})
    play << sent(FRONT, "0810", {39: "00", 48: "MA1B2C3"})
    play >> Received(FRONT, purchase(f64=MAC)) << sent(HSM, "M8", {"key": NEW})
    (checked(play >> answered(HSM, "01"))).skip()
    assert play.sent_on(UPSTREAM)[-1].mti == "0200"


@pytest.mark.parametrize("checkpoint_rows", [1, 10_000])
def test_a_start_knows_the_key_with_and_without_a_checkpoint(checkpoint_rows):
    play = taken(started(checkpoint_rows=checkpoint_rows)).skip()
    again = started(rows_of(play), checkpoint_rows)
    again >> Received(FRONT, purchase(f64=MAC)) << sent(HSM, "M8", {"key": NEW})
    (again >> answered(HSM, "00")).skip()
    assert again.sent_on(UPSTREAM)[-1].mti == "0200"


def test_by_the_clock_it_makes_one_itself():
    play = started(every_s=60.0)
    (play >> after(75.0)).skip()
    made = [command for command in play.sent_on(HSM) if command.code == "A0"]
    assert [command.fields["key_type"] for command in made] == ["008"]


def test_its_key_for_pins_cannot_be_changed_for_it_has_none():
    fields = {7: "0329010000", 11: "000001", 48: f"PA1B2C3{UNDER_MASTER}", 70: "161", 128: MAC}
    play = checked(started() >> Received(FRONT, Message("0800", fields)))
    play << sent(HSM, "M6") >> answered(HSM, "00", {"mac": MAC})
    assert play << sent(FRONT, "0810", {39: "12"})


def test_where_keys_are_not_changed_it_says_so():
    play = started() >> Received(UPSTREAM, Message("0800", {7: "1", 11: "000001", 70: "161"}))
    assert play << sent(UPSTREAM, "0810", {39: "12"})
