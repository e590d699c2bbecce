"""Key blocks (TR-31, X9.143) step by step: wrapped, unwrapped, or only their headers read."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.security.errors import KeyBlockRefused, KeyRefused
from cardswitch.specs.security.keys import key_check_value, key_check_value_aes
from cardswitch.specs.security.tr31 import (
    HIDDEN_LENGTHS,
    padding_length_tr31,
    require_strong_kbpk_tr31,
    unwrap_key_tr31,
    wrap_key_tr31,
)
from cardswitch.specs.security.tr31_crypto import MAC_LENGTHS, derive_keys_tr31
from cardswitch.specs.security.tr31_header import KeyBlockHeader, read_header_tr31

from .steps import Results, Steps, hexadecimal

_KCV_LENGTH: Final = 3


def padding_length(header: KeyBlockHeader, key_length: int) -> int:
    """How many random bytes of padding a key block takes that hides how long its key is."""
    hidden = HIDDEN_LENGTHS.get(header.algorithm, 0)
    return padding_length_tr31(header.version, key_length, hidden)


def wrap(steps: Steps, kbpk: bytes, header: KeyBlockHeader, key: bytes, padding: bytes) -> Results:
    """*key* under *kbpk*. A weaker *kbpk* is a remark of its own, no error. Raises KeyRefused,
    KeyBlockRefused.

    >>> header = KeyBlockHeader(
    ...     version="A", usage="P0", algorithm="T", mode_of_use="E", exportability="E"
    ... )
    >>> kbpk = bytes.fromhex("89E88CF7931444F334BD7547FC3F380C")
    >>> key = bytes.fromhex("F039121BEC83D26B169BDCD5B22AAF8F")
    >>> wrap(Steps(), kbpk, header, key, bytes.fromhex("720DF563BB07"))["block"][:32]
    'A0072P0TE00E0000F5161ED902807AF2'
    """
    _add_keys(steps, header.version, kbpk)
    clear = (8 * len(key)).to_bytes(2, "big") + key + padding
    steps.add("clear payload: bits, key, padding", clear)
    block = wrap_key_tr31(kbpk, header, key, padding)
    _, end = read_header_tr31(block)
    _add_parts(steps, block, end, header.version)
    return {"block": block, **_remark(kbpk, header, len(key))}


def unwrap(steps: Steps, kbpk: bytes, block: str) -> Results:
    """What *block* under *kbpk* says and holds. Raises KeyRefused, KeyBlockRefused."""
    header, end = read_header_tr31(block)
    _add_parts(steps, block, end, header.version)
    _add_keys(steps, header.version, kbpk)
    header, key = unwrap_key_tr31(kbpk, block)
    return {
        "key": hexadecimal(key),
        **_check_value(header.algorithm, key),
        **_described(header),
        **_remark(kbpk, header, len(key)),
    }


def read_header(steps: Steps, block: str) -> Results:
    """What the header of *block* says: nothing of it is authenticated without the key.

    Raises KeyBlockRefused.

    >>> block = "A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701"
    >>> read_header(Steps(), block)["usage"]
    'P0'
    """
    header, end = read_header_tr31(block)
    _add_parts(steps, block, end, header.version)
    return _described(header)


def _add_keys(steps: Steps, version: str, kbpk: bytes) -> None:
    encryption_key, mac_key = derive_keys_tr31(version, kbpk)
    steps.add("key that encrypts (KBEK)", encryption_key)
    steps.add("key that makes the MAC (KBMK)", mac_key)


def _add_parts(steps: Steps, block: str, end: int, version: str) -> None:
    cut = len(block) - 2 * MAC_LENGTHS[version]
    steps.add("header", block[:end])
    steps.add("encrypted payload", block[end:cut])
    steps.add("MAC", block[cut:])


def _described(header: KeyBlockHeader) -> Results:
    blocks = {f"block_{block.id}": block.data for block in header.blocks}
    return {
        "version": header.version,
        "usage": header.usage,
        "algorithm": header.algorithm,
        "mode_of_use": header.mode_of_use,
        "key_version": header.key_version,
        "exportability": header.exportability,
        "context": header.context,
        **blocks,
    }


def _check_value(algorithm: str, key: bytes) -> Results:
    if algorithm in ("T", "D"):
        return {"kcv": hexadecimal(key_check_value(key, _KCV_LENGTH))}
    if algorithm == "A":
        return {"kcv": hexadecimal(key_check_value_aes(key, _KCV_LENGTH))}
    return {}


def _remark(kbpk: bytes, header: KeyBlockHeader, key_length: int) -> Results:
    try:
        require_strong_kbpk_tr31(kbpk, header, key_length)
    except (KeyRefused, KeyBlockRefused) as error:
        return {"remark": str(error)}
    return {}
