"""DUKPT step by step: from the base key to the keys of one transaction, TDES and AES."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from cardswitch.specs.security.dukpt_aes import (
    INITIAL_KEY_ID_LENGTH,
    KSN_AES_LENGTH,
    AesUse,
    KeyType,
    advance_ksn_dukpt_aes,
    derive_initial_key_dukpt_aes,
    derive_transaction_key_dukpt_aes,
    derive_working_key_dukpt_aes,
)
from cardswitch.specs.security.dukpt_tdes import (
    COUNTER_MAX,
    TdesUse,
    advance_ksn_dukpt_tdes,
    complete_ksn_dukpt_tdes,
    derive_initial_key_dukpt_tdes,
    derive_transaction_key_dukpt_tdes,
    derive_working_key_dukpt_tdes,
)
from cardswitch.specs.security.keys import key_check_value, key_check_value_aes

from .keys import KCV_LENGTH
from .steps import Results, Steps, hexadecimal

TDES_USES: Final[tuple[TdesUse, ...]] = get_args(TdesUse)
AES_USES: Final[tuple[AesUse, ...]] = get_args(AesUse)
KEY_TYPES: Final[tuple[KeyType, ...]] = get_args(KeyType)


def is_aes_ksn(ksn: bytes) -> bool:
    """Whether *ksn* is one of AES: 12 bytes, where those of TDES have 10, or 8."""
    return len(ksn) == KSN_AES_LENGTH


def compute_dukpt_tdes(
    steps: Steps, ksn: bytes, bdk: bytes | None = None, initial_key: bytes | None = None
) -> Results:
    """All keys of *ksn* (10 bytes, or 8), from the *bdk* or the *initial_key*. Raises KeyRefused.

    A KSN whose counter is zero, as a device gets it with its initial key, has no other.

    >>> bdk = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> results = compute_dukpt_tdes(Steps(), bytes.fromhex("FFFF9876543210E00001"), bdk)
    >>> results["initial_key"], results["pin"]
    ('6AC292FAA1315B4D858AB3A3D7D5933A', '042666B49184CF5C68DE9628D0397B36')
    """
    whole = complete_ksn_dukpt_tdes(ksn)
    if initial_key is None:
        initial_key = derive_initial_key_dukpt_tdes(bdk or b"", whole)
    number = int.from_bytes(whole, "big")
    counter = number & COUNTER_MAX
    _add_start(steps, whole, counter)
    if not counter:
        return _of_initial_ksn(
            initial_key, key_check_value(initial_key), advance_ksn_dukpt_tdes(whole)
        )
    key = derive_transaction_key_dukpt_tdes(initial_key, whole)
    for part in _on_the_way(counter):
        stage = ((number & ~COUNTER_MAX) | part).to_bytes(len(whole), "big")
        steps.add(f"key of counter {part:X}", derive_transaction_key_dukpt_tdes(initial_key, stage))
    return {
        "initial_key": hexadecimal(initial_key),
        "transaction_key": hexadecimal(key),
        **{use: hexadecimal(derive_working_key_dukpt_tdes(key, use)) for use in TDES_USES},
        "next_ksn": hexadecimal(advance_ksn_dukpt_tdes(whole)),
    }


def compute_dukpt_aes(
    steps: Steps,
    ksn: bytes,
    bdk: bytes | None = None,
    initial_key: bytes | None = None,
    key_type: KeyType | None = None,
) -> Results:
    """All keys of *ksn* (12 bytes), those at work of *key_type*. Raises KeyRefused.

    *key_type* is by default an AES key as long as the first.

    >>> bdk = bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1")
    >>> results = compute_dukpt_aes(Steps(), bytes.fromhex("123456789012345600000001"), bdk)
    >>> results["initial_key"], results["pin"]
    ('1273671EA26AC29AFA4D1084127652A1', 'AF8CB133A78F8DC2D1359F18527593FB')
    """
    device, counter = (
        ksn[:INITIAL_KEY_ID_LENGTH],
        int.from_bytes(ksn[INITIAL_KEY_ID_LENGTH:], "big"),
    )
    if initial_key is None:
        initial_key = derive_initial_key_dukpt_aes(bdk or b"", device)
    _add_start(steps, ksn, counter)
    if not counter:
        return _of_initial_ksn(
            initial_key, key_check_value_aes(initial_key), advance_ksn_dukpt_aes(ksn)
        )
    key = derive_transaction_key_dukpt_aes(initial_key, ksn)
    for part in _on_the_way(counter):
        stage = device + part.to_bytes(len(ksn) - len(device), "big")
        steps.add(f"key of counter {part:X}", derive_transaction_key_dukpt_aes(initial_key, stage))
    usual: dict[int, KeyType] = {16: "AES-128", 24: "AES-192", 32: "AES-256"}
    work = key_type or usual[len(key)]
    return {
        "initial_key": hexadecimal(initial_key),
        "transaction_key": hexadecimal(key),
        **{use: hexadecimal(derive_working_key_dukpt_aes(key, ksn, use, work)) for use in AES_USES},
        "next_ksn": hexadecimal(advance_ksn_dukpt_aes(ksn)),
    }


def _of_initial_ksn(initial_key: bytes, kcv: bytes, next_ksn: bytes) -> Results:
    return {
        "initial_key": hexadecimal(initial_key),
        "kcv": hexadecimal(kcv[:KCV_LENGTH]),
        "next_ksn": hexadecimal(next_ksn),
    }


def _add_start(steps: Steps, ksn: bytes, counter: int) -> None:
    steps.add("KSN", ksn)
    steps.add("counter", f"{counter:X}: {counter.bit_count()} steps from the initial key")


def _on_the_way(counter: int) -> Iterator[int]:
    """What the counter is after each of its set bits, the highest first.

    >>> [bin(part) for part in _on_the_way(0b1011)]
    ['0b1000', '0b1010', '0b1011']
    """
    part = 0
    for place in range(counter.bit_length() - 1, -1, -1):
        if counter >> place & 1:
            part |= 1 << place
            yield part
