"""IBM 3624: PINs that follow from the account, and offsets for PINs that people choose.

Validation data of 8 bytes, mostly digits of the account, is encrypted under the PIN verification
key (PVK, 8, 16 or 24 bytes) and turned into sixteen decimal digits by a table; the left ones are
the natural PIN. An offset is what has to be added to its digits, each without carry, to get the
chosen PIN; where it has fewer digits than the PIN, it stands below the right ones. The left ones
are not verified then (IBM z/OS ICSF, "3624 PIN Verification algorithm").
"""

from __future__ import annotations

from collections import Counter
from hmac import compare_digest
from typing import Final

from .digits import UPPER_HEX, hex_bytes, is_digits
from .errors import PinRefused
from .pins import PIN_LENGTHS, require_account, require_pin
from .tdes import BLOCK_LENGTH, encrypt_tdes_ecb

TABLE_LENGTH: Final = 16  # one decimal digit for each hexadecimal one
# What HSMs ask of a table that comes in clear, so that it does not tell the digits of a PIN apart.
TABLE_DIGITS_MIN: Final = 8
TABLE_REPEATS_MAX: Final = 4
TEMPLATE_LENGTH: Final = 12
# Where a template says N, these digits of the account are inserted.
_ACCOUNT_MARK: Final = "N"
_ACCOUNT_DIGITS: Final = 5


def build_validation_data_ibm3624(template: str, pan12: str) -> bytes:
    """The 8 bytes of *template*, in whose 12 characters one N stands for 5 digits of *pan12*.

    Its other characters are upper-case hexadecimal; inserted are the last digits of *pan12*.
    Raises PinRefused: ``account``, ``validation``. Known answer of a public test (leachbj):

    >>> build_validation_data_ibm3624("1234567890NF", "000001000376").hex().upper()
    '123456789000376F'
    """
    require_account(pan12)
    data = hex_bytes(template.replace(_ACCOUNT_MARK, pan12[-_ACCOUNT_DIGITS:]))
    if len(template) != TEMPLATE_LENGTH or data is None or len(data) != BLOCK_LENGTH:
        raise PinRefused(
            "validation", "expected validation data of 11 hexadecimal digits and one N"
        )
    return data


def generate_natural_pin_ibm3624(
    pvk: bytes, validation_data: bytes, table: str, length: int = PIN_LENGTHS.start
) -> str:
    """The PIN of *length* (4 to 12) digits that follows from *validation_data* (8 bytes).

    *table* has 16 digits, for 0 to F. Raises KeyRefused: ``length``; PinRefused: ``validation``,
    ``table``, ``length``. Known answer of nickntg HostCommandTests, CK:

    >>> pvk, data = bytes.fromhex("1C1C1C1C1C1C1C1C"), bytes.fromhex("0004012345678909")
    >>> generate_natural_pin_ibm3624(pvk, data, "0123456789012345")
    '2082'
    """
    require_table_ibm3624(table)
    if len(validation_data) != BLOCK_LENGTH:
        raise PinRefused(
            "validation", f"expected 8 bytes of validation data, seen {len(validation_data)}"
        )
    if length not in PIN_LENGTHS:
        raise PinRefused("length", f"expected a PIN length of 4 to 12, seen {length}")
    return decimalise_ibm3624(encrypt_tdes_ecb(pvk, validation_data), table)[:length]


def generate_offset_ibm3624(
    pvk: bytes, validation_data: bytes, table: str, pin: str, check_length: int | None = None
) -> str:
    """The offset of *pin* (4 to 12 digits): as many digits, or the *check_length* right ones.

    Raises KeyRefused: ``length``; PinRefused: ``validation``, ``table``, ``length`` (of the PIN, or
    a *check_length* that is none of 4 to that), ``digits``.
    Known answer of nickntg HostCommandTests, CK:

    >>> pvk, data = bytes.fromhex("1C1C1C1C1C1C1C1C"), bytes.fromhex("0004012345678909")
    >>> generate_offset_ibm3624(pvk, data, "0123456789012345", "1234")
    '9252'
    """
    require_pin(pin)
    checked = len(pin) if check_length is None else check_length
    if not PIN_LENGTHS.start <= checked <= len(pin):
        raise PinRefused("length", "expected a check length of 4 to the length of the PIN")
    natural = generate_natural_pin_ibm3624(pvk, validation_data, table, len(pin))
    return "".join(map(_subtract, pin, natural))[-checked:]


def generate_pin_ibm3624(
    pvk: bytes, validation_data: bytes, table: str, offset: str, length: int | None = None
) -> str:
    """The PIN that *offset* (4 to 12 digits) makes: as many digits, or *length*.

    Raises KeyRefused: ``length``; PinRefused: ``validation``, ``table``, ``length`` (of the offset,
    or a *length* that is none of that to 12), ``digits``.
    Known answer of nickntg HostCommandTests, CK:

    >>> pvk, data = bytes.fromhex("1C1C1C1C1C1C1C1C"), bytes.fromhex("0004012345678909")
    >>> generate_pin_ibm3624(pvk, data, "0123456789012345", "9252")
    '1234'
    """
    require_offset_ibm3624(offset)
    size = len(offset) if length is None else length
    if size < len(offset):
        raise PinRefused("length", "expected a PIN that is as long as its offset or longer")
    natural = generate_natural_pin_ibm3624(pvk, validation_data, table, size)
    return "".join(map(_add, natural, offset.zfill(size)))


def verify_pin_ibm3624(
    pvk: bytes, validation_data: bytes, table: str, pin: str, offset: str
) -> bool:
    """Whether the right digits of *pin*, as many as *offset* has, are those that it makes.

    A PIN shorter than its offset is false. Compared in constant time. Raises as
    :func:`generate_pin_ibm3624`, and PinRefused: ``length``, ``digits`` of *pin*.

    >>> pvk, data = bytes.fromhex("1C1C1C1C1C1C1C1C"), bytes.fromhex("0004012345678909")
    >>> verify_pin_ibm3624(pvk, data, "0123456789012345", "1234", "9252")
    True
    """
    require_pin(pin)
    require_offset_ibm3624(offset)
    expected = generate_pin_ibm3624(pvk, validation_data, table, offset, max(len(pin), len(offset)))
    checked = len(offset)
    return compare_digest(expected[-checked:], pin[-checked:])


def decimalise_ibm3624(block: bytes, table: str) -> str:
    """Each hexadecimal digit of *block* replaced by the digit of *table* (16) at its place.

    Raises PinRefused (``table``). The example is of the IBM 4758 CCA manual, appendix E:

    >>> decimalise_ibm3624(bytes.fromhex("E5C1BD67B66AE7C6"), "8351296477461538")
    '3913656466643416'
    """
    require_table_ibm3624(table)
    return block.hex().upper().translate(str.maketrans(UPPER_HEX, table))


def require_table_ibm3624(table: str) -> None:
    """Raise PinRefused (``table``) unless *table* is 16 digits."""
    if not is_digits(table, TABLE_LENGTH):
        raise PinRefused("table", "expected a decimalisation table of 16 digits")


def require_offset_ibm3624(offset: str) -> None:
    """Raise PinRefused (``length``, ``digits``) unless *offset* is 4 to 12 digits."""
    if len(offset) not in PIN_LENGTHS:
        raise PinRefused("length", "expected an offset of 4 to 12 digits")
    if not is_digits(offset, len(offset)):
        raise PinRefused("digits", "expected an offset of the digits 0-9 alone")


def is_varied_table_ibm3624(table: str) -> bool:
    """Whether *table* has eight digits or more of ten, and none of them more than four times.

    The rule of HSMs for tables in clear; it slows an attack that chooses them, and stops none.
    Raises PinRefused (``table``).

    >>> is_varied_table_ibm3624("0123456789012345"), is_varied_table_ibm3624("0000000100000000")
    (True, False)
    """
    require_table_ibm3624(table)
    counts = Counter(table)
    return len(counts) >= TABLE_DIGITS_MIN and max(counts.values()) <= TABLE_REPEATS_MAX


def _add(left: str, right: str) -> str:
    return str((int(left) + int(right)) % 10)


def _subtract(left: str, right: str) -> str:
    return str((int(left) - int(right)) % 10)
