"""Commands about the module itself."""

from __future__ import annotations

from ..values import Command


def diagnostics() -> Command:
    """NC: is the module there, which LMK and which firmware has it? Answers lmk_check, firmware."""
    return Command("", "NC")


def echo(data: str) -> Command:
    """B2: send *data* back. Answers data.

    >>> from cardswitch.specs.hsm.codec import pack_command
    >>> pack_command(echo("HELLO").with_header("0001"))
    b'0001B20005HELLO'
    """
    return Command("", "B2", {"data": data})
