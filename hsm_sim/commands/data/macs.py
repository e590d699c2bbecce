"""Message authentication codes: M6 makes one, M8 verifies one; GW does both under DUKPT."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final, cast

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.hsm.errors import (
    DATA_LENGTH_REFUSED,
    INPUT_REFUSED,
    KEY_ALGORITHM_REFUSED,
    KEY_LENGTH_REFUSED,
    KEY_MODE_REFUSED,
    KEY_TYPE_UNKNOWN,
    KEY_USAGE_REFUSED,
    MISMATCH,
    SOURCE_KEY_REFUSED,
)
from cardswitch.specs.hsm.names import BY_ATTRIBUTES
from cardswitch.specs.security.block_lmk import SCHEME
from cardswitch.specs.security.cmac import generate_cmac_aes
from cardswitch.specs.security.cmac_chain import (
    chain_cmac_aes,
    chain_cmac_tdes,
    finish_cmac_aes,
    finish_cmac_tdes,
)
from cardswitch.specs.security.digits import hex_bytes
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.mac import (
    Algorithm,
    Padding,
    chain_mac_iso9797,
    finish_mac_iso9797,
    generate_mac_iso9797,
)

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import AES, TDES, ClearKey
from ...keys.dukpt import derive_key, open_bdk
from ...keys.ring import Fields
from ...keys.uses import TAK, ZAK, KeyUse

MAC_SIZE_REFUSED: Final = "04"
PADDING_REFUSED: Final = "06"
MAC_KEY_USES: Final = (TAK, ZAK)
# Modes of a message in pieces: there is no MAC yet, only a value to chain.
_FIRST, _MIDDLE = "1", "2"
_HEX_INPUT: Final = "1"
_CMAC: Final = "6"
_DIGITS_OF_SIZE: Final = {"0": 8, "1": 16, "2": 32}
# What a key block must say of its key: its usage by algorithm (X9.143, table 2), its mode of use.
_USAGES: Final[Mapping[str, tuple[str, ...]]] = {"1": ("M0", "M1"), "3": ("M3",), _CMAC: ("M6",)}
TO_MAKE: Final = "CGN"
TO_CHECK: Final = "CVN"
DESCRIPTOR_DIGITS: Final = 3
_DUKPT_MAC_LENGTH: Final = 8
# Which of the 8 bytes count, by mode; networks approve with the left half, decline with the right.
_PART_OF_MODE: Final[Mapping[str, slice]] = {
    **dict.fromkeys("14", slice(0, 16)),
    **dict.fromkeys("25", slice(0, 8)),
    **dict.fromkeys("36", slice(8, 16)),
}


def generate_mac(desk: HsmDesk, fields: Fields) -> Fields:
    """M6: the MAC; in modes 1 and 2 the value to chain, always whole."""
    result = _compute(desk, fields, TO_MAKE)
    return {"mac": result if _is_piece(fields) else _cut(result, fields)}


def verify_mac(desk: HsmDesk, fields: Fields) -> Fields:
    """M8: yes or no; to any piece before the last, the value to chain."""
    result = _compute(desk, fields, TO_CHECK)
    if _is_piece(fields):
        return {"mac": result}
    expected = _cut(result, fields)
    if len(fields["mac"]) != len(expected):
        raise CommandRefused(INPUT_REFUSED)
    if not compare_digest(expected, fields["mac"]):
        raise CommandRefused(MISMATCH)
    return {}


def use_among(
    desk: HsmDesk,
    key_type: str,
    fields: Fields,
    uses: tuple[KeyUse, ...],
    unknown: str = KEY_TYPE_UNKNOWN,
) -> KeyUse:
    """Which of *uses* a key of *key_type* is for; of a key block FFF suffices: it says itself.

    Raises CommandRefused (*unknown*).
    """
    if (
        key_type == BY_ATTRIBUTES
        and "attributes" not in fields
        and desk.keys.new_key_scheme == SCHEME
    ):
        return uses[0]
    try:
        use = desk.keys.use_of({**fields, "key_type": key_type})
    except CommandRefused:
        raise CommandRefused(unknown) from None
    if use not in uses:
        raise CommandRefused(unknown)
    return use


def _is_piece(fields: Fields) -> bool:
    return fields["mode"] in (_FIRST, _MIDDLE)


def _cut(mac: str, fields: Fields) -> str:
    """As many digits of *mac* as are asked for.

    Raises CommandRefused (04) if it has not that many.
    """
    size = _DIGITS_OF_SIZE[fields["mac_size"]]
    if len(mac) < size:
        raise CommandRefused(MAC_SIZE_REFUSED)
    return mac[:size]


def _compute(desk: HsmDesk, fields: Fields, modes: str) -> str:
    """All digits of the MAC or of the value to chain; 16, of AES 32."""
    use = use_among(desk, fields["key_type"], fields, MAC_KEY_USES)
    key = desk.keys.open_any(use, fields["key"])
    require_mac_attributes(key, fields["algorithm"], modes)
    data = data_of(fields["data"], fields["input_format"])
    compute = _cmac if fields["algorithm"] == _CMAC else compute_iso9797
    try:
        return compute(key, data, fields).hex().upper()
    except KeyRefused:
        raise CommandRefused(KEY_LENGTH_REFUSED) from None
    except CryptoError:
        raise CommandRefused(DATA_LENGTH_REFUSED) from None


def require_mac_attributes(key: ClearKey, algorithm: str, modes: str) -> None:
    """Raise CommandRefused (A6, A8) if the block of *key* says that it is not for this."""
    said = key.attributes
    if said is not None and said.usage not in _USAGES[algorithm]:
        raise CommandRefused(KEY_USAGE_REFUSED)
    if said is not None and said.mode_of_use not in modes:
        raise CommandRefused(KEY_MODE_REFUSED)


def compute_iso9797(key: ClearKey, data: bytes, fields: Fields) -> bytes:
    """The MAC of *data*, or the value to chain, by the mode, algorithm and padding in *fields*.

    Raises CommandRefused (A7), KeyRefused (``length``) and CryptoError.
    """
    if key.algorithm != TDES:
        raise CommandRefused(KEY_ALGORITHM_REFUSED)
    algorithm = cast(Algorithm, int(fields["algorithm"]))
    padding = cast(Padding, int(fields["padding"]))
    iv = hex_of(fields.get("iv", "0" * 16))
    if _is_piece(fields):
        return chain_mac_iso9797(key.value, data, algorithm, iv)
    return finish_mac_iso9797(key.value, data, algorithm, padding, iv)


def _cmac(key: ClearKey, data: bytes, fields: Fields) -> bytes:
    """CMAC pads by itself: there is no method to choose."""
    if fields["padding"] != "0":
        raise CommandRefused(PADDING_REFUSED)
    is_aes, is_piece = key.algorithm == AES, _is_piece(fields)
    if is_aes:
        compute = chain_cmac_aes if is_piece else finish_cmac_aes
    else:
        compute = chain_cmac_tdes if is_piece else finish_cmac_tdes
    iv = [hex_of(fields["iv"])] if "iv" in fields else []
    return compute(key.value, data, *iv)


def data_of(text: str, input_format: str) -> bytes:
    """The bytes of *text*: format 1 is hexadecimal, 0 and 2 are as they stand.

    Raises CommandRefused: 15.
    """
    return hex_of(text) if input_format == _HEX_INPUT else text.encode("latin-1")


def hex_of(text: str) -> bytes:
    """The bytes of *text* in hexadecimal. Raises CommandRefused (15)."""
    data = hex_bytes(text)
    if data is None:
        raise CommandRefused(INPUT_REFUSED)
    return data


def mac_dukpt(desk: HsmDesk, fields: Fields) -> Fields:
    """GW: the MAC under the key of what a device sends, made or verified."""
    expected = _mac_dukpt(desk, fields)[_PART_OF_MODE[fields["mode"]]]
    if "mac" not in fields:
        return {"mac": expected}
    if not compare_digest(expected, fields["mac"]):
        raise CommandRefused(MISMATCH)
    return {}


def _mac_dukpt(desk: HsmDesk, fields: Fields) -> str:
    """16 hex digits; CMAC is for keys of AES, X9.19 for those of TDES."""
    bdk = open_bdk(desk.keys, fields["bdk"], SOURCE_KEY_REFUSED)
    if (bdk.algorithm == AES) != (fields["method"] == _CMAC):
        raise CommandRefused(KEY_ALGORITHM_REFUSED)
    descriptor, ksn = fields["ksn"][:DESCRIPTOR_DIGITS], fields["ksn"][DESCRIPTOR_DIGITS:]
    return mac_of_device(bdk, descriptor, ksn, fields["data"].encode("latin-1"))


def mac_of_device(bdk: ClearKey, descriptor: str, ksn: str, data: bytes) -> str:
    """16 hex digits: the MAC of what the device of *ksn* sends, by X9.19 or, of AES, CMAC.

    Raises CommandRefused (80): with X9.19 *data* are whole blocks of 8 bytes.
    """
    key = derive_key(bdk, descriptor, ksn, "mac-request", "mac-generation").value
    if bdk.algorithm == AES:
        return generate_cmac_aes(key, data, _DUKPT_MAC_LENGTH).hex().upper()
    try:
        return generate_mac_iso9797(key, data, 3, 0).hex().upper()
    except CryptoError:
        raise CommandRefused(DATA_LENGTH_REFUSED) from None


HANDLERS: Final[Mapping[str, Handler]] = {
    "M6": generate_mac,
    "M8": verify_mac,
    "GW": mac_dukpt,
}
