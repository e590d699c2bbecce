"""What payment cryptography raises: the rule that is broken, by name; no key, PIN or block."""

from __future__ import annotations

from specs.errors import CryptoError


class _Refused(CryptoError):
    """*reason* is one word for programs to decide by; the text is for people."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class KeyRefused(_Refused):
    """A key breaks a rule; *reason* is ``parity``, ``scheme``, ``type`` or ``length``."""


class PinRefused(_Refused):
    """A PIN or PIN block breaks a rule.

    *reason* is ``length`` (not 4-12 digits), ``digits``, ``control`` (another format's block),
    ``fill``, ``block`` (not 8 bytes), ``format`` (unknown format code), ``account`` (not this PAN)
    or ``sealed`` (not a PIN under this LMK).
    """
