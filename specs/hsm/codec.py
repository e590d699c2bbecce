"""Bytes to commands and answers, and back: the same code for a client and for a module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from cardswitch.specs.errors import EncodeError
from cardswitch.specs.masking import printable

from .commands import ANSWERS, COMMANDS
from .errors import COMMAND_DISABLED, NO_ERROR, HsmFormatError
from .grammar import HsmKind, HsmLayout, digits
from .values import Answer, Command, answer_code

# Of a frame without its length, in bytes: what NO says by its buffer 3, 32 kB.
BUFFER_SIZE: Final = 32_768
HEADER_SIZE: Final = 4  # What most hosts configure; a module and its clients must agree on it.
_TRAILER: Final = r"(?:\x19(?P<trailer>[ -~]{0,32}))?"
# Any command may name an LMK, and the attributes of the key block that it is to make: usage 2,
# algorithm and length 2, mode of use 1, version 2, exportability 1, no optional blocks (00).
_ATTRIBUTES: Final = "[0-9A-Z]{2}[ADHT][0-9][A-Z][0-9A-Z]{2}[ENS]00"
_COMMAND_END: Final = re.compile(
    rf"(?:%(?P<lmk_id>[0-9]{{2}}))?(?:#(?P<attributes>{_ATTRIBUTES}))?{_TRAILER}"
)
_ANSWER_END: Final = re.compile(_TRAILER)
_ENDS: Final = (  # by name: how it begins, and its form
    ("lmk_id", "%", digits(2)),
    ("attributes", "#", HsmKind(_ATTRIBUTES, "the attributes of a key block, such as P0T2B00N00")),
)
_END_NAMES: Final = frozenset(name for name, _, _ in _ENDS)
_TRAILER_KIND: Final = HsmKind("[ -~]{0,32}", "up to 32 printable ASCII characters")
_ERROR_CODE: Final = re.compile("[0-9A-Z]{2}")
_NO_FIELDS: Final = (HsmLayout(),)


def pack_command(command: Command) -> bytes:
    """The frame of *command*, without the two bytes of length that a link puts in front.

    Raises EncodeError, naming the field.

    >>> pack_command(Command("1234", "NC"))
    b'1234NC'
    """
    known = COMMANDS.get(command.code)
    if known is None:
        raise EncodeError("the code of a command that has a layout", field=_name(command.code))
    fields = command.fields
    if not _END_NAMES.isdisjoint(fields):
        return _pack_with_end(command, known.request)
    line = _write(known.request, fields, command.code)
    return _frame(command.header, command.code, line, command.trailer)


def _pack_with_end(command: Command, layouts: Sequence[HsmLayout]) -> bytes:
    """The frame of a *command* that names an LMK, or the attributes of a key."""
    fields, end = dict(command.fields), ""
    for name, lead, kind in _ENDS:
        value = fields.pop(name, None)
        if value is not None:
            _require(kind, value, f"{command.code}.{name}")
            end += f"{lead}{value}"
    line = _write(layouts, fields, command.code) + end
    return _frame(command.header, command.code, line, command.trailer)


def unpack_command(data: bytes, header_size: int = HEADER_SIZE) -> Command:
    """The command in the frame *data*, without its length.

    Raises HsmFormatError: what it carries suffices for an answer.

    >>> unpack_command(b"1234B20005HELLO%00").fields["data"]
    'HELLO'
    """
    text = data.decode("latin-1")
    start = header_size + 2
    header, code = text[:header_size], text[header_size:start]
    known = COMMANDS.get(code)
    layouts = known.request if known else ()
    for layout in layouts:
        line = layout.read(text, start)
        if line is None:
            continue
        fields, end = line
        if end == len(text):
            return Command(header, code, fields)
        rest = _COMMAND_END.fullmatch(text, end)
        if rest is not None:
            fields.update((name, rest[name]) for name, _, _ in _ENDS if rest[name] is not None)
            return Command(header, code, fields, rest["trailer"] or "")
    if len(text) < start:
        raise _cut_short(text, header_size, "a command")
    raise _fault(layouts, text, start, header, code)


def pack_answer(answer: Answer) -> bytes:
    """The frame of *answer*; without fields it is header, code and error alone.

    Raises EncodeError, naming the field.

    >>> pack_answer(Answer("1234", "CZ", "01"))
    b'1234CZ01'
    """
    if answer.error != NO_ERROR and not _ERROR_CODE.fullmatch(answer.error):
        raise EncodeError("2 digits or capitals", field=f"{_name(answer.code)}.error")
    line = _write(_answer_layouts(answer.code, answer.error), answer.fields, answer.code)
    return _frame(answer.header, answer.code, answer.error + line, answer.trailer)


def unpack_answer(data: bytes, header_size: int = HEADER_SIZE, trailer: str = "") -> Answer:
    """The answer in the frame *data*, without its length; errors have no fields, but warnings do.

    *trailer* is that of the command, if known: where data go to the end, nothing else tells it.
    Raises HsmFormatError.

    >>> unpack_answer(b"1234BV00B70AD25C94548822").fields
    {'kcv': 'B70AD25C94548822'}
    """
    text = data.decode("latin-1")
    start = header_size + 4
    header, code, error = text[:header_size], text[header_size : start - 2], text[start - 2 : start]
    if len(text) < start:
        raise _cut_short(text, header_size, "an answer")
    layouts = _answer_layouts(code, error)
    ending = f"\x19{trailer}"
    if trailer and text.endswith(ending):
        answer = unpack_answer(data[: -len(ending)], header_size)
        return Answer(answer.header, answer.code, answer.error, answer.fields, trailer)
    for layout in layouts:
        line = layout.read(text, start)
        if line is not None:
            if line[1] == len(text) and error == NO_ERROR:
                return Answer(header, code, error, line[0])
            rest = _ANSWER_END.fullmatch(text, line[1])
            if rest is not None and _ERROR_CODE.fullmatch(error):
                return Answer(header, code, error, line[0], rest["trailer"] or "")
    raise _fault(layouts, text, start, header, code)


def _answer_layouts(code: str, error: str) -> Sequence[HsmLayout]:
    """What may follow *error*: nothing, unless the command was performed or it is a warning."""
    known = ANSWERS.get(code)
    if error == NO_ERROR:
        return known.answer if known else ()
    return known.warnings.get(error, _NO_FIELDS) if known else _NO_FIELDS


def _write(layouts: Sequence[HsmLayout], fields: Mapping[str, str], code: str) -> str:
    """The line of *fields* in the first layout that has these names and admits these forms."""
    named: HsmLayout | None = None
    for layout in layouts:
        line = layout.write_checked(fields)
        if line is not None:
            return line
        if layout.takes(fields):
            named = layout
    if named:
        raise _unwritable(named, fields, code)
    known = frozenset[str]().union(*(layout.names for layout in layouts))
    unknown = ", ".join(map(printable, sorted(fields.keys() - known)))
    if unknown:
        expected = ", ".join(sorted(known)) or "none"
        raise EncodeError(f"no field {unknown}; the fields {expected}", field=_name(code))
    expected = " or ".join(", ".join(sorted(layout.names)) or "none" for layout in layouts)
    raise EncodeError(f"the fields {expected}", field=_name(code))


def _unwritable(layout: HsmLayout, fields: Mapping[str, str], code: str) -> EncodeError:
    """Which of *fields* does not have the form of its place."""
    wrong = (f for f in layout.fields if f.name in fields and not f.kind.admits(fields[f.name]))
    field = next(wrong, None)
    if field is None:
        return EncodeError("fields that can be told apart when read", field=code)
    seen = f"{len(fields[field.name])} characters"
    return EncodeError(field.kind.words, field=f"{code}.{field.name}", seen=seen)


def _frame(header: str, code: str, line: str, trailer: str) -> bytes:
    if trailer:
        _require(_TRAILER_KIND, trailer, f"{code}.trailer")
        line += f"\x19{trailer}"
    try:
        return f"{header}{code}{line}".encode("latin-1")
    except UnicodeEncodeError:
        raise EncodeError("characters of one byte each", field=_name(code)) from None


def _require(kind: HsmKind, value: str, field: str) -> None:
    if not kind.admits(value):
        raise EncodeError(kind.words, field=field, seen=f"{len(value)} characters")


def _name(code: str) -> str:
    """*code* where it is one; anything else might hide a secret."""
    return code if answer_code(code) else "code"


def _cut_short(text: str, header_size: int, what: str) -> HsmFormatError:
    header = text[:header_size] if len(text) >= header_size else ""
    return HsmFormatError(
        f"a header of {header_size} characters and {what} code",
        offset=len(text),
        hint="is the header length that of the module?",
        header=header,
    )


def _fault(
    layouts: Sequence[HsmLayout], text: str, start: int, header: str, code: str
) -> HsmFormatError:
    """Why no layout fits: the fault of the one that came furthest."""
    if not layouts:
        expected, offset, field, error = "a known code", start - 2, "code", COMMAND_DISABLED
    else:
        fault = max((layout.fault(text, start) for layout in layouts), key=lambda f: f.offset)
        expected, offset, error = fault.expected, fault.offset, fault.error
        field = f"{code}.{fault.field}" if fault.field else code
    return HsmFormatError(
        expected, field=field, offset=offset, header=header, code=code, error_code=error
    )
