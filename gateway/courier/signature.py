"""What an event is signed with: the time and a MAC for each secret, in one header. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hmac import digest

from cardswitch.wire.ports import Seconds


def signature(body: bytes, secrets: Iterable[str], now: Seconds) -> str:
    """``t=`` the time and a ``v1=`` for each of *secrets*: HMAC-SHA256 of time, a dot and *body*.

    >>> signature(b"{}", ["whsec_1"], 7.9)
    't=7,v1=dad1a59274d1e0f68e3998ac06b95bdea2cda3327ff6fd96e8889ee4cc859c5b'
    """
    signed = f"{int(now)}.".encode() + body
    macs = [digest(secret.encode(), signed, "sha256").hex() for secret in secrets]
    return ",".join([f"t={int(now)}", *(f"v1={mac}" for mac in macs)])
