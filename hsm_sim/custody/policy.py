"""The rules that a module adds to the bare commands: each is a switch, on by default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.hsm.commands import COMMANDS
from cardswitch.specs.hsm.errors import (
    COMMAND_DISABLED,
    NOT_LICENSED,
    PIN_BLOCK_FORMAT_DISABLED,
    PIN_BLOCK_FORMAT_UNKNOWN,
)
from cardswitch.specs.hsm.names import DIEBOLD, ISO_0, ISO_1, ISO_2, ISO_3, ISO_4
from cardswitch.specs.masking import printable

# What a master key is for that carries nothing else.
Kind = Literal["pin", "mac", "data"]
# Six digits that tell a key: those that officers compare.
CheckValue = Annotated[str, Meta(pattern="^[0-9A-F]{6}\\Z")]
Limit = Annotated[int, Meta(ge=1)]
RsaBits = Annotated[int, Meta(ge=1024, le=4096)]
# Disabled by default, also in a module that does not have them.
CLEAR_PIN_CODES: Final = frozenset(["BA", "NG"])

# Every format code that hosts know; which of them are enabled is the policy's to say.
PIN_FORMATS_KNOWN: Final = frozenset(
    ["01", "02", "03", "04", "05", "34", "35", "41", "42", "46", "47", "48"]
)
# ANSI X9.8 and PCI PIN: a block that is bound to a card number stays bound to it, since one that is
# not can be bound to any. Format 1 into anything is how PINs enter that were made without a card.
_BOUND: Final = frozenset([ISO_0, ISO_3, ISO_4])
PIN_TRANSLATIONS: Final[Mapping[str, frozenset[str]]] = {
    ISO_0: _BOUND,
    ISO_3: _BOUND,
    ISO_4: _BOUND,
    ISO_1: _BOUND | {ISO_1, ISO_2},
    # A PIN for a chip goes nowhere else; one of an old terminal may become bound.
    ISO_2: frozenset([ISO_2]),
    DIEBOLD: _BOUND | {DIEBOLD},
}


class CommandRefused(Error):
    """A command is not performed: *code* is the error of its answer.

    A6 alone gives *fields* as well: a key whose parity was corrected is imported with a warning.
    *rule* is the key of the policy by which it was refused, for console and audit log: no answer
    holds it.
    """

    def __init__(self, code: str, fields: Mapping[str, str] | None = None, rule: str = "") -> None:
        super().__init__(f"error {code}")
        self.code = code
        self.fields = fields or {}
        self.rule = rule


class DigitsRefused(CommandRefused):
    """A PIN block holds digits above 9: with another account than its own it may be a right one."""


class Policy(Struct, frozen=True, kw_only=True):
    """What is refused although the bare command could do it: the table [hsm.policy]."""

    # PIN blocks change their format only as PIN_TRANSLATIONS says.
    restrict_pin_translation: bool = True
    # One code for every bad PIN block, so that its answers tell nothing of what is inside.
    uniform_pin_error: bool = True
    # From one format that is bound to a card to another, the digits of the PIN are not looked at: a
    # refusal of those above 9 would tell what they are to whoever varies the account. Verifications
    # answer 01 to them, as to any wrong PIN; elsewhere they are taken as ten less.
    translate_digits_unseen: bool = True
    # PINs under the LMK are encrypted ones; off, the digits of older modules are taken as well.
    encrypted_pins_only: bool = True
    # Decimalisation tables come under the LMK: one in clear lets whoever asks find PINs.
    encrypted_tables_only: bool = True
    refuse_weak_keys: bool = True
    # K1 = K2 is single DES in the guise of a double key.
    refuse_repeated_parts: bool = True
    refuse_single_length: bool = True
    # A key does not travel under one that is shorter than itself.
    refuse_weaker_wrapping: bool = True
    # A key whose block says that it must not leave stays.
    obey_exportability: bool = True
    # A host alone brings a key across the border of a zone only where its type cannot change on the
    # way: otherwise whoever exports a key and imports it as another reads all that is under it.
    keys_keep_their_type: bool = True
    # Master keys, by check value, that carry keys of one kind alone: hosts take those in.
    carries: Mapping[CheckValue, Kind] = {}
    # Keys travel as key blocks alone. Off: most links still use the older forms.
    key_blocks_only: bool = False
    # PCI HSM: TPK and TMK have types of their own (70D, 80D). Off: older hosts know one type, 002.
    separate_terminal_keys: bool = False
    # Check values of 6 digits, never the whole block: more would let keys be told apart by search.
    short_check_values: bool = True
    # The audit log tells of every key that is made too, not only of those that come and go.
    audit_generated_keys: bool = True
    pin_formats: tuple[str, ...] = (ISO_0, ISO_1, ISO_3, ISO_4)
    # Answered 68. These two handle PINs in clear.
    commands_disabled: tuple[str, ...] = ("BA", "NG")
    # Any other command is answered 67; none named: all are licensed.
    commands_licensed: tuple[str, ...] = ()
    # Failed PIN verifications of one card in an hour, until its PIN is not looked at: a search of
    # all PINs takes days, and whoever makes it closes nobody else's.
    pin_failures_per_card_max: Limit = 100
    # Failed PIN verifications until no more are made. Of a minute: a hundred wrong PINs a second
    # are more than the load of any test has, and still all PINs of one card take longer.
    pin_failures_per_minute_max: Limit = 6_000
    pin_failures_per_hour_max: Limit = 60_000
    # In all: more than any test needs, yet not endless.
    pin_failures_max: Limit = 1_000_000
    # Old modules answer 02, not 00, where the PIN verification key of IBM 3624 is not single DES.
    warn_of_long_pvk: bool = False
    # PINs that nobody may choose or be given (86): none, since tests want to say what theirs is.
    pins_excluded: tuple[str, ...] = ()
    # NIST SP 800-131A: no RSA key below 2048 bits is safe.
    rsa_bits_min: RsaBits = 2048
    # The module answers nobody while it makes a key: up to a second for one of 4096 bits.
    rsa_bits_max: RsaBits = 4096

    def __post_init__(self) -> None:
        """Raises ConfigError: a name that nothing has is a rule that its writer thinks is on."""
        _require_known("pin_formats", self.pin_formats, PIN_FORMATS_KNOWN)
        _require_known(
            "commands_disabled", self.commands_disabled, COMMANDS.keys() | CLEAR_PIN_CODES
        )
        _require_known("commands_licensed", self.commands_licensed, COMMANDS.keys())

    def require_command(self, code: str) -> None:
        """Raise CommandRefused unless command *code* is licensed (67) and enabled (68)."""
        if self.commands_licensed and code not in self.commands_licensed:
            raise CommandRefused(NOT_LICENSED, rule="commands_licensed")
        if code in self.commands_disabled:
            raise CommandRefused(COMMAND_DISABLED, rule="commands_disabled")

    def digest(self) -> str:
        """16 hexadecimal digits that tell policies apart; for the audit log."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:16].upper()

    def require_pin_format(self, code: str) -> None:
        """Raise CommandRefused unless PIN block format *code* is known and enabled."""
        if code not in self.pin_formats or code not in PIN_TRANSLATIONS:
            is_known = code in PIN_FORMATS_KNOWN
            raise CommandRefused(
                PIN_BLOCK_FORMAT_DISABLED if is_known else PIN_BLOCK_FORMAT_UNKNOWN
            )

    def require_pin_translation(self, source: str, target: str) -> None:
        """Raise CommandRefused unless blocks may go from format *source* to format *target*."""
        self.require_pin_format(source)
        self.require_pin_format(target)
        if self.restrict_pin_translation and target not in PIN_TRANSLATIONS[source]:
            raise CommandRefused(PIN_BLOCK_FORMAT_DISABLED, rule="restrict_pin_translation")


def _require_known(key: str, given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            names = ", ".join(sorted(known))
            raise ConfigError(f"policy.{key}: unknown: {printable(name)}; known: {names}")
