"""The key ceremony: every key of the lab is made inside the HSM, and cards are personalised there.

Nothing clear leaves: keys come out under the LMK or under a zone's master key, and a card's PIN
goes in as a PIN pad sends it and comes out as a PVV.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from cardswitch.specs.codes import CVV2_SERVICE_CODE
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.hsm.commands.cards.values import generate_cvv
from cardswitch.specs.hsm.commands.keys.any_type import generate_key, import_key, key_check_value
from cardswitch.specs.hsm.commands.pins.blocks import pvv_from_lmk_pin
from cardswitch.specs.hsm.commands.pins.lmk import pin_to_lmk
from cardswitch.specs.hsm.names import CVK, TAK, TPK, ZMK, ZPK
from cardswitch.specs.security.lmk import TEST_LMK, wrap_key
from cardswitch.specs.security.pinblocks import pan12_of
from cardswitch.terminal.pinpad.pad import TEST_MAC_TMK, TEST_TMK, PinPad

Ask = Callable[[Command], Answer]
TMK: Final = TPK  # They share a pair and variant of the LMK.
PVKI: Final = "1"


class Keys(Struct, frozen=True, kw_only=True):
    """The lab's keys, as cryptograms under the HSM's LMK, and how to check them."""

    tmk: str  # of all terminals, for keys of PINs
    tmk_kcv: str
    mac_tmk: str  # the same, for keys of MACs
    mac_tmk_kcv: str
    tpk: str
    tpk_under_tmk: str  # for the PIN pad
    tak: str
    tak_under_tmk: str
    zmk: str  # the master key that keys of zones travel under
    zpk_acquirer: str  # between the front side of the switch and the acquirer
    zpk_issuer: str  # between the network side of the switch and the issuer
    pvk: str
    cvk: str
    check_values: Mapping[str, str]  # by the names above


class Personal(Struct, frozen=True):
    """What the issuer writes on a card's stripe, and prints on its back."""

    pvki: str
    pvv: str
    cvv: str
    cvv2: str


def make_keys(ask: Ask) -> Keys:
    """Make every key of the lab in the HSM that *ask* reaches, and share those of the zones.

    The other side of a zone imports the ZPK from its form under the ZMK, and both compare check
    values, as two institutions would: at the console, by the word of two officers, since no host
    takes a key in alone. Raises Error if the HSM refuses or the values differ.
    """
    tmk, mac_tmk = (wrap_key(TEST_LMK, TMK, "U", key) for key in (TEST_TMK, TEST_MAC_TMK))
    tpk = _asked(ask, generate_key(TPK, zmk=tmk, zmk_is_tmk=True))
    tak = _asked(ask, generate_key(TAK, zmk=mac_tmk, zmk_is_tmk=True))
    zmk = _asked(ask, generate_key(ZMK))
    acquirer = _asked(ask, generate_key(ZPK, zmk=zmk["key"]))
    issuer = _asked(ask, generate_key(ZPK, zmk=zmk["key"]))
    pvk = _asked(ask, generate_key(TPK))
    cvk = _asked(ask, generate_key(CVK))
    made = {"zpk_acquirer": acquirer, "zpk_issuer": issuer}
    for name, key in made.items():
        _share(ask, zmk["key"], key, name)
    check_values = {name: key["kcv"] for name, key in made.items()}
    return Keys(
        tmk=tmk,
        tmk_kcv=_asked(ask, key_check_value(TMK, tmk))["kcv"],
        mac_tmk=mac_tmk,
        mac_tmk_kcv=_asked(ask, key_check_value(TMK, mac_tmk))["kcv"],
        tpk=tpk["key"],
        tpk_under_tmk=tpk["key_under_zmk"],
        tak=tak["key"],
        tak_under_tmk=tak["key_under_zmk"],
        zmk=zmk["key"],
        zpk_acquirer=acquirer["key"],
        zpk_issuer=issuer["key"],
        pvk=pvk["key"],
        cvk=cvk["key"],
        check_values={
            "tpk": tpk["kcv"],
            "tak": tak["kcv"],
            **check_values,
            "pvk": pvk["kcv"],
            "cvk": cvk["kcv"],
        },
    )


def check_keys(ask: Ask, keys: Keys) -> None:
    """Check that the HSM still knows *keys*, by their check values. Raises Error if it does not."""
    types = {"tpk": TPK, "tak": TAK, "zpk_acquirer": ZPK, "zpk_issuer": ZPK, "pvk": TPK, "cvk": CVK}
    for name, key_type in types.items():
        answer = ask(key_check_value(key_type, getattr(keys, name)))
        if answer.fields.get("kcv") != keys.check_values[name]:
            raise Error(f"the HSM does not know the key {name}: were the keys made elsewhere?")


def personalise(
    ask: Ask, keys: Keys, pan: str, expiry: str, service_code: str, pin: str
) -> Personal:
    """Compute PVV, CVV and CVV2 of a card in the HSM; *pin* enters through a PIN pad."""
    pan12 = pan12_of(pan)
    block = PinPad(keys.tpk_under_tmk).encrypt(pin, pan)
    sealed = _asked(ask, pin_to_lmk(keys.tpk, block, pan12))["pin"]
    return Personal(
        PVKI,
        _asked(ask, pvv_from_lmk_pin(keys.pvk, sealed, pan12, PVKI))["pvv"],
        _asked(ask, generate_cvv(keys.cvk, pan, expiry, service_code))["cvv"],
        _asked(ask, generate_cvv(keys.cvk, pan, expiry, CVV2_SERVICE_CODE))["cvv"],
    )


def _share(ask: Ask, zmk: str, key: Mapping[str, str], name: str) -> None:
    imported = _asked(ask, import_key(ZPK, zmk, key["key_under_zmk"]))
    if imported["kcv"] != key["kcv"]:
        raise Error(f"the two sides of {name} have different keys: {imported['kcv']}")


def _asked(ask: Ask, command: Command) -> Mapping[str, str]:
    answer = ask(command)
    if not answer.ok:
        raise Error(f"the HSM refused {command.code} with error {answer.error}")
    return answer.fields
