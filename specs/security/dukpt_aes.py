"""AES DUKPT (ANSI X9.24-3:2017): a key of its own for each transaction and use, found from its KSN.

A KSN is 12 bytes: the id of the initial key (8), then a counter of 32 bits. Every key is derived by
encrypting plain words under another: what it is for, its cipher, the device, the transaction.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from .aes import AES_BLOCK_LENGTH, AES_KEY_LENGTHS, encrypt_aes_cbc
from .dukpt_tdes import next_counter
from .errors import KeyRefused

# For the one who holds the key at the device; "mac" and "data" serve both directions.
AesUse = Literal[
    "key-encryption",
    "pin",
    "mac-generation",
    "mac-verification",
    "mac",
    "data-encryption",
    "data-decryption",
    "data",
    "key-derivation",
]
KeyType = Literal[
    "TDES-2", "TDES-3", "AES-128", "AES-192", "AES-256", "HMAC-128", "HMAC-192", "HMAC-256"
]

KSN_AES_LENGTH: Final = 12
INITIAL_KEY_ID_LENGTH: Final = 8
COUNTER_AES_MAX: Final = 0xFFFF_FFFF  # 32 bits
# With at most 16 steps a device can derive every key it will ever need.
COUNTER_AES_BITS_MAX: Final = 16
# Keys of devices and the keys on the way to them: some thousand devices at work. 2 MB.
STEPS_AES_MAX: Final = 8192

_VERSION: Final = 1
_FOR_INITIAL_KEY: Final = 0x8001
# The key usage indicators of X9.24-3.
_INDICATORS: Final = {
    "key-encryption": 0x0002,
    "pin": 0x1000,
    "mac-generation": 0x2000,
    "mac-verification": 0x2001,
    "mac": 0x2002,
    "data-encryption": 0x3000,
    "data-decryption": 0x3001,
    "data": 0x3002,
    "key-derivation": 0x8000,
}
# Algorithm indicator of X9.24-3 and length in bytes.
_KEY_TYPES: Final = {
    "TDES-2": (0, 16),
    "TDES-3": (1, 24),
    "AES-128": (2, 16),
    "AES-192": (3, 24),
    "AES-256": (4, 32),
    "HMAC-128": (5, 16),
    "HMAC-192": (5, 24),
    "HMAC-256": (5, 32),
}
_AES_OF_LENGTH: Final = {length: f"AES-{8 * length}" for length in AES_KEY_LENGTHS}
# An update key belongs to no transaction: it takes the counter that none can have.
_UPDATE_COUNTER: Final = COUNTER_AES_MAX


def derive_key_dukpt_aes(bdk: bytes, ksn: bytes, use: AesUse, key_type: KeyType) -> bytes:
    """The working key of *ksn* (12 bytes) for *use*, from the *bdk* (16, 24 or 32 bytes) alone.

    The way there is kept (bounded), so that the next transaction of a device costs a step or two.
    Raises KeyRefused: ``length``, ``counter``, ``use``, ``type``, ``strength``.
    Known answer of the ANSI X9.24-3:2017 supplement:

    >>> bdk = bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1")
    >>> ksn = bytes.fromhex("123456789012345600000001")
    >>> derive_key_dukpt_aes(bdk, ksn, "pin", "AES-128").hex().upper()
    'AF8CB133A78F8DC2D1359F18527593FB'
    """
    _require_ksn(ksn)
    initial_key = derive_initial_key_dukpt_aes(bdk, ksn[:INITIAL_KEY_ID_LENGTH])
    key = derive_transaction_key_dukpt_aes(initial_key, ksn)
    return derive_working_key_dukpt_aes(key, ksn, use, key_type)


def derive_initial_key_dukpt_aes(bdk: bytes, initial_key_id: bytes) -> bytes:
    """The initial key of the device of *initial_key_id* (8 bytes), as long as the *bdk*.

    Raises KeyRefused (``length``). ANSI X9.24-3:2017 supplement:

    >>> bdk = bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1")
    >>> derive_initial_key_dukpt_aes(bdk, bytes.fromhex("1234567890123456")).hex().upper()
    '1273671EA26AC29AFA4D1084127652A1'
    """
    _require_id(initial_key_id)
    return _initial_key(bdk, initial_key_id)


def derive_transaction_key_dukpt_aes(initial_key: bytes, ksn: bytes) -> bytes:
    """The derivation key of the transaction that *ksn* (12 bytes) counts, from the *initial_key*.

    It encrypts nothing but derivation data: see :func:`derive_working_key_dukpt_aes`.
    Raises KeyRefused: ``length``, ``counter`` (zero, or more than 16 bits set).
    ANSI X9.24-3:2017 supplement:

    >>> key = bytes.fromhex("1273671EA26AC29AFA4D1084127652A1")
    >>> ksn = bytes.fromhex("123456789012345600000001")
    >>> derive_transaction_key_dukpt_aes(key, ksn).hex().upper()
    '4F21B565BAD9835E112B6465635EAE44'
    """
    _aes_type(initial_key)
    device, counter = _split_ksn(ksn)
    return _transaction_key(initial_key, device, counter)


def derive_working_key_dukpt_aes(
    transaction_key: bytes, ksn: bytes, use: AesUse, key_type: KeyType
) -> bytes:
    """The key of *key_type* for *use* in the transaction *ksn*, from its *transaction_key*.

    *use* is seen from the device: ``pin``, ``mac-generation``, ``mac-verification``, ``mac`` for
    both, ``data-encryption``, ``data-decryption``, ``data`` for both, ``key-encryption`` or
    ``key-derivation``. A TDES key is not adjusted to odd parity. Raises KeyRefused: ``length``,
    ``counter``, ``use``, ``type``, ``strength`` (an AES or HMAC key longer than the one it is
    derived from). ANSI X9.24-3:2017 supplement:

    >>> key = bytes.fromhex("4F21B565BAD9835E112B6465635EAE44")
    >>> ksn = bytes.fromhex("123456789012345600000001")
    >>> derive_working_key_dukpt_aes(key, ksn, "data-encryption", "AES-128").hex().upper()
    'A35C412EFD41FDB98B69797C02DCD08F'
    """
    indicator = _INDICATORS.get(use)
    if indicator is None:
        raise KeyRefused("use", f"expected a use of the key: {', '.join(_INDICATORS)}")
    device, counter = _split_ksn(ksn)
    return _derive(transaction_key, indicator, key_type, device + counter.to_bytes(4, "big"))


def derive_update_key_dukpt_aes(
    initial_key: bytes, initial_key_id: bytes, key_type: KeyType
) -> bytes:
    """The key under which the device of *initial_key_id* (8 bytes) is sent a new initial key.

    Raises KeyRefused: ``length``, ``type``, ``strength``. ANSI X9.24-3:2017 supplement:

    >>> key = bytes.fromhex("1273671EA26AC29AFA4D1084127652A1")
    >>> id_ = bytes.fromhex("1234567890123456")
    >>> derive_update_key_dukpt_aes(key, id_, "AES-128").hex().upper()
    '9A9770AEE1ACD1B13473D0463A1883B9'
    """
    _require_id(initial_key_id)
    _aes_type(initial_key)
    device = initial_key_id[4:]
    key = _transaction_key(initial_key, device, _UPDATE_COUNTER)
    context = device + _UPDATE_COUNTER.to_bytes(4, "big")
    return _derive(key, _INDICATORS["key-encryption"], key_type, context)


def advance_ksn_dukpt_aes(ksn: bytes) -> bytes:
    """The KSN after *ksn* (12 bytes): the next counter of 16 set bits at most.

    Raises KeyRefused: ``length``, ``counter`` (the last was used: the device needs a new key).
    ANSI X9.24-3:2017 supplement:

    >>> advance_ksn_dukpt_aes(bytes.fromhex("12345678901234560001FFFE")).hex().upper()
    '123456789012345600020000'
    """
    _require_ksn(ksn)
    counter = int.from_bytes(ksn[INITIAL_KEY_ID_LENGTH:], "big")
    counter = next_counter(counter, COUNTER_AES_BITS_MAX)
    if counter > COUNTER_AES_MAX:
        raise KeyRefused("counter", "expected a KSN with keys left (this device needs a new key)")
    return ksn[:INITIAL_KEY_ID_LENGTH] + counter.to_bytes(4, "big")


@lru_cache(maxsize=STEPS_AES_MAX)
def _initial_key(bdk: bytes, initial_key_id: bytes) -> bytes:
    return _derive(bdk, _FOR_INITIAL_KEY, _aes_type(bdk), initial_key_id)


@lru_cache(maxsize=STEPS_AES_MAX)
def _transaction_key(initial_key: bytes, device: bytes, counter: int) -> bytes:
    """One call deep for each set bit, 32 at most; neighbours share all but the last."""
    if not counter:
        return initial_key
    parent = _transaction_key(initial_key, device, counter & (counter - 1))
    context = device + counter.to_bytes(4, "big")
    return _derive(parent, _INDICATORS["key-derivation"], _aes_type(parent), context)


def _derive(key: bytes, indicator: int, key_type: str, context: bytes) -> bytes:
    """Derivation data of X9.24-3: version, block number, use, cipher, bits; *context*, 8 bytes.

    A block for every 16 bytes of the key, each encrypted under *key*.
    """
    algorithm, length = _key_type(key, key_type)
    words = b"%b%b%b" % tuple(n.to_bytes(2, "big") for n in (indicator, algorithm, 8 * length))
    blocks = (
        bytes([_VERSION, number]) + words + context
        for number in range(1, 1 + -(-length // AES_BLOCK_LENGTH))
    )
    # One block of CBC under zeros is one of ECB, whose cipher would be kept for no second use.
    zeros = bytes(AES_BLOCK_LENGTH)
    return b"".join(encrypt_aes_cbc(key, zeros, block) for block in blocks)[:length]


def _key_type(key: bytes, key_type: str) -> tuple[int, int]:
    _aes_type(key)
    found = _KEY_TYPES.get(key_type)
    if found is None:
        raise KeyRefused("type", f"expected a type of key: {', '.join(_KEY_TYPES)}")
    # Triple DES is weaker than any AES, however long its key.
    if found[1] > len(key) and not key_type.startswith("TDES"):
        raise KeyRefused("strength", f"expected a key no stronger than AES-{8 * len(key)}")
    return found


def _aes_type(key: bytes) -> str:
    found = _AES_OF_LENGTH.get(len(key))
    if found is None:
        raise KeyRefused("length", f"expected a key of 16, 24 or 32 bytes, seen {len(key)}")
    return found


def _split_ksn(ksn: bytes) -> tuple[bytes, int]:
    """The right half of the initial key id, which is all that later keys know, and the counter."""
    _require_ksn(ksn)
    counter = int.from_bytes(ksn[INITIAL_KEY_ID_LENGTH:], "big")
    if not 0 < counter.bit_count() <= COUNTER_AES_BITS_MAX:
        raise KeyRefused("counter", "expected a KSN whose counter has 1 to 16 bits set")
    return ksn[4:INITIAL_KEY_ID_LENGTH], counter


def _require_ksn(ksn: bytes) -> None:
    if len(ksn) != KSN_AES_LENGTH:
        raise KeyRefused("length", f"expected a KSN of 12 bytes, seen {len(ksn)}")


def _require_id(initial_key_id: bytes) -> None:
    if len(initial_key_id) != INITIAL_KEY_ID_LENGTH:
        seen = len(initial_key_id)
        raise KeyRefused("length", f"expected an initial key id of 8 bytes, seen {seen}")
