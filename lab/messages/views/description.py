"""A message explained, always masked: a summary, its MTI by digits, its bitmap, what codes mean."""

from __future__ import annotations

import json

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.bitmap import bitmap_of
from cardswitch.specs.grammar.mti import CLASSES, FUNCTIONS, ORIGINS, VERSIONS, describe_mti
from cardswitch.specs.masking import mask_pan, printable
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import unpack_track2

from ..meanings import meanings_of
from .table import align


class DescriptionView(Struct, frozen=True):
    """What a message says in words, and which mandatory fields are missing.

    Of a message that is not read to its end, nobody knows what is missing.
    """

    dialect: Dialect
    is_whole: bool = True

    def lines(self, message: Message) -> list[str]:
        """Summary, MTI, bitmap, codes, and what is missing."""
        dialect = self.dialect
        meanings = [(f"{number:>3}", text) for number, text in meanings_of(dialect, message)]
        missing = [(f"{n:>3}", dialect.fields[n].name) for n in self._missing(message)]
        lines = [summary(dialect, message), "", *_mti_lines(message.mti)]
        lines += ["", *bitmap_grid(message)] if self.is_whole else []
        if meanings:
            lines += ["", "Codes", *align(meanings)]
        if missing:
            lines += ["", f"Missing, though mandatory in {message.mti}", *align(missing)]
        return lines

    def json(self, message: Message) -> str:
        """``summary``, ``mti``, ``fields`` present, ``meanings`` and ``missing``."""
        meanings = {str(number): text for number, text in meanings_of(self.dialect, message)}
        document = {
            "summary": summary(self.dialect, message),
            "mti": message.mti,
            "fields": sorted(message.fields),
            "meanings": meanings,
            "missing": self._missing(message),
        }
        return json.dumps(document)

    def _missing(self, message: Message) -> list[int]:
        return self.dialect.missing(message) if self.is_whole else []


def summary(dialect: Dialect, message: Message) -> str:
    """*message* in one line, masked.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> echo = Message("0800", {7: "1123130500", 11: "000001", 70: "301"})
    >>> summary(load_dialect("iso87-ascii"), echo)
    '0800 network management request, echo, STAN 000001'
    """
    mti, said = message.mti, dict(meanings_of(dialect, message))
    words = [f"{mti} {CLASSES[mti[1]]} {FUNCTIONS[mti[2]]}"]
    words += [said[number] for number in (3, 4, 70) if number in said]
    if pan := _pan(message):
        words.append(f"card {mask_pan(pan)}")
    for number, name in ((41, "terminal"), (42, "merchant"), (11, "STAN")):
        if number in message.fields:
            words.append(f"{name} {printable(message[number].strip())}")
    words += [said[39]] if 39 in said else []
    return ", ".join(words)


def _pan(message: Message) -> str:
    """The card number of field 2, or of the track."""
    if pan := message.get(2):
        return pan
    try:
        return unpack_track2(message[35]).pan if 35 in message.fields else ""
    except FormatError:
        return ""


def _mti_lines(mti: str) -> list[str]:
    words = VERSIONS[mti[0]], CLASSES[mti[1]], FUNCTIONS[mti[2]], ORIGINS[mti[3]]
    names = "version", "class", "function", "origin"
    rows = list(zip(mti, names, words, strict=True))
    return [f"MTI {mti}: {describe_mti(mti)}", *(f"  {line}" for line in align(rows))]


def bitmap_grid(message: Message) -> list[str]:
    """The bitmap of *message*, a byte in a row: its hex, then eight numbers, brackets where set.

    >>> bitmap_grid(Message("0800", {3: "000000", 8: "00000000"}))[1]
    '21     1     2  [  3]    4     5     6     7  [  8]'
    """
    bits = bitmap_of(message.fields)
    rows = ["Bitmap, a byte in a row"]
    for at, byte in enumerate(bits):
        cells = (
            f"[{at * 8 + bit + 1:>3}]" if byte & 0x80 >> bit else f" {at * 8 + bit + 1:>3} "
            for bit in range(8)
        )
        rows.append(f"{byte:02X}  {' '.join(cells)}".rstrip())
    return rows
