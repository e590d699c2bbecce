"""The table-driven codec: slow, and says exactly what is wrong. The generated one agrees with it.

A value error of known length does not stop the reading, so that the fields which an answer with
code 30 repeats can still be found further on; the first error is the one raised.
"""

from __future__ import annotations

from ..errors import DecodeError, EncodeError
from ..grammar.bitmap import (
    BITMAP_SIZE,
    IN_FIELD_65,
    SECOND,
    SECOND_MAX,
    THIRD,
    numbers_of,
)
from ..grammar.encodings import HEX_DIGITS
from ..grammar.mti import is_answerable
from ..masking import ECHO_FIELDS, printable
from ..message import Message, MessageError
from .form import Form

_STAN = 11


def unpack(form: Form, data: bytes) -> Message:
    """Read the whole of *data* as one message of *form*; MessageError names the first fault."""
    mti, fields = "", dict[int, str]()
    fault: DecodeError | None
    try:
        mti, offset = read_mti(form, data)
        numbers, offset, fault = read_bitmaps(form, data, offset)
        later = _read_fields(form, data, offset, numbers, fields)
        fault = fault or later
    except DecodeError as error:
        fault = error
    if fault is None:
        return Message(mti, fields)
    refused = MessageError.of(fault)
    if _STAN in fields and is_answerable(mti):
        refused.echo = Message(mti, {n: v for n, v in fields.items() if n in ECHO_FIELDS})
    raise refused


def pack(form: Form, message: Message) -> bytes:
    """Write *message* in *form*; EncodeError names the first field that cannot be written."""
    if message.mti not in form.mti_bytes:
        raise EncodeError(
            f"an MTI of version {form.version}",
            code="mti",
            field="MTI",
            seen=printable(str(message.mti), 4),
        )
    if not message.fields:
        raise EncodeError(
            "at least one field",
            code="no-fields",
            hint="a message of an MTI alone is no message",
        )
    for number in message.fields:
        if number not in form.fields:
            hint = "the bitmap is made by the codec" if number in (SECOND, THIRD) else ""
            seen = printable(str(number), 8)
            raise EncodeError(
                f"a field that {form.name} defines",
                code="field-undefined",
                field=seen,
                hint=hint,
            )
    numbers = sorted(message.fields)
    if numbers[-1] > form.bitmaps.highest:
        raise EncodeError(
            f"a field up to {form.bitmaps.highest}",
            code="field-undefined",
            field=str(numbers[-1]),
            hint=f"the bitmap of {form.name} has {form.bitmaps} bytes",
        )
    parts = {number: form.fields[number].write(message.fields[number]) for number in numbers}
    bits = form.bitmaps.bits_of(numbers).hex().upper()
    if numbers[-1] > SECOND_MAX and form.bitmaps.third == IN_FIELD_65:
        parts[THIRD] = form.bitmap.encode(bits[32:])
        bits = bits[:32]
    body = [parts[number] for number in sorted(parts)]
    return b"".join([form.mti_bytes[message.mti], form.bitmap.encode(bits), *body])


def read_mti(form: Form, data: bytes) -> tuple[str, int]:
    """The MTI and where the bitmap begins."""
    seen = data[: form.mti.size(4)]
    mti = form.mtis.get(seen)
    if mti is None:
        shown = seen.decode("latin-1") if form.mti.size(4) == 4 else seen.hex()
        raise DecodeError(
            f"an MTI of version {form.version} in {form.mti.name}",
            code="mti",
            field="MTI",
            offset=0,
            seen=repr(printable(shown, 4)),
            hint="is the header stripped, and is this the dialect of the link?",
        )
    return mti, len(seen)


def read_bitmaps(form: Form, data: bytes, offset: int) -> tuple[list[int], int, DecodeError | None]:
    """The field numbers, where the first field begins, and what is wrong with the bitmap."""
    bits, end = _read_part(form, data, offset, "bitmap")
    while len(bits) < form.bitmaps.size or (not form.bitmaps.size and _goes_on(form, bits)):
        more, end = _read_part(form, data, end, str(len(bits) * 8 - 63))
        bits += more
    # A third bitmap among the fields is still to come: there its bit counts as that of a field.
    numbers = form.bitmaps.numbers_of(bits)
    highest = numbers[-1] if numbers else 0
    if form.bitmaps.size and numbers:
        if bits != form.bitmaps.bits_of(numbers):
            return numbers, end, _marked(form, offset)
    elif highest <= (len(bits) - BITMAP_SIZE) * 8:
        fault = DecodeError(
            "a field for each bitmap",
            code="bitmap-empty",
            field="bitmap",
            offset=offset,
            seen="none" if not highest else f"none above {(len(bits) - BITMAP_SIZE) * 8}",
            hint="bits 1 and 65 are set only where a field above 64 or 128 follows",
        )
        return numbers, end, fault
    return known_fields(form, offset, numbers, end)


def _goes_on(form: Form, bits: bytes) -> bool:
    """Whether the first bit of the last bitmap in *bits* says that another one follows them."""
    last = bits[-BITMAP_SIZE:]
    return last[0] & 0x80 > 0 and len(bits) < form.bitmaps.sizes[-1]


def _marked(form: Form, offset: int) -> DecodeError:
    """The fault of bitmaps that are always there, and whose bits 1 and 65 are not as agreed."""
    said = form.bitmaps.marked or "bit 1 set where a field above 64 follows, 65 where one above 128"
    return DecodeError(
        f"a bitmap of {form.bitmaps.size} bytes, {said}",
        code="bitmap-marks",
        field="bitmap",
        offset=offset,
        hint="bitmaps = '8 + 8' is for links on which bit 1 says that a second bitmap follows",
    )


def known_fields(
    form: Form, offset: int, numbers: list[int], end: int
) -> tuple[list[int], int, DecodeError | None]:
    """*numbers* up to the first that is not defined, and what is wrong with that one."""
    bitmaps = (THIRD,) if form.bitmaps.third == IN_FIELD_65 else ()
    unknown = next((n for n in numbers if n not in form.fields and n not in bitmaps), None)
    if unknown is None:
        return numbers, end, None
    fault = DecodeError(
        f"a field that {form.name} defines",
        code="field-undefined",
        field=str(unknown),
        offset=offset + form.bitmap.index((unknown - 1) // 4, 48),
        seen="its bit in the bitmap",
        hint="a third bitmap is not defined" if unknown == THIRD else "is the dialect right?",
    )
    return numbers[: numbers.index(unknown) + 1], end, fault


def _read_part(form: Form, data: bytes, offset: int, field: str) -> tuple[bytes, int]:
    """One bitmap of 64 bits and where it ends."""
    length = BITMAP_SIZE * 2
    end = offset + form.bitmap.size(length)
    if end > len(data):
        raise DecodeError(
            f"a bitmap of {end - offset} bytes",
            code="bitmap-short",
            field=field,
            offset=offset,
            seen=f"{len(data) - offset} bytes",
        )
    text = form.bitmap.decode(data[offset:end], length)
    wrong = next((i for i, character in enumerate(text) if character not in HEX_DIGITS), None)
    if wrong is not None:
        raise DecodeError(
            "a bitmap of 16 upper-case hexadecimal digits",
            code="bitmap-digits",
            field=field,
            offset=offset + wrong,
            seen=f"byte {data[offset + wrong]:02X}",
            hint="is the bitmap of this link in binary?",
        )
    return bytes.fromhex(text), end


def _read_fields(
    form: Form, data: bytes, offset: int, numbers: list[int], fields: dict[int, str]
) -> DecodeError | None:
    """Fill *fields* as far as they can be read; the first fault of them, if any."""
    first: DecodeError | None = None
    for number in numbers:
        if number == THIRD and form.bitmaps.third == IN_FIELD_65:
            try:
                offset = read_third(form, data, offset, numbers)
            except DecodeError as fault:
                return first or fault
            continue
        field = form.fields.get(number)
        if field is None:  # named by the bitmap already; where it ends nobody knows
            return first
        try:
            start, end, length = field.locate(data, offset)
        except DecodeError as fault:
            return first or fault
        try:
            fields[number] = field.read(data, start, end, length)
        except DecodeError as fault:
            first = first or fault
        offset = end
    if offset != len(data):
        first = first or DecodeError(
            f"the end of the message after field {numbers[-1] if numbers else 'none'}",
            code="trailing-bytes",
            offset=offset,
            seen=f"{len(data) - offset} more bytes",
            hint="a bit may be missing in the bitmap, or a length may be too short",
        )
    return first


def read_third(form: Form, data: bytes, offset: int, numbers: list[int]) -> int:
    """Read the bitmap in field 65 and add what it says to *numbers*; where it ends."""
    bits, end = _read_part(form, data, offset, "65")
    more = [SECOND_MAX + number for number in numbers_of(bits)]
    if not more:
        hint = "bit 65 is set only where a field above 128 follows"
        raise DecodeError(
            "a field for each bitmap", code="bitmap-empty", field="65", offset=offset, hint=hint
        )
    known, _, fault = known_fields(form, offset, more, end)
    if fault is not None:
        fault.offset = offset + form.bitmap.index((known[-1] - SECOND_MAX - 1) // 4, 16)
        raise fault
    numbers += more
    return end
