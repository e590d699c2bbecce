"""PIN blocks that pass through without a look at their digits, so that no refusal tells of them."""

from __future__ import annotations

from binascii import unhexlify

from cardswitch.specs.hsm.errors import PIN_BLOCK_REFUSED, PIN_LENGTH_REFUSED
from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.pinblock_change import (
    BOUND_FORMATS,
    change_pinblock_iso,
    needs_fill,
)
from cardswitch.specs.security.pinblocks import FILL_LENGTH_MIN
from cardswitch.specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb

from ..custody.policy import CommandRefused, Policy
from ..desk import HsmDesk
from ..keys.clear import ClearKey
from ..keys.ring import Fields
from .blocks import Account, require_pin_key, require_pin_max


def passes_unseen(policy: Policy, fields: Fields) -> bool:
    """Whether *policy* wants the digits left alone, and both formats in *fields* allow it."""
    source_format, target_format = fields["source_format"], fields["target_format"]
    are_bound = source_format in BOUND_FORMATS and target_format in BOUND_FORMATS
    return policy.translate_digits_unseen and are_bound


def pass_on_unseen(
    desk: HsmDesk, source: ClearKey, target: ClearKey, fields: Fields, account: Account
) -> Fields:
    """The block in *fields* out of *source*, into *target*, whatever digits it has.

    Raises CommandRefused: 20 or 24 as for any block, 22, A7.
    """
    source_format, target_format = fields["source_format"], fields["target_format"]
    require_pin_key(source, source_format)
    require_pin_key(target, target_format)
    clear = decrypt_tdes_ecb(source.value, unhexlify(fields["block"]))
    fill = desk.random_bytes(FILL_LENGTH_MIN) if needs_fill(target_format) else b""
    try:
        block, length = change_pinblock_iso(
            source_format, target_format, clear, account.pan12, fill
        )
    except PinRefused as error:
        is_told = error.reason == "length" and not desk.policy.uniform_pin_error
        raise CommandRefused(PIN_LENGTH_REFUSED if is_told else PIN_BLOCK_REFUSED) from None
    if "pin_max" in fields:
        require_pin_max("0" * length, fields["pin_max"])
    return {
        "pin_length": f"{length:02d}",
        "block": encrypt_tdes_ecb(target.value, block).hex().upper(),
        "format": target_format,
    }
