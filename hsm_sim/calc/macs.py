"""MACs step by step: every block with a name; and which way of making one gives a known MAC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.aes import AES_BLOCK_LENGTH, encrypt_aes_ecb
from cardswitch.specs.security.cmac import generate_cmac_aes, generate_cmac_tdes
from cardswitch.specs.security.mac import (
    ZERO_IV,
    Algorithm,
    Padding,
    chain_mac_iso9797,
    generate_mac_iso9797,
    pad_iso9797,
)
from cardswitch.specs.security.tdes import BLOCK_LENGTH, decrypt_tdes_ecb, encrypt_tdes_ecb, xor

from .steps import Results, Steps, hexadecimal

Cipher = Literal["tdes", "aes"]
# Of a longer message the steps show so many blocks at its beginning and at its end.
BLOCKS_SHOWN: Final = 16
_PADDINGS: Final = {0: "none", 1: "zeros", 2: "80 and zeros", 3: "length first, then zeros"}


def compute_mac(
    steps: Steps, key: bytes, data: bytes, algorithm: Algorithm, padding: Padding, size: int = 8
) -> Results:
    """The first *size* (1 to 8) bytes of the MAC of ISO 9797-1. Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> compute_mac(Steps(), key, b"Now is the time for all ", 3, 1, 4)
    {'mac': 'A1C72E74'}
    """
    if not 1 <= size <= BLOCK_LENGTH:
        raise CryptoError(f"expected a size of 1 to 8 bytes, seen {size}")
    mac = generate_mac_iso9797(key, data, algorithm, padding)
    padded = pad_iso9797(data, padding)
    steps.add("padded input", padded)
    chain = ZERO_IV
    for number, block, is_shown in _blocks(padded, BLOCK_LENGTH):
        mixed = xor(block, chain)
        chain = chain_mac_iso9797(key, block, algorithm, chain)
        if is_shown:
            steps.add(f"block {number}", block)
            steps.add(f"block {number} xor chain", mixed)
            steps.add(f"block {number} encrypted", chain)
    if algorithm == 3:
        middle = decrypt_tdes_ecb(key[BLOCK_LENGTH:], chain)
        steps.add("decrypted under the right key", middle)
        steps.add("encrypted under the left key", encrypt_tdes_ecb(key[:BLOCK_LENGTH], middle))
    return {"mac": hexadecimal(mac[:size])}


def compute_cmac(
    steps: Steps, cipher: Cipher, key: bytes, data: bytes, size: int | None = None
) -> Results:
    """The first *size* bytes of the CMAC of *data* (all of them, if None): NIST SP 800-38B.

    Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    >>> compute_cmac(Steps(), "aes", key, bytes.fromhex("6BC1BEE22E409F96E93D7E117393172A"), 4)
    {'mac': '070A16B4'}
    """
    length = AES_BLOCK_LENGTH if cipher == "aes" else BLOCK_LENGTH
    generate = generate_cmac_aes if cipher == "aes" else generate_cmac_tdes
    encrypt = encrypt_aes_ecb if cipher == "aes" else encrypt_tdes_ecb
    mac = generate(key, data, size or length)
    zeros = encrypt(key, bytes(length))
    whole_key = _double(zeros)
    cut_key = _double(whole_key)
    steps.add("zeros encrypted", zeros)
    steps.add("subkey K1", whole_key)
    steps.add("subkey K2", cut_key)
    is_whole = bool(data) and len(data) % length == 0
    padded = data if is_whole else pad_cmac(data, length)
    steps.add("input" if is_whole else "padded input", padded)
    chain = bytes(length)
    for number, block, is_shown in _blocks(padded, length):
        is_last = number * length == len(padded)
        mask = (whole_key if is_whole else cut_key) if is_last else bytes(length)
        mixed = xor(xor(block, mask), chain)
        chain = encrypt(key, mixed)
        if is_shown:
            steps.add(f"block {number}", block)
            subkey = (" xor K1" if is_whole else " xor K2") if is_last else ""
            steps.add(f"block {number}{subkey} xor chain", mixed)
            steps.add(f"block {number} encrypted", chain)
    return {"mac": hexadecimal(mac)}


def pad_cmac(data: bytes, length: int) -> bytes:
    """*data* with a one bit and zeros, up to whole blocks of *length* bytes.

    >>> pad_cmac(b"abc", 8).hex()
    '6162638000000000'
    """
    marked = data + b"\x80"
    return marked + bytes(-len(marked) % length)


def find_mac(steps: Steps, key: bytes, data: bytes, mac: bytes) -> list[str]:
    """The ways that give *mac*, by algorithm, padding and input; none if it is another key.

    Tried are *data*, and its hexadecimal digits as text, which is a frequent slip.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> find_mac(Steps(), key, b"Now is the time for all ", bytes.fromhex("A1C72E74"))
    ['algorithm 3, padding 0 (none)', 'algorithm 3, padding 1 (zeros)']
    """
    found = []
    for note, given in (("", data), (", input as hex digits", hexadecimal(data).encode())):
        for name, candidate in _ways(key, given):
            steps.add(f"{name}{note}", candidate)
            if candidate.startswith(mac):
                found.append(f"{name}{note}")
    return found


def _ways(key: bytes, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every MAC that *key* can make of *data*, with its name."""
    algorithms: tuple[Algorithm, ...] = (1, 3)
    paddings: tuple[Padding, ...] = (0, 1, 2, 3)
    for algorithm in algorithms:
        for padding in paddings:
            try:
                mac = generate_mac_iso9797(key, data, algorithm, padding)
            except CryptoError:
                continue  # not a key, or not whole blocks, for this one
            yield f"algorithm {algorithm}, padding {padding} ({_PADDINGS[padding]})", mac
    for name, generate in (("cmac-tdes", generate_cmac_tdes), ("cmac-aes", generate_cmac_aes)):
        try:
            yield f"algorithm {name}", generate(key, data)
        except CryptoError:
            continue


def _blocks(data: bytes, length: int) -> Iterator[tuple[int, bytes, bool]]:
    """The blocks of *data*: number, block, and whether it is one of those that are shown."""
    count = len(data) // length
    for number in range(1, count + 1):
        is_shown = number <= BLOCKS_SHOWN or number > count - BLOCKS_SHOWN
        yield number, data[(number - 1) * length : number * length], is_shown


def _double(block: bytes) -> bytes:
    """*block* shifted left by a bit; what falls out is mixed in again (SP 800-38B, 6.1)."""
    bits = 8 * len(block)
    constant = 0x87 if len(block) == AES_BLOCK_LENGTH else 0x1B
    value = int.from_bytes(block, "big") << 1
    reduced = value ^ (1 << bits | constant) if value >> bits else value
    return reduced.to_bytes(len(block), "big")
