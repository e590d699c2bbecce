"""Commands about message authentication codes."""

from __future__ import annotations

from typing import Final

from ..values import Command

_HEX_INPUT: Final = "1"


def generate_mac(
    key_type: str, key: str, data: bytes, algorithm: str = "3", padding: str = "1", length: int = 8
) -> Command:
    """M6: the MAC of *data*, *length* 8 or 16 hex digits. Answers mac.

    *algorithm* "1" or "3" is that of ISO 9797-1, *padding* "1" or "2" its method, "0" is none.
    """
    return Command("", "M6", _mac(key_type, key, data, algorithm, padding, length))


def verify_mac(
    key_type: str, key: str, data: bytes, mac: str, algorithm: str = "3", padding: str = "1"
) -> Command:
    """M8: is *mac* (8 or 16 hex digits) the MAC of *data*? Error 01 says no."""
    fields = _mac(key_type, key, data, algorithm, padding, len(mac))
    return Command("", "M8", {**fields, "mac": mac})


def _mac(
    key_type: str, key: str, data: bytes, algorithm: str, padding: str, length: int
) -> dict[str, str]:
    return {
        "mode": "0",
        "input_format": _HEX_INPUT,
        "mac_size": "1" if length == 16 else "0",
        "algorithm": algorithm,
        "padding": padding,
        "key_type": key_type,
        "key": key,
        "data": data.hex().upper(),
    }
