"""TDES DUKPT (ANSI X9.24-1:2009): a key of its own for each transaction, found from its KSN.

A KSN is 10 bytes: key set and device, then a counter of 21 bits. Who holds the base derivation key
needs nothing else: each bit that is set in the counter is one step from the initial key.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from .errors import KeyRefused
from .tdes import BLOCK_LENGTH, encrypt_tdes_cbc, encrypt_tdes_ecb, xor

TdesUse = Literal["pin", "mac-request", "mac-response", "data-request", "data-response"]

DUKPT_KEY_LENGTH: Final = 16
KSN_LENGTH: Final = 10
COUNTER_MAX: Final = 0x1FFFFF  # 21 bits
# With at most ten steps a device can derive every key it will ever need.
COUNTER_BITS_MAX: Final = 10
# Keys of devices and the keys on the way to them: some thousand devices at work. 2 MB.
STEPS_MAX: Final = 8192

_ANOTHER_KEY: Final = bytes.fromhex("C0C0C0C000000000C0C0C0C000000000")
# X9.24-1, A.4.1: what is mixed into both halves of the transaction key for each use.
_VARIANTS: Final = {
    "pin": bytes.fromhex("00000000000000FF" * 2),
    "mac-request": bytes.fromhex("000000000000FF00" * 2),
    "mac-response": bytes.fromhex("00000000FF000000" * 2),
    "data-request": bytes.fromhex("0000000000FF0000" * 2),
    "data-response": bytes.fromhex("000000FF00000000" * 2),
}


def derive_key_dukpt_tdes(bdk: bytes, ksn: bytes, use: TdesUse) -> bytes:
    """The working key of *ksn* (10 bytes, or 8) for *use*, from the *bdk* (16 bytes) alone.

    The way there is kept (bounded), so that the next transaction of a device costs a step or two.
    Raises KeyRefused: ``length``, ``counter``, ``use``.
    The known answer is the PIN block of ANSI X9.24-1:2009, A.4, under the first key:

    >>> bdk = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> key = derive_key_dukpt_tdes(bdk, bytes.fromhex("FFFF9876543210E00001"), "pin")
    >>> encrypt_tdes_ecb(key, bytes.fromhex("041274EDCBA9876F")).hex().upper()
    '1B9C1845EB993A7A'
    """
    initial_key = derive_initial_key_dukpt_tdes(bdk, ksn)
    return derive_working_key_dukpt_tdes(derive_transaction_key_dukpt_tdes(initial_key, ksn), use)


def derive_initial_key_dukpt_tdes(bdk: bytes, ksn: bytes) -> bytes:
    """The initial key of the device of *ksn* (10 bytes, or 8), whatever the counter in it.

    Both halves encrypt the first 8 bytes of the KSN with the counter at zero, the right one under
    a changed *bdk* (16 bytes). Raises KeyRefused (``length``). ANSI X9.24-1:2009, A.6 and A.4:

    >>> bdk = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> ksn = bytes.fromhex("FFFF9876543210E00000")
    >>> derive_initial_key_dukpt_tdes(bdk, ksn).hex().upper()
    '6AC292FAA1315B4D858AB3A3D7D5933A'
    """
    _require_key(bdk, "BDK")
    device, _ = _split_ksn(ksn)
    return _initial_key(bdk, device)


def derive_transaction_key_dukpt_tdes(initial_key: bytes, ksn: bytes) -> bytes:
    """The key of the transaction that *ksn* (10 bytes, or 8) counts, from the *initial_key*.

    It encrypts nothing itself: see :func:`derive_working_key_dukpt_tdes`.
    Raises KeyRefused: ``length``, ``counter`` (zero, or more than ten bits set).
    ANSI X9.24-1:2009, A.4:

    >>> key = bytes.fromhex("6AC292FAA1315B4D858AB3A3D7D5933A")
    >>> ksn = bytes.fromhex("FFFF9876543210EFF800")
    >>> derive_transaction_key_dukpt_tdes(key, ksn).hex().upper()
    'F9CDFEBF4F5B1D9EB3EC12454527E176'
    """
    _require_key(initial_key, "initial key")
    device, counter = _split_ksn(ksn)
    _require_counter(counter)
    register = device & 0xFFFF_FFFF_FFFF_FFFF  # the right-most 8 bytes of the KSN
    return _transaction_key(initial_key, register, counter)


def derive_working_key_dukpt_tdes(transaction_key: bytes, use: TdesUse) -> bytes:
    """The *transaction_key* (16 bytes) as it is used for PINs, MACs or data, one way or the other.

    *use* is ``pin``, ``mac-request``, ``mac-response``, ``data-request`` or ``data-response``.
    Data keys are encrypted under themselves, so that nothing leads back from them.
    Raises KeyRefused: ``length``, ``use``. ANSI X9.24-1:2009, A.4.1:

    >>> key = bytes.fromhex("042666B49184CFA368DE9628D0397BC9")
    >>> derive_working_key_dukpt_tdes(key, "pin").hex().upper()
    '042666B49184CF5C68DE9628D0397B36'
    """
    _require_key(transaction_key, "transaction key")
    variant = _VARIANTS.get(use)
    if variant is None:
        raise KeyRefused("use", f"expected a use of the key: {', '.join(_VARIANTS)}")
    key = xor(transaction_key, variant)
    # A working key is new with every transaction: its cipher is not worth keeping.
    return _encrypt_blocks(key, key) if use.startswith("data") else key


def advance_ksn_dukpt_tdes(ksn: bytes) -> bytes:
    """The KSN (10 bytes) after *ksn* (10 bytes, or 8): the next counter of ten set bits at most.

    Raises KeyRefused: ``length``, ``counter`` (the last was used: the device needs a new key).
    ANSI X9.24-1:2009, A.4.3:

    >>> advance_ksn_dukpt_tdes(bytes.fromhex("FFFF9876543210EFF800")).hex().upper()
    'FFFF9876543210EFF801'
    >>> advance_ksn_dukpt_tdes(bytes.fromhex("FFFF9876543210EFFC00")).hex().upper()
    'FFFF9876543210F00000'
    """
    device, counter = _split_ksn(ksn)
    counter = next_counter(counter, COUNTER_BITS_MAX)
    if counter > COUNTER_MAX:
        raise KeyRefused("counter", "expected a KSN with keys left (this device needs a new key)")
    return (device | counter).to_bytes(KSN_LENGTH, "big")


def complete_ksn_dukpt_tdes(ksn: bytes) -> bytes:
    """*ksn* as 10 bytes: to one of 8, bytes FF are set in front, as terminals leave them out.

    Raises KeyRefused (``length``).

    >>> complete_ksn_dukpt_tdes(bytes.fromhex("9876543210E00001")).hex().upper()
    'FFFF9876543210E00001'
    """
    if len(ksn) not in (KSN_LENGTH - 2, KSN_LENGTH):
        raise KeyRefused("length", f"expected a KSN of 10 bytes, or 8, seen {len(ksn)}")
    return ksn.rjust(KSN_LENGTH, b"\xff")


def next_counter(counter: int, bits_max: int) -> int:
    """The first number above *counter* with *bits_max* set bits at most.

    >>> hex(next_counter(0x1FFFE, 16)), hex(next_counter(0b111, 3))
    ('0x20000', '0x8')
    """
    counter += 1
    while counter.bit_count() > bits_max:
        counter += counter & -counter  # nothing between has fewer bits
    return counter


@lru_cache(maxsize=STEPS_MAX)
def _initial_key(bdk: bytes, device: int) -> bytes:
    block = device.to_bytes(KSN_LENGTH, "big")[:BLOCK_LENGTH]
    right = encrypt_tdes_ecb(xor(bdk, _ANOTHER_KEY), block)
    return encrypt_tdes_ecb(bdk, block) + right


@lru_cache(maxsize=STEPS_MAX)
def _transaction_key(initial_key: bytes, register: int, counter: int) -> bytes:
    """Ten calls deep at most, one for each bit; neighbours share all but the last."""
    if not counter:
        return initial_key
    parent = _transaction_key(initial_key, register, counter & (counter - 1))
    return _step(parent, (register | counter).to_bytes(BLOCK_LENGTH, "big"))


def _step(key: bytes, register: bytes) -> bytes:
    """The next key on the way: none leads back (X9.24-1, A.2, non-reversible key generation)."""
    return _half(xor(key, _ANOTHER_KEY), register) + _half(key, register)


def _half(key: bytes, register: bytes) -> bytes:
    left, right = key[:BLOCK_LENGTH], key[BLOCK_LENGTH:]
    # One block of CBC mixes *right* in before it encrypts under *left*.
    return xor(encrypt_tdes_cbc(left, right, register), right)


def _encrypt_blocks(key: bytes, data: bytes) -> bytes:
    blocks = (data[:BLOCK_LENGTH], data[BLOCK_LENGTH:])
    return b"".join(encrypt_tdes_cbc(key, bytes(BLOCK_LENGTH), block) for block in blocks)


def _split_ksn(ksn: bytes) -> tuple[int, int]:
    """What stands before the counter, shifted as it stands, and the counter."""
    number = int.from_bytes(complete_ksn_dukpt_tdes(ksn), "big")
    return number & ~COUNTER_MAX, number & COUNTER_MAX


def _require_counter(counter: int) -> None:
    if not 0 < counter.bit_count() <= COUNTER_BITS_MAX:
        raise KeyRefused("counter", "expected a KSN whose counter has 1 to 10 bits set")


def _require_key(key: bytes, name: str) -> None:
    if len(key) != DUKPT_KEY_LENGTH:
        raise KeyRefused("length", f"expected a {name} of 16 bytes, seen {len(key)}")
