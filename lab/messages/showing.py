"""From a message to what people see of it: names, meanings, parts; masked unless *unsafe*. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.bitmap import Bitmaps
from cardswitch.specs.grammar.mti import describe_mti
from cardswitch.specs.masking import (
    FREE_TEXT,
    OPEN_TAGS,
    PAN_DIGITS_USUAL,
    mask_pan,
    open_fields,
)
from cardswitch.specs.message import Message
from cardswitch.specs.parts.layout import Part
from cardswitch.specs.review.chip_words import Word, chip_meaning, chip_words
from cardswitch.specs.review.partial import Partial
from cardswitch.specs.review.service_words import service_words
from cardswitch.specs.review.tolerance import PADDING, parts_loosely
from cardswitch.specs.tracks import unpack_track2

from .meanings import AMOUNT, CURRENCY, meaning_of
from .shown import Shown, ShownMessage
from .values import shield, show_value

_TRACK_2: Final = 35
_CHIP: Final = "55."  # where paths of chip data begin
_EDITION_2003: Final = "2"  # first digit of its MTIs: field 22 is made of bits
FIELDS_KEPT: Final = 4_096  # shown before: those of some hundred messages
AGAIN_SIZE_MAX: Final = 64  # characters of a value that is likely to come again


def show(dialect: Dialect | None, message: Message, unsafe: bool = False) -> ShownMessage:
    """All that people see of *message*.

    Without a *dialect* fields have no names, and values neither meanings nor parts.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> shown = show(load_dialect("iso87-ascii"), Message("0210", {3: "012000", 39: "51"}))
    >>> shown.at("39").meaning, shown.at("3.1").text
    ('Insufficient funds', '01')
    """
    return show_partial(dialect, Partial(message=message, rest=0), unsafe)


def show_partial(dialect: Dialect | None, partial: Partial, unsafe: bool = False) -> ShownMessage:
    """All that people see of a message as far as it was read, and what is odd about it.

    Where something is wrong a length may be, so even what looks like a card number in a field that
    never has one is masked.
    """
    message, whole = partial.message, partial.fault is None
    is_right = whole and not partial.oddities
    given = message if unsafe or is_right else shield(message)
    edition = dialect.version if dialect else message.mti[:1]
    code = given.get(CURRENCY)
    return ShownMessage(
        mti=message.mti,
        mti_meaning=_mti(message.mti),
        header=tuple(_header(dialect, message)) if dialect else (),
        lead=message.header,
        bitmaps=dialect.bitmaps if dialect else Bitmaps(),
        fields=tuple(
            [
                (_field_again if len(value) <= AGAIN_SIZE_MAX else _field)(
                    dialect, edition, number, value, code if number == AMOUNT else "", unsafe
                )
                for number, value in sorted(given.fields.items())
            ]
        ),
        missing=tuple(_missing(dialect, message)) if dialect and whole else (),
        oddities=partial.oddities,
        as_received=partial.as_received if unsafe else {},
        whole=whole,
        masked=not unsafe,
    )


@lru_cache(FIELDS_KEPT)
def _mti(mti: str) -> str:
    try:
        return describe_mti(mti)
    except LookupError:
        return ""


def _header(dialect: Dialect, message: Message) -> Iterator[Shown]:
    header = dialect.header
    if header and len(message.header) >= header.size:
        for name, value in header.read(message.header[-header.size :]).items():
            yield Shown(name=name, text=value)


def _missing(dialect: Dialect, message: Message) -> Iterator[Shown]:
    for number in dialect.missing(message):
        yield Shown(path=f"{number}", name=dialect.fields[number].name, text="")


def _field(
    dialect: Dialect | None, edition: str, number: int, value: str, code: str, unsafe: bool
) -> Shown:
    """Field *number*; *code* is the currency of an amount."""
    field = dialect.fields.get(number) if dialect else None
    meaning = meaning_of(dialect, number, value, code) if dialect else ""
    # Stars for what looks like a card number would break bytes: of data sets sizes are shown.
    is_bytes = field is not None and field.notation.kind == "b" and number in FREE_TEXT
    is_open = unsafe or (number in open_fields(edition) and not is_bytes)
    text = show_value(number, value, unsafe, edition) if is_open or not is_bytes else hidden(value)
    children: tuple[Shown, ...] = ()
    fault: FormatError | None = None
    if number == _TRACK_2:
        children, fault = _track(value, unsafe)
    elif dialect is not None and f"{number}" in dialect.form.parts:
        # Of an open field the parts are those of what is shown: a number may span two of them.
        children, fault = show_parts(dialect, f"{number}", text if is_open else value, is_open)
    return Shown(
        path=f"{number}",
        name=field.name if field else "",
        text=text,
        meaning=meaning,
        children=children,
        fault=str(fault) if fault else "",
    )


# Most of what a message says was said by the one before.
_field_again = lru_cache(FIELDS_KEPT)(_field)


def show_parts(
    dialect: Dialect, path: str, value: str, is_open: bool = True
) -> tuple[tuple[Shown, ...], FormatError | None]:
    """The parts of *value*, which stands at *path*, and theirs; the first fault among them.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> show_parts(load_dialect("pos"), "55", "9F3602003C")[0][0].name
    'application transaction counter'
    """
    fault: FormatError | None
    parts, fault = parts_loosely(dialect, path, value)
    shown: list[Shown] = []
    for part in parts:  # As deep as layouts go: see DEPTH_MAX of cardswitch.specs.parts.
        one, later = _part(dialect, f"{path}.{part.key}", part, is_open)
        fault = fault or later
        shown.append(one)
    return tuple(shown), fault


def _part(
    dialect: Dialect, path: str, part: Part, is_open: bool
) -> tuple[Shown, FormatError | None]:
    children: tuple[Shown, ...] = ()
    fault: FormatError | None = None
    if part.key != PADDING:
        children, fault = show_parts(dialect, path, part.value, is_open)
    meaning = ""
    if path.startswith(_CHIP):
        # A tag that is short cannot hold a card number, even where it is not what it says.
        is_open = is_open or (part.key in OPEN_TAGS and len(part.value) < PAN_DIGITS_USUAL)
        children += _said(chip_words(part.key, part.value))
        meaning = chip_meaning(part.key, part.value) if is_open else ""
    elif dialect.version == _EDITION_2003 and is_open:
        children += _said(service_words(path, part.value))
    field = dialect.field_of(path)
    if field and is_open and not children:
        meaning = meaning or dialect.meaning(field, part.value)
    text = part.value if is_open else hidden(part.value)
    return Shown(path=path, name=part.name, text=text, meaning=meaning, children=children), fault


def _said(words: Sequence[Word]) -> tuple[Shown, ...]:
    """What bits say, under their part."""
    return tuple(Shown(name=word.place, text=word.text) for word in words)


def hidden(value: str) -> str:
    """What is shown of a part that is secret: its size."""
    return f"*** ({len(value)})"


def _track(value: str, unsafe: bool) -> tuple[tuple[Shown, ...], FormatError | None]:
    """Track 2 taken apart: no path leads there, it is one value."""
    try:
        track = unpack_track2(value)
    except FormatError as fault:
        return (), fault
    pan = track.pan if unsafe else mask_pan(track.pan)
    rows = [("card number", pan)] + [
        (name, text if unsafe else hidden(text))
        for name, text in (
            ("expiry (YYMM)", track.expiry),
            ("service code", track.service_code),
            ("discretionary data", track.discretionary),
        )
    ]
    return tuple(Shown(name=name, text=text) for name, text in rows), None
