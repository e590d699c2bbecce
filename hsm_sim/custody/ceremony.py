"""Local master keys out of components: several people bring one each, nobody knows the whole.

A component of a variant LMK is twenty pairs, 320 bytes; one of a key block LMK is 32 bytes. The
LMK is their exclusive or, made of odd parity if it is one of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from hmac import compare_digest
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.security.block_lmk import KEY_LENGTH as BLOCK_LENGTH
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk, block_lmk_check_value
from cardswitch.specs.security.components import COMPONENTS_MIN
from cardswitch.specs.security.digits import hex_bytes
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import adjust_parity, is_weak
from cardswitch.specs.security.lmk import PAIR_COUNT, PAIR_LENGTH, TEST_LMK, LmkSet, lmk_check_value

Lmk = LmkSet | BlockLmk
LmkKind = Literal["variant", "block"]
LENGTHS: Final[dict[LmkKind, int]] = {
    "variant": PAIR_COUNT * PAIR_LENGTH,
    "block": BLOCK_LENGTH,
}
COMPONENTS_MAX: Final = 9  # More people than that are not brought into one room.
CHECK_LENGTH: Final = 6  # digits of a component's check value: enough to find a slip of typing


class Component(Struct, frozen=True):
    """One person's part of an LMK, and the check value that its card shows, 6 digits."""

    value: bytes
    check: str

    def __repr__(self) -> str:
        """The check value alone."""
        return f"<Component {self.check}>"


def make_component(kind: LmkKind, random_bytes: Callable[[int], bytes]) -> Component:
    """A new component, of odd parity if it is one of pairs.

    >>> make_component("block", lambda size: bytes(size))
    <Component DC95C0>
    """
    value = random_bytes(LENGTHS[kind])
    value = adjust_parity(value) if kind == "variant" else value
    return Component(value, check_value_of(kind, value))


def read_component(kind: LmkKind, text: str, check: str) -> Component:
    """The component that somebody wrote down as hexadecimal, spaces allowed, and its check value.

    Raises KeyRefused: ``length``, ``check`` (a slip of typing), ``scheme`` (no hexadecimal).
    """
    value = hex_bytes("".join(text.split()).upper())
    if value is None:
        raise KeyRefused("scheme", "a component is written in hexadecimal digits")
    if len(value) != LENGTHS[kind]:
        raise KeyRefused("length", f"expected {LENGTHS[kind]} bytes, seen {len(value)}")
    return _checked(kind, Component(value, check.strip().upper()), 0)


def form_lmk(kind: LmkKind, components: Sequence[Component], *, is_test: bool) -> Lmk:
    """The LMK of *components*, two or more, each compared with its check value.

    A live LMK has no weak pair, and none that the published test LMK has; anyone could use it.
    Raises KeyRefused: ``components`` (how many, or one twice), ``length``, ``check``, ``weak``,
    ``use`` (live, but a test key).
    """
    if not COMPONENTS_MIN <= len(components) <= COMPONENTS_MAX:
        raise KeyRefused(
            "components",
            f"expected {COMPONENTS_MIN} to {COMPONENTS_MAX} components, seen {len(components)}",
        )
    if len({component.value for component in components}) != len(components):
        raise KeyRefused("components", "the same component twice: they would cancel out")
    for number, component in enumerate(components, 1):
        _checked(kind, component, number)
    return _lmk_of(kind, reduce(_xor, [component.value for component in components]), is_test)


def require_not_published(lmk: Lmk) -> None:
    """Raise KeyRefused (``use``) if *lmk* is live and has a key that everyone knows."""
    if lmk.is_test:
        return
    published = (
        not set(TEST_LMK.pairs).isdisjoint(lmk.pairs)
        if isinstance(lmk, LmkSet)
        else lmk.key == TEST_BLOCK_LMK.key
    )
    if published:
        raise KeyRefused("use", "a live LMK must not have keys of the published test LMK")


def check_value_of_lmk(lmk: Lmk) -> str:
    """16 hexadecimal digits that tell LMKs apart, as NC gives them.

    >>> check_value_of_lmk(TEST_LMK)
    '4F550070D645C657'
    """
    return lmk_check_value(lmk) if isinstance(lmk, LmkSet) else block_lmk_check_value(lmk)


def check_value_of(kind: LmkKind, value: bytes) -> str:
    """The check value of a component or LMK of *kind*: the first 6 digits of the LMK's own.

    >>> check_value_of("variant", b"".join(TEST_LMK.pairs))
    '4F5500'
    """
    return check_value_of_lmk(from_bytes(kind, value, is_test=True))[:CHECK_LENGTH]


def from_bytes(kind: LmkKind, value: bytes, *, is_test: bool) -> Lmk:
    """The LMK whose keys in a row are *value*. Raises KeyRefused (``length``)."""
    if kind == "block":
        return BlockLmk(value, is_test)
    starts = range(0, len(value), PAIR_LENGTH)
    return LmkSet(tuple(value[at : at + PAIR_LENGTH] for at in starts), is_test)


def to_bytes(lmk: Lmk) -> tuple[LmkKind, bytes]:
    """The kind of *lmk*, and its keys in a row; undone by :func:`from_bytes`."""
    if isinstance(lmk, BlockLmk):
        return "block", lmk.key
    return "variant", b"".join(lmk.pairs)


def _lmk_of(kind: LmkKind, value: bytes, is_test: bool) -> Lmk:
    value = adjust_parity(value) if kind == "variant" else value
    lmk = from_bytes(kind, value, is_test=is_test)
    if isinstance(lmk, LmkSet) and not is_test and any(map(is_weak, lmk.pairs)):
        raise KeyRefused("weak", "these components make a weak key: bring other ones")
    require_not_published(lmk)
    return lmk


def _checked(kind: LmkKind, component: Component, number: int) -> Component:
    which = f"component {number}" if number else "the component"
    if len(component.value) != LENGTHS[kind]:
        raise KeyRefused("length", f"{which}: expected {LENGTHS[kind]} bytes")
    seen = check_value_of(kind, component.value).encode()
    if not compare_digest(seen, component.check.encode()):
        raise KeyRefused("check", f"{which} is not the one of its check value")
    return component


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
