"""What payment cryptography raises: the rule that is broken, by name; no key, PIN or block."""

from __future__ import annotations

from cardswitch.specs.errors import CryptoError


class _Refused(CryptoError):
    """*reason* is one word for programs to decide by; the text is for people."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class KeyRefused(_Refused):
    """A key breaks a rule.

    *reason* is ``parity``, ``scheme``, ``type``, ``length``, ``use`` (no use of such a key),
    ``counter`` (a KSN that no transaction has), ``strength`` (weaker than what it protects),
    ``components`` (too few), ``check`` (not the key of its check value); of RSA ``form`` (no RSA
    key), ``exponent`` (neither 3 nor 65537) or ``sealed`` (not under this LMK).
    """


class KeyBlockRefused(_Refused):
    """A key block breaks a rule, *offset* characters after its beginning (None: as a whole).

    *reason* is ``version``, ``length``, ``header`` (a field), ``block`` (an optional block),
    ``payload`` (its hexadecimal or size), ``mac`` (another key, or changed on the way) or ``key``
    (what it holds is no key of its algorithm).
    """

    def __init__(self, reason: str, text: str, offset: int | None = None) -> None:
        place = "" if offset is None else f"key block at character {offset}: "
        super().__init__(reason, place + text)
        self.offset = offset


class CertificateRefused(_Refused):
    """A certificate or signature of a chip card breaks a rule.

    *reason* is ``length``, ``header`` (another key's), ``format``, ``algorithm``, ``exponent``,
    ``hash``, ``expired``, ``subject`` (another card's or issuer's), ``checksum`` (of an authority's
    key), ``tags`` (of static data), ``dynamic`` (what a card signed), ``information`` or
    ``transaction`` (a card signed another one).
    """


class PinRefused(_Refused):
    """A PIN or PIN block breaks a rule.

    *reason* is ``length`` (not 4-12 digits), ``digits``, ``control`` (another format's block),
    ``fill``, ``block`` (not as long as its format), ``format`` (unknown format code), ``account``
    (not this PAN), ``table`` (of decimalisation), ``validation`` (data of IBM 3624) or ``sealed``
    (not a PIN under this LMK).
    """
