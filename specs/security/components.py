"""Keys in the hands of several people: components that are worthless one by one, and their sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from hmac import compare_digest
from typing import Final

from .errors import KeyRefused
from .keys import key_check_value
from .tdes import xor

COMPONENTS_MIN: Final = 2
# DES of one to three parts; AES of 128, 192 or 256 bits.
COMPONENT_LENGTHS: Final = (8, 16, 24, 32)


def combine_components(
    components: Sequence[bytes],
    check_values: Sequence[bytes] = (),
    check_value_of: Callable[[bytes, int], bytes] = key_check_value,
) -> bytes:
    """The key whose *components* (two or more, all as long) are these: their exclusive or.

    *check_values*, one for each, are compared as far as they go; *check_value_of* makes those of
    AES keys too (:func:`.keys.key_check_value_aes`). Parity is not touched: two components of odd
    parity make a key of even parity, which :func:`.keys.adjust_parity` mends.
    Raises KeyRefused: ``components`` (how many), ``length``, ``check`` (says which one).

    >>> first, second = bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("FEDCBA9876543210")
    >>> combine_components([first, second], [bytes.fromhex("D5D44F"), bytes.fromhex("A68CDC")])
    b'\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff'
    """
    if len(components) < COMPONENTS_MIN:
        raise KeyRefused("components", f"expected 2 components or more, seen {len(components)}")
    _require_same_length(components)
    if check_values:
        _require_check_values(components, check_values, check_value_of)
    return reduce(xor, components)


def split_key(key: bytes, randoms: Sequence[bytes]) -> tuple[bytes, ...]:
    """*randoms*, and the component that together with them makes *key*; one more than *randoms*.

    Each of *randoms* must be random, secret and as long as *key*.
    Raises KeyRefused: ``components`` (no random one), ``length``.

    >>> key, random = bytes.fromhex("0123456789ABCDEF"), bytes.fromhex("1334577913345779")
    >>> combine_components(split_key(key, [random])) == key
    True
    """
    if not randoms:
        raise KeyRefused("components", "expected one random component or more, seen none")
    _require_same_length([key, *randoms])
    return (*randoms, reduce(xor, randoms, key))


def _require_same_length(parts: Sequence[bytes]) -> None:
    lengths = {len(part) for part in parts}
    if len(lengths) != 1 or lengths.isdisjoint(COMPONENT_LENGTHS):
        seen = ", ".join(map(str, sorted(lengths)))
        raise KeyRefused("length", f"expected components of 8, 16, 24 or 32 bytes, seen {seen}")


def _require_check_values(
    components: Sequence[bytes],
    check_values: Sequence[bytes],
    check_value_of: Callable[[bytes, int], bytes],
) -> None:
    if len(check_values) != len(components):
        raise KeyRefused("check", "expected one check value for each component")
    for number, (component, said) in enumerate(zip(components, check_values, strict=True), 1):
        if not said or not compare_digest(check_value_of(component, len(said)), said):
            raise KeyRefused("check", f"component {number} is not the one of its check value")
