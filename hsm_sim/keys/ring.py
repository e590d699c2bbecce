"""Keys under an LMK, and what is refused of a key; how they stand there is for two to know.

`VariantRing` (:mod:`cardswitch.hsm_sim.keys.variants`) and `BlockRing`
(:mod:`cardswitch.hsm_sim.keys.blocks`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Generic, TypeVar

from cardswitch.specs.hsm.errors import (
    CRYPTOGRAPHY_FAILED,
    KEY_ALGORITHM_REFUSED,
    KEY_LENGTH_REFUSED,
    KEY_PARTS_REPEATED,
    KEY_SCHEME_REFUSED,
    KEY_TYPE_UNKNOWN,
    LMK_CHANGE_REFUSED,
    SOURCE_KEY_REFUSED,
)
from cardswitch.specs.hsm.names import BY_ATTRIBUTES
from cardswitch.specs.security.block_lmk import BlockLmk
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.keys import (
    adjust_parity,
    has_repeated_parts,
    is_weak,
)
from cardswitch.specs.security.lmk import (
    LmkSet,
)

from ..custody.policy import CommandRefused, Policy
from ..custody.storage import UserStorage
from .attributes import Attributes
from .clear import AES, SINGLE_LENGTH, TDES, ClearKey
from .uses import USE_OF_TYPE, USE_OF_USAGE, KeyUse

# Keys kept in clear, by their text under the LMK: the keys of some thousand terminals.
KEYS_CACHED_MAX: Final = 4_096
# Tries until a random key breaks no rule; that a second is needed has a chance of 1 in 2^50.
GENERATION_TRIES_MAX: Final = 10
_USAGE: Final = slice(6, 8)  # behind S or R, the version, and the length of a key block
_CODES: Final = {
    "scheme": KEY_SCHEME_REFUSED,
    "type": KEY_TYPE_UNKNOWN,
    "length": KEY_LENGTH_REFUSED,
    "strength": KEY_LENGTH_REFUSED,
    "repeated": KEY_PARTS_REPEATED,
}

Fields = Mapping[str, str]
AnyLmk = TypeVar("AnyLmk", LmkSet, BlockLmk)


class RuleBroken(KeyRefused):
    """A key that is sound, but for the *rule* of the policy."""

    def __init__(self, rule: str, reason: str, text: str) -> None:
        super().__init__(reason, text)
        self.rule = rule


class KeyRing(ABC):
    """The keys under one LMK: from under it and back, what is refused of a key, and new ones."""

    lmk: LmkSet | BlockLmk
    new_key_scheme: str  # what keys under this LMK begin with, where the client does not say

    def __init__(
        self, policy: Policy, random_bytes: Callable[[int], bytes], storage: UserStorage
    ) -> None:
        self.policy = policy
        self.random_bytes = random_bytes
        self._storage = storage
        # The keys under the old LMK, which is in key change storage since the LMK was changed.
        self.old_lmk: KeyRing | None = None
        self._opened = lru_cache(maxsize=KEYS_CACHED_MAX)(self._open)

    def open(self, use: KeyUse, text: str, refused: str = SOURCE_KEY_REFUSED) -> bytes:
        """The clear TDES key that *text* holds under the LMK for *use*; see :meth:`open_any`.

        Raises CommandRefused, also A7 for a key of AES.
        """
        key = self.open_any(use, text, refused)
        if key.algorithm != TDES:
            raise CommandRefused(KEY_ALGORITHM_REFUSED)
        return key.value

    def open_any(self, use: KeyUse, text: str, refused: str = SOURCE_KEY_REFUSED) -> ClearKey:
        """The clear key that *text* holds under the LMK for *use*, or ``K`` and an index.

        A key of another type decrypts to noise, which its parity shows: the code is then *refused*,
        as for weak keys. Raises CommandRefused: that, 12 index, 26 scheme, 27 length, 28 type, 75
        repeated parts; of key blocks 83, 84, A4 to A9.
        """
        text = self._storage.resolve(text)
        try:
            return self._opened(use, text)
        except KeyRefused as error:
            raise refusal(error, refused) from None

    @abstractmethod
    def close(self, use: KeyUse, scheme: str, key: ClearKey, fields: Fields | None = None) -> str:
        """*key* under the LMK for *use*; *fields* may hold attributes.

        Raises CommandRefused: 26, 28.
        """

    @abstractmethod
    def generate(self, use: KeyUse, scheme: str, fields: Fields | None = None) -> ClearKey:
        """A new key for *use*, as *scheme* or the attributes in *fields* say.

        Raises CommandRefused.
        """

    @abstractmethod
    def check_value(self) -> str:
        """16 hexadecimal digits that tell this LMK from others."""

    def under_old_lmk(self) -> KeyRing:
        """The keys under the old LMK in key change storage.

        Raises CommandRefused (33) if it is empty.
        """
        if self.old_lmk is None:
            raise CommandRefused(LMK_CHANGE_REFUSED)
        return self.old_lmk

    def use_of(self, fields: Fields) -> KeyUse:
        """What the key is for that a command calls by type, or FFF: as attributes or its block say.

        Raises CommandRefused: 28.
        """
        key_type = fields["key_type"]
        if key_type == BY_ATTRIBUTES and "attributes" in fields:
            use = USE_OF_USAGE.get(Attributes.read(fields["attributes"]).usage)
        elif key_type == BY_ATTRIBUTES:
            text = self._storage.resolve(fields.get("key", ""))
            use = USE_OF_USAGE.get(text[_USAGE]) if text[:1] in ("S", "R") else None
        else:
            use = USE_OF_TYPE.get(key_type)
        if use is None:
            raise CommandRefused(KEY_TYPE_UNKNOWN)
        return use

    def judge(self, key: ClearKey) -> None:
        """Raise KeyRefused if *key*, of odd parity, breaks a rule of the policy."""
        if key.algorithm != TDES:
            return
        if self.policy.refuse_single_length and len(key.value) == SINGLE_LENGTH:
            raise RuleBroken(
                "refuse_single_length", "length", "expected a key of two parts or three"
            )
        if self.policy.refuse_weak_keys and is_weak(key.value):
            raise RuleBroken("refuse_weak_keys", "weak", "expected a key without weak parts")
        if self.policy.refuse_repeated_parts and has_repeated_parts(key.value):
            raise RuleBroken("refuse_repeated_parts", "repeated", "expected a key of unlike parts")

    def new_key(self, algorithm: str, length: int) -> ClearKey:
        """A random key of *length* bytes that breaks no rule. Raises CommandRefused: 27, 42."""
        if algorithm == AES:
            return ClearKey(AES, self.random_bytes(length))
        if self.policy.refuse_single_length and length == SINGLE_LENGTH:
            raise CommandRefused(KEY_LENGTH_REFUSED, rule="refuse_single_length")
        for _ in range(GENERATION_TRIES_MAX):
            value = adjust_parity(self.random_bytes(length))
            if not is_weak(value) and not has_repeated_parts(value):
                return ClearKey(TDES, value)
        raise CommandRefused(CRYPTOGRAPHY_FAILED)

    @abstractmethod
    def _open(self, use: KeyUse, text: str) -> ClearKey:
        """What :meth:`open_any` keeps. Raises KeyRefused and CommandRefused."""


class LmkRing(KeyRing, Generic[AnyLmk]):
    """The keys under an LMK of one kind, which is not erased."""

    lmk: AnyLmk

    def __init__(
        self,
        lmk: AnyLmk,
        policy: Policy,
        random_bytes: Callable[[int], bytes],
        storage: UserStorage | None = None,
    ) -> None:
        super().__init__(policy, random_bytes, storage or UserStorage())
        self.lmk = lmk


def refusal(error: KeyRefused, refused: str) -> CommandRefused:
    """What is answered to *error*; *refused* where only the key's place tells the code."""
    rule = error.rule if isinstance(error, RuleBroken) else ""
    return CommandRefused(_CODES.get(error.reason, refused), rule=rule)
