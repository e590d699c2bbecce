"""A message changed by words: ``4=000000001051``, ``55.9F36=0001``, ``mti=0420``. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.fields import DIGITS
from cardswitch.specs.message import Message

from .pasted.plain import read_hex

MTI_SIZE: Final = 4


def changed(
    dialect: Dialect, message: Message, changes: Iterable[str], deletions: Iterable[str] = ()
) -> Message:
    """*message* with *changes*, then without the fields and parts that *deletions* name.

    ``mti=`` changes its type, ``header=`` its header, in hex. Raises FormatError.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> changed(load_dialect("pos"), Message("0400", {11: "000001"}), ["mti=0420"], ["11"])
    <0420 >
    """
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals:
            raise FormatError(
                "PATH=VALUE to set", hint="such as 3.1=20, mti=0420, header=6000010000"
            )
        if path == "mti":
            message = Message(_mti(value), message.fields, message.header)
        elif path == "header":
            message = Message(
                message.mti, message.fields, read_hex(value.encode()) if value else b""
            )
        else:
            message = dialect.write(message, path, value)
    for path in deletions:
        message = dialect.delete(message, path)
    return message


def _mti(text: str) -> str:
    if len(text) != MTI_SIZE or not DIGITS.issuperset(text):
        raise FormatError("an MTI of four digits", hint="such as mti=0420")
    return text
