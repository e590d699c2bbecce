"""GW: message authentication codes under keys that are new with every transaction (DUKPT)."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.hsm.errors import (
    DATA_LENGTH_REFUSED,
    KEY_ALGORITHM_REFUSED,
    MISMATCH,
    SOURCE_KEY_REFUSED,
)
from cardswitch.specs.security.cmac import generate_cmac_aes
from cardswitch.specs.security.mac import generate_mac_iso9797

from ..custody.policy import Refused
from ..keys.dukpt import derive_key, open_bdk
from ..keys.ring import AES, Fields, Handler, KeyRing

DESCRIPTOR_DIGITS: Final = 3
_CMAC: Final = "6"
_MAC_LENGTH: Final = 8
# Which of the 8 bytes count, by mode; networks approve with the left half, decline with the right.
_PART: Final[Mapping[str, slice]] = {
    **dict.fromkeys("14", slice(0, 16)),
    **dict.fromkeys("25", slice(0, 8)),
    **dict.fromkeys("36", slice(8, 16)),
}


def handle_mac_dukpt(ring: KeyRing, fields: Fields) -> Fields:
    """GW: the MAC under the key of what a device sends, made or verified."""
    expected = _mac(ring, fields)[_PART[fields["mode"]]]
    if "mac" not in fields:
        return {"mac": expected}
    if not compare_digest(expected, fields["mac"]):
        raise Refused(MISMATCH)
    return {}


def _mac(ring: KeyRing, fields: Fields) -> str:
    """16 hex digits; CMAC is for keys of AES, X9.19 for those of TDES."""
    bdk = open_bdk(ring, fields["bdk"], SOURCE_KEY_REFUSED)
    if (bdk.algorithm == AES) != (fields["method"] == _CMAC):
        raise Refused(KEY_ALGORITHM_REFUSED)
    descriptor, ksn = fields["ksn"][:DESCRIPTOR_DIGITS], fields["ksn"][DESCRIPTOR_DIGITS:]
    key = derive_key(bdk, descriptor, ksn, "mac-request", "mac-generation").value
    data = fields["data"].encode("latin-1")
    if bdk.algorithm == AES:
        return generate_cmac_aes(key, data, _MAC_LENGTH).hex().upper()
    try:
        return generate_mac_iso9797(key, data, 3, 0).hex().upper()
    except CryptoError:
        raise Refused(DATA_LENGTH_REFUSED) from None


HANDLERS: Final[Mapping[str, Handler]] = {
    "GW": handle_mac_dukpt,
}
