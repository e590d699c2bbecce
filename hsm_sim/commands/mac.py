"""Message authentication codes: M6 makes one, in one go or in pieces, and M8 verifies one."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final, cast

from specs.errors import CryptoError
from specs.hsm.errors import (
    DATA_LENGTH_REFUSED,
    INPUT_REFUSED,
    KEY_LENGTH_REFUSED,
    KEY_TYPE_UNKNOWN,
    MISMATCH,
)
from specs.security.digits import hex_bytes
from specs.security.errors import KeyRefused
from specs.security.mac import (
    Algorithm,
    Padding,
    chain_mac_iso9797,
    finish_mac_iso9797,
)

from ..keys import Fields, Handler, KeyRing
from ..policy import Refused
from ..uses import TAK, ZAK

MAC_KEY_USES: Final = (TAK, ZAK)
# Modes of a message in pieces: there is no MAC yet, only a value to chain.
_FIRST, _MIDDLE = "1", "2"
_HEX_INPUT: Final = "1"
_NO_IV: Final = "0" * 16
_DIGITS_OF_SIZE: Final = {"0": 8, "1": 16}


def make_mac(ring: KeyRing, fields: Fields) -> Fields:
    """M6: the MAC; in modes 1 and 2 the value to chain, always whole."""
    result = _compute(ring, fields)
    if fields["mode"] not in (_FIRST, _MIDDLE):
        result = result[: _DIGITS_OF_SIZE[fields["mac_size"]]]
    return {"mac": result}


def check_mac(ring: KeyRing, fields: Fields) -> Fields:
    """M8: yes or no; to any piece before the last, the value to chain."""
    if fields["mode"] in (_FIRST, _MIDDLE):
        return make_mac(ring, fields)
    expected = _compute(ring, fields)[: _DIGITS_OF_SIZE[fields["mac_size"]]]
    if len(fields["mac"]) != len(expected):
        raise Refused(INPUT_REFUSED)
    if not compare_digest(expected, fields["mac"]):
        raise Refused(MISMATCH)
    return {}


def _compute(ring: KeyRing, fields: Fields) -> str:
    """All 16 digits of the MAC or of the value to chain."""
    use = ring.use_of(fields)
    if use not in MAC_KEY_USES:
        raise Refused(KEY_TYPE_UNKNOWN)
    key, data = ring.open(use, fields["key"]), _data_of(fields)
    iv = _bytes_of(fields.get("iv", _NO_IV))
    algorithm = cast(Algorithm, int(fields["algorithm"]))
    padding = cast(Padding, int(fields["padding"]))
    try:
        if fields["mode"] in (_FIRST, _MIDDLE):
            return chain_mac_iso9797(key, data, algorithm, iv).hex().upper()
        return finish_mac_iso9797(key, data, algorithm, padding, iv).hex().upper()
    except KeyRefused:
        raise Refused(KEY_LENGTH_REFUSED) from None
    except CryptoError:
        raise Refused(DATA_LENGTH_REFUSED) from None


def _data_of(fields: Fields) -> bytes:
    data = fields["data"]
    return _bytes_of(data) if fields["input_format"] == _HEX_INPUT else data.encode("latin-1")


def _bytes_of(text: str) -> bytes:
    data = hex_bytes(text)
    if data is None:
        raise Refused(INPUT_REFUSED)
    return data


HANDLERS: Final[Mapping[str, Handler]] = {
    "M6": make_mac,
    "M8": check_mac,
}
