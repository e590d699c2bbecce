"""The PIN pad as it authenticates messages: it makes and checks MACs, and shows no key."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final, cast

from msgspec.structs import replace

from cardswitch.specs.dialect.covered import MAC_FIELDS, mac_field
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.hsm.commands.data.macs import CMAC
from cardswitch.specs.message import Message
from cardswitch.specs.security.cmac import generate_cmac_tdes
from cardswitch.specs.security.keys import has_odd_parity, key_check_value
from cardswitch.specs.security.lmk import unwrap_key_under_key
from cardswitch.specs.security.mac import Algorithm, Padding, generate_mac_iso9797
from cardswitch.wire.machine.macs import MacRule

from .pad import TEST_MAC_TMK

MAC_LENGTH: Final = 8  # bytes of the field


class MacPad:
    """Holds the TAK, delivered under the TMK as the key of its rule."""

    __slots__ = ("_key", "_tmk", "rule")

    def __init__(self, rule: MacRule, tmk: bytes = TEST_MAC_TMK) -> None:
        """Raises CryptoError if the key of *rule* is not a key under *tmk*."""
        self.rule = rule
        self._tmk = tmk
        self._key = unwrap_key_under_key(tmk, rule.key)
        if not has_odd_parity(self._key):
            raise CryptoError(
                "expected the TAK under this terminal's TMK for MACs: its parity is wrong"
            )

    @property
    def delivered(self) -> str:
        """The key as it came, under the TMK."""
        return self.rule.key

    @property
    def check_value(self) -> str:
        """Six hexadecimal digits by which two sides know that they have the same key."""
        return key_check_value(self._key).hex().upper()

    def renewed(self, tak_under_tmk: str) -> MacPad:
        """The same pad with another key. Raises CryptoError."""
        return MacPad(replace(self.rule, key=tak_under_tmk), self._tmk)

    def sealed(self, message: Message) -> Message:
        """*message* with its MAC. Raises EncodeError."""
        bare = message.without(*MAC_FIELDS)
        return bare.with_fields({mac_field(bare): self._mac(bare).ljust(2 * MAC_LENGTH, "0")})

    def is_right(self, message: Message) -> bool:
        """Whether *message* has the MAC that it must have. Raises EncodeError."""
        return compare_digest(self.rule.mac_in(message), self._mac(message))

    def _mac(self, message: Message) -> str:
        rule, data = self.rule, self.rule.covers(message)
        if rule.algorithm == CMAC:
            mac = generate_cmac_tdes(self._key, data, MAC_LENGTH)
        else:
            algorithm = cast(Algorithm, int(rule.algorithm))
            mac = generate_mac_iso9797(self._key, data, algorithm, cast(Padding, int(rule.padding)))
        return mac.hex().upper()[: rule.digits]
