"""PIN blocks as commands give them: encrypted, of a format, for an account."""

from __future__ import annotations

from binascii import unhexlify
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.hsm.errors import (
    ACCOUNT_REFUSED,
    KEY_ALGORITHM_REFUSED,
    PIN_BLOCK_REFUSED,
    PIN_LENGTH_REFUSED,
    PIN_UNDER_LMK_REFUSED,
)
from cardswitch.specs.hsm.names import ISO_0, ISO_4
from cardswitch.specs.security.block_lmk import BlockLmk
from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.lmk import LmkSet, open_pin
from cardswitch.specs.security.pinblock_change import BOUND_FORMATS, fold_pinblock_iso
from cardswitch.specs.security.pinblock_iso_4 import (
    ISO_4_FILL_LENGTH,
    decipher_pinblock_iso_4,
    encipher_pinblock_iso_4,
)
from cardswitch.specs.security.pinblocks import (
    FILL_LENGTH_MIN,
    PIN_LENGTHS,
    decode_pinblock,
    encode_pinblock,
    pan12_of,
    require_pin,
)
from cardswitch.specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb

from ..custody.policy import CommandRefused, DigitsRefused
from ..desk import HsmDesk
from ..keys.clear import AES, TDES, ClearKey
from ..keys.ring import Fields

_SEALED_LETTER: Final = "J"


class Account(Struct, frozen=True):
    """What a PIN block is bound to: *pan12*, and for format 48 the whole *pan*."""

    pan12: str
    pan: str = ""

    @staticmethod
    def of(fields: Fields) -> Account:
        """The account that *fields* name.

        Raises CommandRefused (22) if its two numbers disagree.
        """
        account = Account(fields["pan12"], fields.get("pan", ""))
        if account.pan and pan12_of(account.pan) != account.pan12:
            raise CommandRefused(ACCOUNT_REFUSED)
        return account

    def whole(self) -> str:
        """The whole card number. Raises CommandRefused (22) if the command did not give it."""
        if not self.pan:
            raise CommandRefused(ACCOUNT_REFUSED)
        return self.pan

    def __repr__(self) -> str:
        """Nothing: it may stand in any exception."""
        return "<Account>"


def require_pin_key(key: ClearKey, code: str) -> None:
    """Raise CommandRefused (A7) unless *key* is of AES for format 48, and of TDES for any other."""
    if key.algorithm != (AES if code == ISO_4 else TDES):
        raise CommandRefused(KEY_ALGORITHM_REFUSED)


def open_block(desk: HsmDesk, key: ClearKey, block: str, code: str, account: Account) -> str:
    """The PIN in *block*, hexadecimal, of format *code* under *key*.

    Raises CommandRefused: 20 for whatever is wrong in it, if the policy wants that, or 24 for its
    length; 22 (format 48 without the card number), A7.
    """
    require_pin_key(key, code)
    encrypted = unhexlify(block)
    try:
        if code == ISO_4:
            return decipher_pinblock_iso_4(key.value, encrypted, account.whole())
        return decode_pinblock(code, decrypt_tdes_ecb(key.value, encrypted), account.pan12)
    except PinRefused as error:
        if error.reason == "digits":
            raise DigitsRefused(PIN_BLOCK_REFUSED) from None
        is_told = error.reason == "length" and not desk.policy.uniform_pin_error
        raise CommandRefused(PIN_LENGTH_REFUSED if is_told else PIN_BLOCK_REFUSED) from None


def fold_block(desk: HsmDesk, key: ClearKey, block: str, code: str, account: Account) -> str:
    """The PIN in *block*; with another account than its own, digits that look like one.

    To refuse those above 9 would tell what they are to whoever varies the account.
    Raises CommandRefused as :func:`open_block`.
    """
    try:
        return open_block(desk, key, block, code, account)
    except DigitsRefused:
        if not desk.policy.translate_digits_unseen or code not in BOUND_FORMATS:
            raise
    return fold_pinblock_iso(code, decrypt_tdes_ecb(key.value, unhexlify(block)), account.pan12)


def make_block(desk: HsmDesk, key: ClearKey, pin: str, code: str, account: Account) -> str:
    """*pin* in a block of format *code* under *key*, hexadecimal. Raises CommandRefused: 22, A7."""
    require_pin_key(key, code)
    if code == ISO_4:
        fill = desk.random_bytes(ISO_4_FILL_LENGTH)
        block = encipher_pinblock_iso_4(key.value, pin, account.whole(), fill)
    else:
        fill = b"" if code == ISO_0 else desk.random_bytes(FILL_LENGTH_MIN)
        block = encrypt_tdes_ecb(key.value, encode_pinblock(code, pin, account.pan12, fill))
    return block.hex().upper()


def require_pin_max(pin: str, pin_max: str) -> None:
    """Refuse (24) unless *pin* has no more than *pin_max* digits, and that is 4 to 12."""
    if int(pin_max) not in PIN_LENGTHS or len(pin) > int(pin_max):
        raise CommandRefused(PIN_LENGTH_REFUSED)


def open_lmk_pin(desk: HsmDesk, text: str, pan12: str, lmk: LmkSet | BlockLmk | None = None) -> str:
    """The PIN that *text* holds for *pan12* under *lmk*, or under the desk's.

    Encrypted, or as older modules have it, a zero and the digits. Raises CommandRefused (14).
    """
    try:
        if text.startswith(_SEALED_LETTER) or desk.policy.encrypted_pins_only:
            return open_pin(lmk or desk.keys.lmk, text, pan12)
        pin = text[1:]
        require_pin(pin)
    except CryptoError:
        raise CommandRefused(PIN_UNDER_LMK_REFUSED) from None
    return pin
