"""Issuer scripts: KU and KY make the MAC of a command for a card, and encrypt data within it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.hsm.errors import (
    ACCOUNT_REFUSED,
    DATA_LENGTH_REFUSED,
    INPUT_REFUSED,
    PIN_BLOCK_FORMAT_DISABLED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.hsm.names import ISO_2, VIS_CURRENT
from cardswitch.specs.security.emv_keys import (
    ATC_LENGTH,
    derive_script_key_emv_csk,
    derive_script_key_vis,
)
from cardswitch.specs.security.emv_scripts import (
    COMMAND_DATA_LENGTH_MAX,
    ScriptStyle,
    encode_pinblock_vis,
    encrypt_script_data_emv,
    generate_script_mac_emv,
)
from cardswitch.specs.security.pinblock_iso import encode_pinblock_iso_2
from cardswitch.specs.security.tdes import BLOCK_LENGTH, decrypt_tdes_ecb

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import ClearKey
from ...keys.ring import Fields
from ...keys.uses import DEK, MK_AC, MK_SMC, MK_SMI
from ...pins.blocks import Account, fold_block
from ..pins.blocks import open_pin_key, require_allowed
from .emv import bytes_of, card_key_of, open_double

OFFSET_REFUSED: Final = "06"
_VIS: Final = "0"
_PAN12: Final = slice(1, 13)

# A session key from the card's and 8 bytes of session data.
Derive = Callable[[bytes, bytes], bytes]


def generate_script_mac(desk: HsmDesk, fields: Fields) -> Fields:
    """KU: keys and padding of VIS (scheme 0) or of M/Chip."""
    if fields["scheme"] == _VIS:
        return _make(desk, fields, _derive_vis, "vis")
    return _make(desk, fields, derive_script_key_emv_csk, "mchip")


def generate_script_mac_csk(desk: HsmDesk, fields: Fields) -> Fields:
    """KY: EMV's own keys and padding."""
    return _make(desk, fields, derive_script_key_emv_csk, "emv")


def _make(desk: HsmDesk, fields: Fields, derive: Derive, style: ScriptStyle) -> Fields:
    """The MAC of the message, with the encrypted data in it where there are any."""
    account, message = bytes_of(fields["account"]), bytes_of(fields["message"])
    card_key = card_key_of(desk, MK_SMI, fields["mk_smi"], account)
    mac_key = derive(card_key, bytes_of(fields["session"]))
    if "mk_smc" not in fields:
        return {"mac": _mac(mac_key, message)}
    card_key = card_key_of(desk, MK_SMC, fields["mk_smc"], account, TARGET_KEY_REFUSED)
    secret_key = derive(card_key, bytes_of(fields["secret_session"]))
    clear = _new_pin(desk, fields) if "block" in fields else _clear_data(desk, fields)
    offset = int(fields["offset"], 16)
    if offset > len(message):
        raise CommandRefused(OFFSET_REFUSED)
    data = encrypt_script_data_emv(secret_key, clear, style)
    mac = _mac(mac_key, message[:offset] + data + message[offset:])
    return {"mac": mac, "data": data.decode("latin-1")}


def _mac(key: bytes, message: bytes) -> str:
    if not message:
        raise CommandRefused(DATA_LENGTH_REFUSED)
    return generate_script_mac_emv(key, message).decode("latin-1")


def _clear_data(desk: HsmDesk, fields: Fields) -> bytes:
    """What comes under the transport key: whole blocks, all of which go to the card."""
    key = open_double(desk, DEK, fields["transport_key"], TARGET_KEY_REFUSED)
    data = bytes_of(fields["data"])
    if not data or len(data) % BLOCK_LENGTH or len(data) > COMMAND_DATA_LENGTH_MAX:
        raise CommandRefused(DATA_LENGTH_REFUSED)
    return decrypt_tdes_ecb(key, data)


def _new_pin(desk: HsmDesk, fields: Fields) -> bytes:
    """The new PIN as the card takes it; what comes for another card is refused (22).

    Formats of cards are off (69) unless the policy names them among its `pin_formats`.
    """
    target, account = fields["target_format"], bytes_of(fields["account"])
    key, card_key = open_pin_key(desk, fields), b""
    if "mk_ac" in fields:
        card_key = card_key_of(desk, MK_AC, fields["mk_ac"], account, TARGET_KEY_REFUSED)
    if target not in desk.policy.pin_formats:
        raise CommandRefused(PIN_BLOCK_FORMAT_DISABLED, rule="pin_formats")
    # Option A: the last 14 digits of the card number, and its sequence number.
    if account.hex()[_PAN12] != fields["pan12"]:
        raise CommandRefused(ACCOUNT_REFUSED)
    pin = _pin_in(desk, key, fields, "block")
    require_allowed(desk, pin)
    if target == ISO_2:
        return encode_pinblock_iso_2(pin)
    current = _pin_in(desk, key, fields, "current_block") if target == VIS_CURRENT else ""
    return encode_pinblock_vis(card_key, pin, current)


def _pin_in(desk: HsmDesk, key: ClearKey, fields: Fields, name: str) -> str:
    return fold_block(desk, key, fields[name], fields["format"], Account.of(fields))


def _derive_vis(card_key: bytes, session: bytes) -> bytes:
    """The card's counter stands at the end of *session*, zeros before it.

    Raises CommandRefused (15).
    """
    if any(session[:-ATC_LENGTH]):
        raise CommandRefused(INPUT_REFUSED)
    return derive_script_key_vis(card_key, session[-ATC_LENGTH:])


HANDLERS: Final[Mapping[str, Handler]] = {
    "KU": generate_script_mac,
    "KY": generate_script_mac_csk,
}
