"""What a key block says of its key, as commands write it: ``P0T2B00N00`` behind a ``#``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from cardswitch.specs.hsm.errors import (
    KEY_ALGORITHM_REFUSED,
    KEY_BLOCK_CHECK_FAILED,
    KEY_BLOCK_FORM_REFUSED,
    KEY_BLOCK_MAC_FAILED,
    KEY_BLOCK_VERSION_REFUSED,
    KEY_MODE_REFUSED,
    KEY_USAGE_REFUSED,
    WRAPPING_KEY_REFUSED,
)
from cardswitch.specs.security.errors import KeyBlockRefused, KeyRefused
from cardswitch.specs.security.tr31 import (
    HIDDEN_LENGTHS,
    padding_length_tr31,
    unwrap_key_tr31,
    wrap_key_tr31,
)
from cardswitch.specs.security.tr31_header import KeyBlockHeader

from ..custody.policy import CommandRefused
from .uses import KeyUse

# Bytes of a key by algorithm and the digit after it.
LENGTHS: Final[Mapping[str, int]] = {
    "D1": 8,
    "T1": 8,
    "T2": 16,
    "T3": 24,
    "A1": 16,
    "A2": 24,
    "A3": 32,
}
_CODES: Final = {
    "version": KEY_BLOCK_VERSION_REFUSED,
    "mac": KEY_BLOCK_MAC_FAILED,
    "key": KEY_BLOCK_CHECK_FAILED,
    "payload": KEY_BLOCK_CHECK_FAILED,
}


class Attributes(Struct, frozen=True, kw_only=True):
    """Usage, algorithm, mode of use, version and exportability of a key, as in its block."""

    usage: str
    algorithm: str
    mode_of_use: str
    key_version: str = "00"
    exportability: str = "E"
    length: int = 16

    @staticmethod
    def read(text: str) -> Attributes:
        """The characters that a command gives.

        Raises CommandRefused (A7) for an unknown algorithm.
        """
        length = LENGTHS.get(text[2:4])
        if length is None:
            raise CommandRefused(KEY_ALGORITHM_REFUSED)
        return Attributes(
            usage=text[:2],
            algorithm=text[2],
            mode_of_use=text[4],
            key_version=text[5:7],
            exportability=text[7],
            length=length,
        )

    @staticmethod
    def of_use(use: KeyUse, fields: Mapping[str, str] | None = None) -> Attributes:
        """What *fields* ask for, or what a key for *use* usually is.

        Raises CommandRefused: A6, A7, A8.
        """
        if fields and "attributes" in fields:
            attributes = Attributes.read(fields["attributes"])
            attributes.require(use)
            return attributes
        return Attributes(usage=use.usages[0], algorithm="T", mode_of_use=use.modes[0])

    @staticmethod
    def of_key(
        use: KeyUse,
        algorithm: str,
        known: Attributes | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Attributes:
        """What the block of a key of *algorithm* says: what *fields* ask, is *known*, is usual.

        Raises CommandRefused: A6, A7, A8.
        """
        if fields and "attributes" in fields:
            asked = Attributes.of_use(use, fields)
            if asked.algorithm != algorithm:
                raise CommandRefused(KEY_ALGORITHM_REFUSED)
            return asked
        return known or Attributes(
            usage=use.usages[0], algorithm=algorithm, mode_of_use=use.modes[0]
        )

    def require(self, use: KeyUse) -> None:
        """Refuse (A6 usage, A8 mode) unless a key with these attributes is for *use*."""
        if self.usage not in use.usages:
            raise CommandRefused(KEY_USAGE_REFUSED)
        if self.mode_of_use not in use.modes:
            raise CommandRefused(KEY_MODE_REFUSED)

    def header(self, version: str) -> KeyBlockHeader:
        """The header of a key block of *version*."""
        return KeyBlockHeader(
            version=version,
            usage=self.usage,
            algorithm=self.algorithm,
            mode_of_use=self.mode_of_use,
            key_version=self.key_version,
            exportability=self.exportability,
        )


def attributes_of(header: KeyBlockHeader, length: int) -> Attributes:
    """What *header* says of a key of *length* bytes; its optional blocks are left aside."""
    return Attributes(
        usage=header.usage,
        algorithm=header.algorithm,
        mode_of_use=header.mode_of_use,
        key_version=header.key_version,
        exportability=header.exportability,
        length=length,
    )


def write_exchange_block(
    algorithm: str,
    zmk: bytes,
    attributes: Attributes,
    key: bytes,
    random_bytes: Callable[[int], bytes],
) -> str:
    """*key* as a key block under *zmk*: version D if that is of AES, else B.

    Raises CommandRefused.
    """
    version = "D" if algorithm == "A" else "B"
    try:
        size = padding_length_tr31(version, len(key), HIDDEN_LENGTHS.get(attributes.algorithm, 0))
        return wrap_key_tr31(zmk, attributes.header(version), key, random_bytes(size))
    except KeyBlockRefused as error:
        raise block_refusal(error) from None
    except KeyRefused:
        raise CommandRefused(WRAPPING_KEY_REFUSED) from None


def open_exchange_block(zmk: bytes, text: str, use: KeyUse) -> tuple[Attributes, bytes]:
    """What the key block *text* under *zmk* says and holds. Raises CommandRefused."""
    try:
        header, key = unwrap_key_tr31(zmk, text)
    except KeyBlockRefused as error:
        raise block_refusal(error) from None
    except KeyRefused:
        raise CommandRefused(WRAPPING_KEY_REFUSED) from None
    attributes = attributes_of(header, len(key))
    attributes.require(use)
    return attributes, key


def block_refusal(error: KeyBlockRefused) -> CommandRefused:
    """What is answered to a key block that is refused."""
    return CommandRefused(_CODES.get(error.reason, KEY_BLOCK_FORM_REFUSED))
