"""Decimalisation tables under the LMK: whoever may choose a table in clear can ask for a PIN.

Under an LMK of variants 16 digits are encrypted under pair 18-19, variant 1. Under a key block LMK
the form is ours: ``L``, then one block of AES under a key that the LMK makes for tables alone; half
of it is zeros, so that noise shows.
"""

from __future__ import annotations

from typing import Final

from cardswitch.specs.hsm.errors import TABLE_REFUSED
from cardswitch.specs.security.aes import decrypt_aes_ecb, encrypt_aes_ecb
from cardswitch.specs.security.block_lmk import BlockLmk
from cardswitch.specs.security.cmac import generate_cmac_aes
from cardswitch.specs.security.digits import hex_bytes, is_digits
from cardswitch.specs.security.ibm3624 import TABLE_LENGTH, is_varied_table_ibm3624
from cardswitch.specs.security.lmk import KEY_TYPE_VARIANTS, PAIR_OF_CODE, LmkSet
from cardswitch.specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb

from ..custody.policy import CommandRefused
from ..desk import HsmDesk

_VARIANT: Final = KEY_TYPE_VARIANTS[1]
_PAIR: Final = PAIR_OF_CODE["04"]
_LETTER: Final = "L"
_LABEL: Final = b"cardswitch: table under LMK"
_NOTHING: Final = bytes(8)


def encrypt_table(lmk: LmkSet | BlockLmk, table: str) -> str:
    """*table* of 16 digits under *lmk*: 16 hexadecimal digits, or ``L`` and 32. For the console.

    Raises CommandRefused (25): not 16 digits, or fewer than eight different ones, or one of them
    more than four times.

    >>> from cardswitch.specs.security.lmk import TEST_LMK
    >>> len(encrypt_table(TEST_LMK, "0123456789012345"))
    16
    """
    if not is_digits(table, TABLE_LENGTH) or not is_varied_table_ibm3624(table):
        raise CommandRefused(TABLE_REFUSED)
    clear = bytes.fromhex(table)
    if isinstance(lmk, LmkSet):
        return encrypt_tdes_ecb(_table_key(lmk), clear).hex().upper()
    return _LETTER + encrypt_aes_ecb(_table_key(lmk), clear + _NOTHING).hex().upper()


def open_table(desk: HsmDesk, text: str) -> str:
    """The 16 digits of the table that a command gives as *text*, or stored where it points to.

    In clear only if the policy takes such; then by the rule of :func:`encrypt_table` as well.
    Raises CommandRefused: 25, and 12 where nothing is stored.
    """
    text = desk.state.storage.resolve(text)
    if text.startswith(_LETTER) or desk.policy.encrypted_tables_only:
        return decrypt_table(desk.keys.lmk, text)
    if not is_digits(text, TABLE_LENGTH) or not is_varied_table_ibm3624(text):
        raise CommandRefused(TABLE_REFUSED)
    return text


def renew_table(desk: HsmDesk, old_lmk: LmkSet | BlockLmk, text: str) -> str:
    """The table that *text* holds under *old_lmk*, under the LMK of today.

    Raises CommandRefused: 12, 25.
    """
    return encrypt_table(desk.keys.lmk, decrypt_table(old_lmk, desk.state.storage.resolve(text)))


def decrypt_table(lmk: LmkSet | BlockLmk, text: str) -> str:
    """The table that *text* holds under *lmk*. Raises CommandRefused (25)."""
    is_block = text.startswith(_LETTER)
    body = hex_bytes(text.removeprefix(_LETTER))
    if body is None or is_block == isinstance(lmk, LmkSet) or len(body) != (16 if is_block else 8):
        raise CommandRefused(TABLE_REFUSED)
    if isinstance(lmk, LmkSet):
        clear = decrypt_tdes_ecb(_table_key(lmk), body)
    else:
        whole = decrypt_aes_ecb(_table_key(lmk), body)
        clear = whole.removesuffix(_NOTHING)
    table = clear.hex()
    if not is_digits(table, TABLE_LENGTH):
        raise CommandRefused(TABLE_REFUSED)
    return table


def _table_key(lmk: LmkSet | BlockLmk) -> bytes:
    if isinstance(lmk, BlockLmk):
        return generate_cmac_aes(lmk.key, _LABEL)
    pair = lmk.pairs[_PAIR]
    return bytes([pair[0] ^ _VARIANT]) + pair[1:]
