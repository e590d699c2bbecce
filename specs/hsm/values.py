"""One HSM command and its answer as frozen values; shown, they hide all that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from cardswitch.specs.masking import printable

from .errors import NO_ERROR

_ORDER: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEXT: Final = dict(zip(_ORDER, _ORDER[1:] + _ORDER[:1], strict=True))


class Command(Struct, frozen=True, gc=False):
    """What a client asks: *fields* by the names of the command's layout, all as text.

    The module sends *header* and *trailer* back unchanged; the kernel stamps the header.
    """

    header: str
    code: str
    fields: Mapping[str, str] = {}
    trailer: str = ""

    def with_header(self, header: str) -> Command:
        """A copy that carries *header*."""
        return Command(header, self.code, self.fields, self.trailer)

    def __repr__(self) -> str:
        """Masked: fields hold PIN blocks and keys under other keys."""
        return f"<{printable(self.code)} header={printable(self.header)}>"


class Answer(Struct, frozen=True, gc=False):
    """What a module answers: *code* is the answer's own ("CB" to a "CA"), *error* "00" for success.

    *fields* is empty unless the command was performed.
    """

    header: str
    code: str
    error: str
    fields: Mapping[str, str] = {}
    trailer: str = ""

    @property
    def ok(self) -> bool:
        """Whether the command was performed: a verification that fails is not."""
        return self.error == NO_ERROR

    def __repr__(self) -> str:
        """Masked like a command."""
        code, error, header = map(printable, (self.code, self.error, self.header))
        return f"<{code} error={error} header={header}>"


def text_of(data: bytes) -> str:
    """*data* as a field holds them: a character for each byte."""
    return data.decode("latin-1")


@lru_cache(maxsize=len(_ORDER) ** 2)
def answer_code(code: str) -> str:
    """The code of the answer to command *code*: its second character moves on by one.

    The letters wrap from Z to 0 and the digits run into A. Empty if *code* is not two of A-Z, 0-9.

    >>> answer_code("CA"), answer_code("A0"), answer_code("NC"), answer_code("c\\n")
    ('CB', 'A1', 'ND', '')
    """
    if len(code) == 2 and code[0] in _NEXT and code[1] in _NEXT:
        return code[0] + _NEXT[code[1]]
    return ""
