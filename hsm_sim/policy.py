"""The rules that a module adds to the bare commands: each is a switch, on by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from specs.errors import Error
from specs.hsm.errors import PIN_BLOCK_FORMAT_DISABLED, PIN_BLOCK_FORMAT_UNKNOWN
from specs.hsm.requests import ISO_0, ISO_1, ISO_3

# Every format code that hosts know; which of them are enabled is the policy's to say.
PIN_FORMATS_KNOWN: Final = frozenset(
    ["01", "02", "03", "04", "05", "34", "35", "41", "42", "46", "47", "48"]
)
# ANSI X9.8 and PCI PIN: a block that is bound to a card number stays bound to it, since one that is
# not can be bound to any. Format 1 into anything is how PINs enter that were made without a card.
PIN_TRANSLATIONS: Final[Mapping[str, frozenset[str]]] = {
    ISO_0: frozenset([ISO_0, ISO_3]),
    ISO_3: frozenset([ISO_0, ISO_3]),
    ISO_1: frozenset([ISO_0, ISO_1, ISO_3]),
}


class Refused(Error):
    """A command is not performed: *code* is the error of its answer.

    A6 alone gives *fields* as well: a key whose parity was corrected is imported with a warning.
    """

    def __init__(self, code: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(f"error {code}")
        self.code = code
        self.fields = fields or {}


class Policy(Struct, frozen=True):
    """What is refused although the bare command could do it."""

    # PIN blocks change their format only as PIN_TRANSLATIONS says.
    restrict_pin_translation: bool = True
    # One code for every bad PIN block, so that its answers tell nothing of what is inside.
    uniform_pin_error: bool = True
    # PINs under the LMK are encrypted ones; off, the digits of older modules are taken as well.
    encrypted_pins_only: bool = True
    refuse_weak_keys: bool = True
    # K1 = K2 is single DES in the guise of a double key.
    refuse_repeated_parts: bool = True
    refuse_single_length: bool = True
    # A key does not travel under one that is shorter than itself.
    refuse_weaker_wrapping: bool = True
    # Keys travel as key blocks alone. Off: most links still use the older forms.
    key_blocks_only: bool = False
    # PCI HSM: TPK and TMK have types of their own (70D, 80D). Off: older hosts know one type, 002.
    separate_terminal_keys: bool = False
    # Check values of 6 digits, never the whole block: more would let keys be told apart by search.
    short_check_values: bool = True
    pin_formats: frozenset[str] = frozenset([ISO_0, ISO_1, ISO_3])
    commands_disabled: frozenset[str] = frozenset()
    # Failed PIN verifications until no more are made: more than any test needs, yet not endless.
    pin_failures_max: int = 1_000_000

    def require_pin_format(self, code: str) -> None:
        """Raise Refused unless PIN block format *code* is known and enabled."""
        if code not in self.pin_formats or code not in PIN_TRANSLATIONS:
            is_known = code in PIN_FORMATS_KNOWN
            raise Refused(PIN_BLOCK_FORMAT_DISABLED if is_known else PIN_BLOCK_FORMAT_UNKNOWN)

    def require_pin_translation(self, source: str, target: str) -> None:
        """Raise Refused unless blocks may go from format *source* to format *target*."""
        self.require_pin_format(source)
        self.require_pin_format(target)
        if self.restrict_pin_translation and target not in PIN_TRANSLATIONS[source]:
            raise Refused(PIN_BLOCK_FORMAT_DISABLED)
