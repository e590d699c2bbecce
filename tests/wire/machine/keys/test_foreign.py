"""Key exchange with a real module on our side, and TR-31 of somebody else (psec) on the other."""

import warnings
from random import Random

import psec
import pytest
from msgspec.structs import replace

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.names import ZAK, ZMK, ZPK
from cardswitch.specs.message import Message
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key, wrap_key
from cardswitch.wire.ports import Received, Send
from tests.kit.keys import HSM, PEER, PLAN, changing, keyed, told
from tests.kit.play import answered

CLEAR_MASTER, CLEAR_OLD, CLEAR_NEW = (adjust_parity(Random(n).randbytes(16)) for n in (1, 2, 3))
MASTER = wrap_key(TEST_LMK, ZMK, "U", CLEAR_MASTER)
USAGES = {"pin": ("P0", ZPK), "mac": ("M3", ZAK)}


def program(kind):
    key_type = USAGES[kind][1]
    old = wrap_key(TEST_LMK, key_type, "U", CLEAR_OLD)
    plan = replace(
        PLAN,
        masters={kind: MASTER},
        types={kind: key_type},
        configured={"pin": "", "mac": "", kind: old},
    )
    return keyed(plan), HsmModule(Random(7).randbytes)


def served(play, module):
    """All that is asked of the module is answered; what else there is stays to be taken."""
    left = []
    while play.pending:
        effect = play.pending.popleft()
        if isinstance(effect, Send) and isinstance(effect.message, Command):
            answer = module.answer(effect.message)
            play.do(play.machine.handle(Received(HSM, answer), play.now))
        elif isinstance(effect, Send):
            left.append(effect.message)
    return left


def check_value(key):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The oracle is not maintained.
        return psec.des.encrypt_tdes_ecb(key, bytes(8))[:3].hex().upper()


def under_lmk(kind, text):
    return unwrap_key(TEST_LMK, USAGES[kind][1], text)


@pytest.mark.parametrize("kind", USAGES)
def test_what_we_offer_somebody_else_can_open(kind):
    play, module = program(kind)
    [offer] = served(changing(play, kind=kind), module)
    text = offer[48]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header, key = psec.tr31.unwrap(CLEAR_MASTER, text[8:])
    assert (text[0], text[7]) == (kind[0].upper(), "R")
    assert header.key_usage == USAGES[kind][0]
    assert check_value(key) == text[1:7]
    play >> answered(PEER, "00", {48: text[:7]})
    served(play, module)
    assert told(play)["check_value"] == text[1:7]
    assert under_lmk(kind, play.machine.keys.sending("peer", kind, told_key(play, kind))) == key


def told_key(play, kind):
    return play.machine.exchange._plans["peer"].configured[kind]


@pytest.mark.parametrize("kind", USAGES)
@pytest.mark.parametrize("is_right", [True, False])
def test_what_somebody_else_offers_we_take_if_it_is_what_he_says(kind, is_right):
    play, module = program(kind)
    header = psec.tr31.Header("B", USAGES[kind][0], "T", "E" if kind == "pin" else "C", "00", "E")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        block = psec.tr31.wrap(CLEAR_MASTER, header, CLEAR_NEW)
    value = check_value(CLEAR_NEW) if is_right else "FFFFFF"
    text = f"{kind[0].upper()}{value}R{block}"
    fields = {7: "0329010000", 11: "000001", 48: text, 70: "161"}
    [answer] = served(play >> Received(PEER, Message("0800", fields)), module)
    assert answer[39] == ("00" if is_right else "88")
    used = play.machine.keys.sending("peer", kind, told_key(play, kind))
    assert under_lmk(kind, used) == (CLEAR_NEW if is_right else CLEAR_OLD)


def test_a_key_for_pins_is_none_for_macs():
    play, module = program("mac")
    header = psec.tr31.Header("B", "P0", "T", "E", "00", "E")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        block = psec.tr31.wrap(CLEAR_MASTER, header, CLEAR_NEW)
    fields = {7: "0329010000", 11: "000001", 48: f"M{check_value(CLEAR_NEW)}R{block}", 70: "161"}
    [answer] = served(play >> Received(PEER, Message("0800", fields)), module)
    assert answer[39] == "88"
