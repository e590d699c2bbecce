"""The key ceremony: keys are made inside, zones share them, and cards fit their keys."""

from random import Random

import pytest
from msgspec.structs import replace

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.ceremony import check_keys, make_keys, personalise
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm.commands.cards.values import verify_cvv
from cardswitch.specs.hsm.commands.pins.blocks import verify_pin_pvv_tpk
from cardswitch.specs.security.pinblocks import pan12_of
from cardswitch.terminal.pinpad.pad import PinPad
from tests.kit.hsm.module import attended

PAN, EXPIRY, SERVICE_CODE, PIN = "9999990000000014", "3012", "201", "1234"


@pytest.fixture(scope="module")
def module():
    """An HSM whose random bytes are always the same."""
    return HsmModule(Random(2024).randbytes)


@pytest.fixture(scope="module")
def keys(module):
    return make_keys(attended(module))


@pytest.fixture(scope="module")
def card(module, keys):
    return personalise(module.answer, keys, PAN, EXPIRY, SERVICE_CODE, PIN)


def test_every_key_is_another_one_and_none_is_clear(keys):
    under_lmk = [keys.tpk, keys.tak, keys.zpk_acquirer, keys.zpk_issuer, keys.pvk, keys.cvk]
    assert len(set(under_lmk)) == len(set(keys.check_values.values())) == 6
    assert all(key[0] == "U" and len(key) == 33 for key in under_lmk)


@pytest.mark.parametrize(("pin", "error"), [(PIN, "00"), ("4321", "01")])
def test_the_pvv_is_that_of_the_pin(module, keys, card, pin, error):
    pan12 = pan12_of(PAN)
    block = PinPad(keys.tpk_under_tmk).encrypt(pin, PAN)
    verify = verify_pin_pvv_tpk(keys.tpk, keys.pvk, block, pan12, card.pvki, card.pvv)
    assert module.answer(verify).error == error


def test_the_stripe_and_the_back_of_the_card_are_verified_each_by_its_own_code(module, keys, card):
    def error(service_code, cvv):
        return module.answer(verify_cvv(keys.cvk, PAN, EXPIRY, service_code, cvv)).error

    assert error(SERVICE_CODE, card.cvv) == error("000", card.cvv2) == "00"
    assert error(SERVICE_CODE, card.cvv2) == error("000", card.cvv) == "01"


def test_the_module_knows_the_keys_it_made(module, keys):
    check_keys(module.answer, keys)


@pytest.mark.parametrize("name", ["tpk", "tak", "zpk_acquirer", "zpk_issuer", "pvk", "cvk"])
def test_a_key_of_another_ceremony_is_noticed(module, keys, name):
    other = make_keys(attended(HsmModule(Random(2025).randbytes)))
    with pytest.raises(Error, match=f"does not know the key {name}:"):
        check_keys(module.answer, replace(keys, **{name: getattr(other, name)}))


def test_a_zone_whose_sides_have_different_keys_is_noticed(module):
    def ask(command):
        answer = attended(module)(command)
        if command.code == "A6":
            return replace(answer, fields={**answer.fields, "kcv": "000000"})
        return answer

    with pytest.raises(Error, match="two sides of zpk_acquirer have different keys"):
        make_keys(ask)


def test_a_refusal_of_the_module_ends_the_ceremony(module):
    def ask(command):
        answer = module.answer(command)
        return replace(answer, error="17") if command.code == "A0" else answer

    with pytest.raises(Error, match="the HSM refused A0 with error 17"):
        make_keys(ask)
