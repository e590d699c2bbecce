"""Which format, part of the card number and key give the PIN of a block."""

from __future__ import annotations

from collections.abc import Iterator

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.pinblock_iso_4 import decipher_pinblock_iso_4
from cardswitch.specs.security.pinblocks import PAN12_LENGTH, PINBLOCK_LENGTH, decode_pinblock
from cardswitch.specs.security.pins import pan12_of
from cardswitch.specs.security.tdes import BLOCK_LENGTH, decrypt_tdes_ecb

from .pins import FORMATS, ISO_4
from .steps import Steps

_BOUND = ("iso0", "iso3")  # those that the account is mixed into


def find_pinblock(steps: Steps, block: bytes, pan: str, pin: str, key: bytes | None) -> list[str]:
    """The ways in which *pin* stands in *block*; none if it is another PIN, card or key.

    Tried are all formats, the parts of *pan* (may be empty) that people take by mistake, *key* with
    its halves swapped, its left half alone, and a block that is clear.

    >>> block = bytes.fromhex("041274EDCBA9876F")
    >>> find_pinblock(Steps(), block, "4012345678909", "1234", None)
    ['iso0']
    >>> find_pinblock(Steps(), bytes.fromhex("041235DCBA9876F6"), "4012345678909", "1234", None)
    ['iso0, the last 12 digits of the card number']
    """
    if len(block) != PINBLOCK_LENGTH:
        return _find_iso_4(steps, block, pan, pin, key)
    found = []
    for key_note, clear in _clear_blocks(block, key):
        steps.add(f"clear block{key_note}", clear)
        for name, code in FORMATS.items():
            if name == ISO_4:
                continue
            for account_note, pan12 in _accounts(pan) if name in _BOUND else [("", "")]:
                if _holds(code, clear, pan12, pin):
                    found.append(f"{name}{account_note}{key_note}")
    return found


def _holds(code: str, clear: bytes, pan12: str, pin: str) -> bool:
    try:
        return decode_pinblock(code, clear, pan12) == pin
    except CryptoError:
        return False


def _clear_blocks(block: bytes, key: bytes | None) -> Iterator[tuple[str, bytes]]:
    if key is None:
        yield "", block
        return
    yield "", decrypt_tdes_ecb(key, block)
    if len(key) == 2 * BLOCK_LENGTH:
        swapped = key[BLOCK_LENGTH:] + key[:BLOCK_LENGTH]
        yield ", halves of the key swapped", decrypt_tdes_ecb(swapped, block)
        yield ", left half of the key alone", decrypt_tdes_ecb(key[:BLOCK_LENGTH], block)
    yield ", not encrypted", block


def _accounts(pan: str) -> Iterator[tuple[str, str]]:
    """What of the card number is mixed in: the right part first, then others."""
    seen = set()
    parts = {
        "": pan12_of(pan) if pan else "",
        ", the last 12 digits of the card number": pan[-PAN12_LENGTH:],
        ", the first 12 digits of the card number": pan[:PAN12_LENGTH],
        ", no card number (zeros)": "0" * PAN12_LENGTH,
    }
    for note, part in parts.items():
        if len(part) == PAN12_LENGTH and part not in seen:
            seen.add(part)
            yield note, part


def _find_iso_4(steps: Steps, block: bytes, pan: str, pin: str, key: bytes | None) -> list[str]:
    if key is None:
        return []
    parts = {
        "": pan,
        ", the card number without its check digit": pan[:-1],
        ", the usual 12 digits of the card number": pan12_of(pan) if pan else "",
        ", no card number (zeros)": "0" * PAN12_LENGTH,
    }
    found = []
    for note, part in parts.items():
        try:
            seen = decipher_pinblock_iso_4(key, block, part)
        except CryptoError:
            continue
        steps.add(f"iso4{note}", seen)
        if seen == pin:
            found.append(f"iso4{note}")
    return found
