"""A message explained, always masked: a summary, its MTI by digits, its bitmap, what codes mean."""

from __future__ import annotations

from collections.abc import Callable
from string import digits

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.codes import NETWORK_CODES, entry_text, processing_text, reason
from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.bitmap import bitmap_of
from cardswitch.specs.grammar.mti import CLASSES, FUNCTIONS, ORIGINS, VERSIONS, describe_mti
from cardswitch.specs.masking import mask_pan, open_fields, printable
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import unpack_track2

from .fields import align


def describe(dialect: Dialect, message: Message) -> list[str]:
    """*message* explained, masked: a summary, MTI, bitmap, codes, and what is missing."""
    meanings = [(f"{number:>3}", text) for number, text in meanings_of(dialect, message)]
    missing = [(f"{n:>3}", dialect.fields[n].name) for n in dialect.missing(message)]
    lines = [summary(dialect, message), "", *_mti_lines(message.mti), "", *bitmap_grid(message)]
    if meanings:
        lines += ["", "Codes", *align(meanings)]
    if missing:
        lines += ["", f"Missing, though mandatory in {message.mti}", *align(missing)]
    return lines


def description_document(dialect: Dialect, message: Message) -> dict[str, object]:
    """The same as data: ``summary``, ``mti``, ``fields`` present, ``meanings`` and ``missing``."""
    return {
        "summary": summary(dialect, message),
        "mti": message.mti,
        "fields": sorted(message.fields),
        "meanings": {str(number): text for number, text in meanings_of(dialect, message)},
        "missing": dialect.missing(message),
    }


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


def meanings_of(dialect: Dialect, message: Message) -> list[tuple[int, str]]:
    """Numbers of fields that carry a code or an amount, and what it means."""
    readers: dict[int, Callable[[str], str]] = {3: processing_text}
    if dialect.version != "2":
        readers |= {4: lambda value: _amount(value, message.get(49)), 49: _currency_text}
    if dialect.version == "0":
        readers |= {22: entry_text, 39: reason_text}
        readers[70] = lambda code: NETWORK_CODES.get(code, f"network management code {code}")
    told = (
        (number, readers[number](value) if number in readers else _told(dialect, number, value))
        for number, value in sorted(message.fields.items())
    )
    return [(number, printable(meaning)) for number, meaning in told if meaning]


def _told(dialect: Dialect, number: int, value: str) -> str:
    """What the tables of the dialect say of an open field, or of the parts that it is made of."""
    if number not in open_fields(dialect.version):
        return ""
    if meaning := dialect.meaning(dialect.fields[number], value):
        return meaning
    try:
        parts = dialect.parts_of(number, value)
    except FormatError:
        return ""
    said = ((part, dialect.field_of(f"{number}.{part.key}")) for part in parts)
    told = (dialect.meaning(field, part.value) for part, field in said if field)
    return ", ".join(meaning for meaning in told if meaning)


def reason_text(code: str) -> str:
    """What *code* in field 39 says to whoever runs a switch.

    >>> reason_text("51")
    'answer 51: Insufficient funds'
    """
    return f"answer {code}: {reason(code).meaning}"


def _currency_text(code: str) -> str:
    try:
        known = currency(code)
    except FormatError:
        return f"{code}: no currency of ISO 4217"
    return f"{known.alpha}, {known.name}"


def _amount(minor: str, code: str) -> str:
    if not minor or minor.strip(digits):
        return "no amount"
    try:
        return f"{format_amount(int(minor), code)} {currency(code).alpha}"
    except FormatError:
        return f"{int(minor)} minor units of an unknown currency"


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
