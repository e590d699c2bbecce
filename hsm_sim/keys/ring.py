"""Keys as the module sees them: clear for a moment, under an LMK or another key outside.

`KeyRing` is what commands work with; how keys stand under its LMK is for `VariantRing` and
`BlockRing` (:mod:`cardswitch.hsm_sim.keys.blocks`) to know.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, cast

from msgspec import Struct

from cardswitch.specs.hsm.errors import (
    CRYPTOGRAPHY_FAILED,
    KEY_ALGORITHM_REFUSED,
    KEY_LENGTH_REFUSED,
    KEY_NOT_EXPORTABLE,
    KEY_PARTS_REPEATED,
    KEY_SCHEME_REFUSED,
    KEY_TYPE_UNKNOWN,
    LMK_CHANGE_REFUSED,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.hsm.names import BY_ATTRIBUTES
from cardswitch.specs.security.block_lmk import BlockLmk
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import (
    adjust_parity,
    has_repeated_parts,
    is_weak,
    key_check_value,
    key_check_value_aes,
)
from cardswitch.specs.security.lmk import (
    LmkSet,
    lmk_check_value,
    unwrap_key,
    unwrap_key_under_key,
    wrap_key,
    wrap_key_under_key,
)
from cardswitch.specs.security.schemes import Scheme

from ..custody.policy import Policy, Refused
from ..custody.state import ModuleState
from .attributes import Attributes, open_exchange_block, write_exchange_block
from .uses import USE_OF_TYPE, USE_OF_USAGE, KeyUse

# Keys kept in clear, by their text under the LMK: the keys of some thousand terminals.
KEYS_CACHED_MAX: Final = 4_096
# Tries until a random key breaks no rule; that a second is needed has a chance of 1 in 2^50.
GENERATION_TRIES_MAX: Final = 10
SINGLE_LENGTH: Final = 8
TDES: Final = "T"
AES: Final = "A"
# How long a key is, in bytes, that a scheme writes.
SCHEME_LENGTHS: Final[Mapping[str, int]] = {"Z": 8, "X": 16, "Y": 24, "U": 16, "T": 24}
EXCHANGE_BLOCK: Final = "R"  # the scheme of key blocks under another key than the LMK
_CODES: Final = {
    "scheme": KEY_SCHEME_REFUSED,
    "type": KEY_TYPE_UNKNOWN,
    "length": KEY_LENGTH_REFUSED,
    "strength": KEY_LENGTH_REFUSED,
    "repeated": KEY_PARTS_REPEATED,
}

Fields = Mapping[str, str]
# What performs a command: makes the fields of the answer from its own, or raises Refused.
Handler = Callable[["KeyRing", Fields], Fields]


class ClearKey(Struct, frozen=True):
    """A key in clear: *algorithm* T (TDES) or A (AES); what its key block said, if it had one."""

    algorithm: str
    value: bytes
    attributes: Attributes | None = None

    @property
    def kcv(self) -> str:
        """The check value that leaves the module: 6 hexadecimal digits."""
        if self.algorithm == AES:
            return key_check_value_aes(self.value, 3).hex().upper()
        return key_check_value(self.value).hex().upper()

    def __repr__(self) -> str:
        """The algorithm alone: a key may stand in any exception."""
        return f"<key of {len(self.value)} bytes, {self.algorithm}>"


class KeyRing(ABC):
    """The keys of one module under one LMK: the rules for keys, and where new ones come from.

    *state* is what changes while the module runs: who is authorised, what is stored.
    """

    lmk: LmkSet | BlockLmk
    new_key_scheme: str  # what keys under this LMK begin with, where the client does not say

    def __init__(
        self, policy: Policy, random_bytes: Callable[[int], bytes], state: ModuleState
    ) -> None:
        self.policy = policy
        self.random_bytes = random_bytes
        self.state = state
        self.old: KeyRing | None = None  # the keys of before, when the LMK was changed
        self._opened = lru_cache(maxsize=KEYS_CACHED_MAX)(self._open)

    def open(self, use: KeyUse, text: str, refused: str = SOURCE_KEY_REFUSED) -> bytes:
        """The clear TDES key that *text* holds under the LMK for *use*; see :meth:`open_any`.

        Raises Refused, also A7 for a key of AES.
        """
        key = self.open_any(use, text, refused)
        if key.algorithm != TDES:
            raise Refused(KEY_ALGORITHM_REFUSED)
        return key.value

    def open_any(self, use: KeyUse, text: str, refused: str = SOURCE_KEY_REFUSED) -> ClearKey:
        """The clear key that *text* holds under the LMK for *use*, or ``K`` and its place stored.

        A key of another type decrypts to noise, which its parity shows: the code is then *refused*,
        as for weak keys. Raises Refused: that, 12 place, 26 scheme, 27 length, 28 type, 75 repeated
        parts; of key blocks 83, 84, A4 to A9.
        """
        if text.startswith("K"):
            text = self.state.stored_key(text[1:])
        try:
            return self._opened(use, text)
        except KeyRefused as error:
            raise refusal(error, refused) from None

    @abstractmethod
    def close(self, use: KeyUse, scheme: str, key: ClearKey, fields: Fields | None = None) -> str:
        """*key* under the LMK for *use*; *fields* may hold attributes. Raises Refused: 26, 28."""

    @abstractmethod
    def generate(self, use: KeyUse, scheme: str, fields: Fields | None = None) -> ClearKey:
        """A new key for *use*, as *scheme* or the attributes in *fields* say. Raises Refused."""

    @abstractmethod
    def check_value(self) -> str:
        """16 hexadecimal digits that tell this LMK from others."""

    def old_ring(self) -> KeyRing:
        """The keys under the LMK of before. Raises Refused (33) if there is none."""
        if self.old is None:
            raise Refused(LMK_CHANGE_REFUSED)
        return self.old

    def use_of(self, fields: Fields) -> KeyUse:
        """What the key is for that a command calls by type, or FFF and attributes. Refused: 28."""
        key_type = fields["key_type"]
        if key_type == BY_ATTRIBUTES and "attributes" in fields:
            use = USE_OF_USAGE.get(Attributes.read(fields["attributes"]).usage)
        else:
            use = USE_OF_TYPE.get(key_type)
        if use is None:
            raise Refused(KEY_TYPE_UNKNOWN)
        return use

    def send(
        self, zmk: ClearKey, scheme: str, use: KeyUse, key: ClearKey, fields: Fields | None = None
    ) -> str:
        """*key* for *use* in transport form under *zmk*: by *scheme*, R for a key block.

        Raises Refused: 26 scheme, 27 length, AA if its key block says that it must not leave.
        """
        if (
            self.policy.obey_exportability
            and key.attributes is not None
            and key.attributes.exportability == "N"
        ):
            raise Refused(KEY_NOT_EXPORTABLE)
        if scheme == EXCHANGE_BLOCK:
            attributes = Attributes.of_key(use, key.algorithm, key.attributes, fields)
            self._require_strength(zmk, key)
            return EXCHANGE_BLOCK + write_exchange_block(
                zmk.algorithm, zmk.value, attributes, key.value, self.random_bytes
            )
        self._require_old_form(zmk, key)
        require_scheme(scheme, key.value)
        self._require_strength(zmk, key)
        try:
            return wrap_key_under_key(zmk.value, cast(Scheme, scheme), key.value)
        except KeyRefused as error:
            raise refusal(error, SOURCE_KEY_REFUSED) from None

    def receive(self, zmk: ClearKey, use: KeyUse, text: str) -> tuple[ClearKey, bool]:
        """The key that came as *text* under *zmk*, and whether its parity had to be corrected.

        Raises Refused: 11 weak, 26 scheme, 27 length, 75 repeated parts; of key blocks as for
        :meth:`open_any`.
        """
        try:
            if text.startswith(EXCHANGE_BLOCK):
                attributes, value = open_exchange_block(zmk.value, text[1:], use)
                received = ClearKey(attributes.algorithm, value, attributes)
            else:
                self._require_old_form(zmk)
                received = ClearKey(TDES, unwrap_key_under_key(zmk.value, text))
            self._require_strength(zmk, received)
            key = received
            if received.algorithm == TDES and not use.any_parity:
                key = ClearKey(TDES, adjust_parity(received.value), received.attributes)
            self.judge(key)
        except KeyRefused as error:
            raise refusal(error, TARGET_KEY_REFUSED) from None
        return key, key.value != received.value

    def judge(self, key: ClearKey) -> None:
        """Raise KeyRefused if *key*, of odd parity, breaks a rule of the policy."""
        if key.algorithm != TDES:
            return
        if self.policy.refuse_single_length and len(key.value) == SINGLE_LENGTH:
            raise KeyRefused("length", "expected a key of two parts or three")
        if self.policy.refuse_weak_keys and is_weak(key.value):
            raise KeyRefused("weak", "expected a key without weak parts")
        if self.policy.refuse_repeated_parts and has_repeated_parts(key.value):
            raise KeyRefused("repeated", "expected a key whose parts differ")

    def new_key(self, algorithm: str, length: int) -> ClearKey:
        """A random key of *length* bytes that breaks no rule. Raises Refused: 27, 42."""
        if algorithm == AES:
            return ClearKey(AES, self.random_bytes(length))
        if self.policy.refuse_single_length and length == SINGLE_LENGTH:
            raise Refused(KEY_LENGTH_REFUSED)
        for _ in range(GENERATION_TRIES_MAX):
            value = adjust_parity(self.random_bytes(length))
            if not is_weak(value) and not has_repeated_parts(value):
                return ClearKey(TDES, value)
        raise Refused(CRYPTOGRAPHY_FAILED)

    @abstractmethod
    def _open(self, use: KeyUse, text: str) -> ClearKey:
        """What :meth:`open_any` keeps. Raises KeyRefused and Refused."""

    def _require_old_form(self, *keys: ClearKey) -> None:
        """Raise Refused (26) unless keys may travel without a key block; those of AES may not."""
        if self.policy.key_blocks_only or any(key.algorithm != TDES for key in keys):
            raise Refused(KEY_SCHEME_REFUSED)

    def _require_strength(self, zmk: ClearKey, key: ClearKey) -> None:
        """No key travels under one that is weaker: any AES is stronger than any TDES."""
        if self.policy.refuse_weaker_wrapping and _strength(zmk) < _strength(key):
            raise Refused(KEY_LENGTH_REFUSED)


class VariantRing(KeyRing):
    """Keys under the twenty pairs of a variant LMK, schemes U, T, X, Y and Z."""

    lmk: LmkSet
    new_key_scheme = "U"

    def __init__(
        self,
        lmk: LmkSet,
        policy: Policy,
        random_bytes: Callable[[int], bytes],
        state: ModuleState | None = None,
    ) -> None:
        super().__init__(policy, random_bytes, state or ModuleState())
        self.lmk = lmk

    def close(self, use: KeyUse, scheme: str, key: ClearKey, fields: Fields | None = None) -> str:
        """See :meth:`KeyRing.close`."""
        if key.algorithm != TDES:
            raise Refused(KEY_ALGORITHM_REFUSED)
        require_scheme(scheme, key.value)
        return wrap_key(
            self.lmk,
            self._type_of(use),
            cast(Scheme, scheme),
            key.value,
            any_parity=use.any_parity,
        )

    def generate(self, use: KeyUse, scheme: str, fields: Fields | None = None) -> ClearKey:
        """See :meth:`KeyRing.generate`."""
        length = SCHEME_LENGTHS.get(scheme)
        if length is None:
            raise Refused(KEY_SCHEME_REFUSED)
        return self.new_key(TDES, length)

    def check_value(self) -> str:
        """See :meth:`KeyRing.check_value`."""
        return lmk_check_value(self.lmk)

    def _open(self, use: KeyUse, text: str) -> ClearKey:
        value = unwrap_key(self.lmk, self._type_of(use), text, any_parity=use.any_parity)
        key = ClearKey(TDES, value)
        self.judge(key)
        return key

    def _type_of(self, use: KeyUse) -> str:
        """The type of keys for *use*: PCI's, if terminal keys are to be kept apart."""
        return use.pci_type if use.pci_type and self.policy.separate_terminal_keys else use.key_type


def refusal(error: KeyRefused, refused: str) -> Refused:
    """What is answered to *error*; *refused* where only the key's place tells the code."""
    return Refused(_CODES.get(error.reason, refused))


def require_scheme(scheme: str, key: bytes) -> None:
    """Raise Refused (26) unless *scheme* is one for keys as long as *key*."""
    if SCHEME_LENGTHS.get(scheme) != len(key):
        raise Refused(KEY_SCHEME_REFUSED)


def _strength(key: ClearKey) -> int:
    """For comparison alone: by length, and all AES above all TDES."""
    return len(key.value) + (100 if key.algorithm == AES else 0)
