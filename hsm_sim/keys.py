"""KeyRing: keys from under the local master key and back, and what is refused of a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, cast

from specs.hsm.errors import (
    CRYPTOGRAPHY_FAILED,
    KEY_LENGTH_REFUSED,
    KEY_PARTS_REPEATED,
    KEY_SCHEME_REFUSED,
    KEY_TYPE_UNKNOWN,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from specs.security.errors import KeyRefused
from specs.security.keys import adjust_parity, has_repeated_parts, is_weak
from specs.security.lmk import (
    LmkSet,
    unwrap_key,
    unwrap_key_under_key,
    wrap_key,
    wrap_key_under_key,
)
from specs.security.schemes import Scheme

from .policy import Policy, Refused

# In this order: ZMK, ZPK, TMK with TPK and PVK, TAK, CVK; ZAK, BDK, the master keys of cards
# (cryptograms, two for scripts, DAC, DN, CVC3); ZEK, DEK.
KEY_TYPES: Final = frozenset(
    (
        *("000", "001", "002", "003", "402"),
        *("008", "009", "109", "209", "309", "409", "509", "709"),
        *("00A", "00B"),
    )
)
# Keys kept in clear, by their text under the LMK: the keys of some thousand terminals.
KEYS_CACHED_MAX: Final = 4_096
# Tries until a random key breaks no rule; that a second is needed has a chance of 1 in 2^50.
GENERATION_TRIES_MAX: Final = 10
SINGLE_LENGTH: Final = 8
# How long a key is, in bytes, that a scheme writes.
SCHEME_LENGTHS: Final[Mapping[str, int]] = {"Z": 8, "X": 16, "Y": 24, "U": 16, "T": 24}
_CODES: Final = {
    "scheme": KEY_SCHEME_REFUSED,
    "type": KEY_TYPE_UNKNOWN,
    "length": KEY_LENGTH_REFUSED,
    "repeated": KEY_PARTS_REPEATED,
}

Fields = Mapping[str, str]
# What performs a command: makes the fields of the answer from its own, or raises Refused.
Handler = Callable[["KeyRing", Fields], Fields]


class KeyRing:
    """The keys of one module: an LMK, the rules for keys, and where new ones come from."""

    def __init__(self, lmk: LmkSet, policy: Policy, random_bytes: Callable[[int], bytes]) -> None:
        self.lmk = lmk
        self.policy = policy
        self.random_bytes = random_bytes
        self._opened = lru_cache(maxsize=KEYS_CACHED_MAX)(self._open)

    def open(self, key_type: str, text: str, refused: str = SOURCE_KEY_REFUSED) -> bytes:
        """The clear key that *text* holds under the LMK as *key_type*.

        A key of another type decrypts to noise, which its parity shows: the code is then *refused*,
        as for weak keys. Raises Refused: that, 26 scheme, 27 length, 28 type, 75 repeated parts.
        """
        try:
            return self._opened(key_type, text)
        except KeyRefused as error:
            raise _refusal(error, refused) from None

    def close(self, key_type: str, scheme: str, key: bytes) -> str:
        """*key* under the LMK as *key_type*. Raises Refused: 26 scheme, 28 type."""
        require_type(key_type)
        require_scheme(scheme, key)
        return wrap_key(self.lmk, key_type, cast(Scheme, scheme), key)

    def generate(self, scheme: str) -> bytes:
        """A new key as long as *scheme* says. Raises Refused: 26 scheme, 27 length."""
        length = SCHEME_LENGTHS.get(scheme)
        if length is None:
            raise Refused(KEY_SCHEME_REFUSED)
        if self.policy.refuse_single_length and length == SINGLE_LENGTH:
            raise Refused(KEY_LENGTH_REFUSED)
        for _ in range(GENERATION_TRIES_MAX):
            key = adjust_parity(self.random_bytes(length))
            if not is_weak(key) and not has_repeated_parts(key):
                return key
        raise Refused(CRYPTOGRAPHY_FAILED)

    def send(self, zmk: bytes, scheme: str, key: bytes) -> str:
        """*key* in transport form under *zmk*. Raises Refused: 26 scheme, 27 length."""
        require_scheme(scheme, key)
        self._require_strength(zmk, key)
        try:
            return wrap_key_under_key(zmk, cast(Scheme, scheme), key)
        except KeyRefused as error:
            raise _refusal(error, SOURCE_KEY_REFUSED) from None

    def receive(self, zmk: bytes, text: str) -> tuple[bytes, bool]:
        """The key that came as *text* under *zmk*, and whether its parity had to be corrected.

        Raises Refused: 11 weak, 26 scheme, 27 length, 75 repeated parts.
        """
        try:
            received = unwrap_key_under_key(zmk, text)
            self._require_strength(zmk, received)
            key = adjust_parity(received)
            self._judge(key)
        except KeyRefused as error:
            raise _refusal(error, TARGET_KEY_REFUSED) from None
        return key, key != received

    def _open(self, key_type: str, text: str) -> bytes:
        require_type(key_type)
        key = unwrap_key(self.lmk, key_type, text)
        self._judge(key)
        return key

    def _judge(self, key: bytes) -> None:
        """Raise KeyRefused if *key*, of odd parity, breaks a rule of the policy."""
        if self.policy.refuse_single_length and len(key) == SINGLE_LENGTH:
            raise KeyRefused("length", "expected a key of two parts or three")
        if self.policy.refuse_weak_keys and is_weak(key):
            raise KeyRefused("weak", "expected a key without weak parts")
        if self.policy.refuse_repeated_parts and has_repeated_parts(key):
            raise KeyRefused("repeated", "expected a key whose parts differ")

    def _require_strength(self, zmk: bytes, key: bytes) -> None:
        if self.policy.refuse_weaker_wrapping and len(zmk) < len(key):
            raise Refused(KEY_LENGTH_REFUSED)


def _refusal(error: KeyRefused, refused: str) -> Refused:
    """What is answered to *error*; *refused* where only the key's place tells the code."""
    return Refused(_CODES.get(error.reason, refused))


def require_type(key_type: str) -> None:
    """Raise Refused (28) unless *key_type* is one of :data:`KEY_TYPES`."""
    if key_type not in KEY_TYPES:
        raise Refused(KEY_TYPE_UNKNOWN)


def require_scheme(scheme: str, key: bytes) -> None:
    """Raise Refused (26) unless *scheme* is one for keys as long as *key*."""
    if SCHEME_LENGTHS.get(scheme) != len(key):
        raise Refused(KEY_SCHEME_REFUSED)
