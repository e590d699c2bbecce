"""Pages: in which code page texts with national letters are, that a dialect has in ASCII."""

from __future__ import annotations

from typing import Final

from ..grammar.codepages import CODECS, NATIONAL
from ..grammar.encodings import Text
from ..grammar.fields import DIGITS
from .edits import Edit, group_edit
from .trial import Trial, is_like_national

_ASCII: Final = "ascii"
_WINDOWS: Final = frozenset(map(chr, range(0x80, 0xA0)))  # controls in Latin-1, marks in cp1252


def page_edit(trial: Trial) -> Edit | None:
    """Texts in the page of national letters that those of *trial* seem to be in; None if in none.

    They were read as Latin-1, a character a byte, and are odd.
    """
    odd = {oddity.field for oddity in trial.oddities if DIGITS.issuperset(oddity.field)}
    fields = [trial.dialect.fields[int(number)] for number in odd]
    numbers = [field.number for field in fields if field.encoding == Text(_ASCII)]
    values = [message[n] for message in trial.messages for n in numbers if n in message.fields]
    page = page_of([value for value in values if not value.isascii()])
    return group_edit("text", page) if page else None


def page_of(texts: list[str]) -> str:
    """The page of *texts*, which were read as Latin-1; empty if they are none, or no texts.

    >>> page_of(["Café"]), page_of(["CafÃ©"]), page_of(["\\x93Café\\x94 de Paris"]), page_of(["ÃÑ"])
    ('latin-1', 'utf-8', 'cp1252', '')
    """
    if not texts:
        return ""
    if all(map(_is_utf8, texts)):
        return "utf-8"
    if not all(map(is_like_national, texts)):
        return ""
    return "latin-1" if all(map(_WINDOWS.isdisjoint, texts)) else "cp1252"


def _is_utf8(text: str) -> bool:
    try:
        text.encode(CODECS[_ASCII]).decode(NATIONAL["utf-8"])
    except UnicodeDecodeError:
        return False
    return True
