"""What a message must be: ``39=00``, ``54.1~^00``, ``mti=0210``."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import open_fields, printable
from cardswitch.specs.message import Message

_FORM = re.compile(r"(mti|[0-9A-Za-z.]+)([=~])(.*)", re.DOTALL)
MTI = "mti"


class Expectation(Struct, frozen=True):
    """That the field or part at *path* is *wanted*, or that the pattern *wanted* is found in it."""

    path: str
    kind: Literal["=", "~"]
    wanted: str

    def fault(self, dialect: Dialect, message: Message) -> str:
        """In what *message* differs, card data masked; empty if it does not."""
        try:
            seen = message.mti if self.path == MTI else dialect.read(message, self.path)
        except FormatError:
            return f"{self.path}: expected {self._words(dialect)}, and it is not there"
        good = seen == self.wanted if self.kind == "=" else re.search(self.wanted, seen) is not None
        if good:
            return ""
        shown = printable(seen) if self._is_open(dialect) else "another value"
        return f"{self.path}: expected {self._words(dialect)}, seen {shown}"

    def _is_open(self, dialect: Dialect) -> bool:
        number = self.path.partition(".")[0]
        return number == MTI or int(number) in open_fields(dialect.version)

    def _words(self, dialect: Dialect) -> str:
        if not self._is_open(dialect):
            return "what was asked for"
        wanted = printable(self.wanted)
        return wanted if self.kind == "=" else f"what has {wanted}"


def read_expectation(text: str) -> Expectation:
    """What *text* expects; FormatError if it says nothing such.

    >>> read_expectation("39=00")
    Expectation(path='39', kind='=', wanted='00')
    """
    found = _FORM.fullmatch(text)
    if found is None or (found[1] != MTI and not found[1].partition(".")[0].isdecimal()):
        raise FormatError("PATH=VALUE or PATH~PATTERN", hint="such as 39=00, 54.1~^00, mti=0210")
    try:
        re.compile(found[3])
    except re.error as error:
        if found[2] == "~":
            raise FormatError("a regular expression behind ~", hint=str(error)) from None
    return Expectation(found[1], "=" if found[2] == "=" else "~", found[3])
