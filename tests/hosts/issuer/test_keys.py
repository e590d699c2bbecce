"""The issuer changes keys with the network: PINs under the old and the new, and its journal."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys.working import KeyStep
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.ports import Received
from tests.kit.hosts import HSM, NETWORK, RIGHT_PIN, issuer, purchase, rows_of, wrote
from tests.kit.play import after, answered, sent

MASTER, NEW, UNDER_MASTER = "U" + "7" * 32, "U" + "8" * 32, "X" + "5" * 32
OLD = "U" + "1" * 32
KEYS = KeysConfig(master=MASTER)


def taken(play):
    """The network offers a key for PINs, and it is taken."""
    fields = {7: "0329010000", 11: "000001", 48: f"PA1B2C3{UNDER_MASTER}", 70: "161"}
    play >> Received(NETWORK, Message("0800", fields)) << sent(HSM, "A6", {"zmk": MASTER})
    play >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"})
    play << wrote(KeyStep, step="changed", key=NEW, configured=OLD)
    return play << sent(NETWORK, "0810", {39: "00", 48: "PA1B2C3"})


def test_pins_are_verified_under_the_new_key_and_then_under_the_old():
    play = taken(issuer(keys=KEYS)) >> Received(NETWORK, purchase(f52=RIGHT_PIN))
    play << sent(HSM, "EC", {"zpk": NEW}) >> answered(HSM, "20")
    play << sent(HSM, "EC", {"zpk": OLD}) >> answered(HSM, "00")
    play.skip()
    assert play.sent_on(NETWORK)[-1][39] == "00"


def test_a_block_that_is_bad_under_both_is_a_malfunction_as_before():
    play = taken(issuer(keys=KEYS)) >> Received(NETWORK, purchase(f52=RIGHT_PIN))
    play << sent(HSM, "EC", {"zpk": NEW}) >> answered(HSM, "20")
    (play << sent(HSM, "EC", {"zpk": OLD}) >> answered(HSM, "20")).skip()
    assert play.sent_on(NETWORK)[-1][39] == "96"


def test_once_the_new_key_was_in_use_the_old_one_goes():
    play = taken(issuer(keys=KEYS)) >> Received(NETWORK, purchase(f52=RIGHT_PIN))
    (play << sent(HSM, "EC", {"zpk": NEW}) >> answered(HSM, "00")).skip()
    play >> after(KEYS.overlap_s + 0.1)
    play >> Received(NETWORK, purchase(trace=8, f52=RIGHT_PIN)) << sent(HSM, "EC", {"zpk": NEW})
    (play >> answered(HSM, "20")).skip()
    assert play.sent_on(NETWORK)[-1][39] == "96"


@pytest.mark.parametrize("bounds", [{}, {"checkpoint_rows": 1}])
def test_a_start_knows_the_keys_with_and_without_a_checkpoint(bounds):
    play = issuer(keys=KEYS, **bounds)
    fields = {7: "0329010000", 11: "000001", 48: f"PA1B2C3{UNDER_MASTER}", 70: "161"}
    play >> Received(NETWORK, Message("0800", fields)) << sent(HSM, "A6", {"zmk": MASTER})
    (play >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"})).skip()
    again = issuer(rows_of(play), keys=KEYS, **bounds)
    again >> Received(NETWORK, purchase(f52=RIGHT_PIN)) << sent(HSM, "EC", {"zpk": NEW})


def test_without_a_table_of_keys_the_issuer_changes_none():
    fields = {7: "0329010000", 11: "000001", 48: f"PA1B2C3{UNDER_MASTER}", 70: "161"}
    play = issuer() >> Received(NETWORK, Message("0800", fields))
    assert play << sent(NETWORK, "0810", {39: "12"})


def test_by_the_clock_it_makes_one_itself():
    play = issuer(keys=KeysConfig(master=MASTER, every_s=60.0)) >> after(75.0)
    (
        play
        << sent(HSM, "A0", {"key_type": "001"})
        >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"})
    )
    play << sent(HSM, "A8") >> answered(HSM, "00", {"key": UNDER_MASTER, "kcv": "A1B2C3"})
    play << wrote(KeyStep, step="offered", by="clock")
    play << sent(NETWORK, "0800", {48: f"PA1B2C3{UNDER_MASTER}"})
    play >> answered(NETWORK, "00", {48: "PA1B2C3"})
    assert play << wrote(KeyStep, step="changed", key=NEW)
