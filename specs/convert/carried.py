"""What stands elsewhere on a link than programs of ours say it: CVC, address, CAVV, their results.

A dialect names the places under `[carried]`; ours are tags of the fields 44 and 48.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..codec.form import Carried
from ..dialect import Dialect
from ..errors import DecodeError, EncodeError, FormatError
from ..message import Message
from ..parts.paths import parse_path
from ..tlv import pack_private, unpack_private
from ..transactions.absent import CHECKS, NAMES_A_FIELD
from .rules import Loss

_BLANK: Final = " "


def take_ours(message: Message, dialect: Dialect) -> tuple[Message, dict[str, str]]:
    """*message*, which is ours, without what *dialect* carries elsewhere; and that by our paths."""
    taken: dict[str, str] = {}
    for number, tags in _ours(dialect).items():
        try:
            values = unpack_private(message.get(number), str(number))
        except DecodeError:
            continue  # It is no such field: an answer names a field there, perhaps.
        found = {tag: values.pop(tag) for tag in tags if tag in values}
        if found:
            taken |= {f"{number}.{tag}": value for tag, value in found.items()}
            left = pack_private(values, str(number))
            message = message.with_fields({number: left}) if left else message.without(number)
    return message, taken


def put_theirs(
    message: Message, values: Mapping[str, str], dialect: Dialect
) -> tuple[Message, list[Loss]]:
    """*message* of *dialect* with *values*, by our paths, where the dialect has them."""
    losses = []
    for ours, value in values.items():
        entry = dialect.form.carried[ours]
        number, _ = parse_path(entry.at)
        said = _said(entry, value)
        begun = message
        if entry.begin and number not in message.fields:
            begun = message.with_fields({number: entry.begin})
        try:
            if said is None:
                raise EncodeError("one of the values that are carried", field=entry.at)
            message = dialect.write(begun, entry.at, said)
        except FormatError as error:
            losses.append(Loss(ours, "dropped", f"{dialect.name} at {entry.at}: {error.expected}"))
    return message, losses


def take_theirs(message: Message, dialect: Dialect) -> tuple[Message, dict[str, str]]:
    """*message* of *dialect* without what stands elsewhere with us; and that by our paths.

    Raises DecodeError where a field is not made as the dialect says.
    """
    taken: dict[str, str] = {}
    spent: set[int] = set()
    for ours, entry in dialect.form.carried.items():
        number, _ = parse_path(entry.at)
        if number == CHECKS and message.get(39) in NAMES_A_FIELD:
            continue
        if number not in message.fields or not dialect.has(message, entry.at):
            continue
        value = _read(entry, dialect.read(message, entry.at))
        if value is None:
            continue
        taken[ours] = value
        if entry.begin:
            spent.add(number)  # Its parts stand at fixed places: it goes when all are read.
        else:
            message = dialect.delete(message, entry.at)
    return message.without(*spent) if spent else message, taken


def put_ours(message: Message, values: Mapping[str, str]) -> Message:
    """*message*, which is ours but for *values*, with those."""
    by_field: dict[int, dict[str, str]] = {}
    for path, value in values.items():
        number, [tag] = parse_path(path)
        by_field.setdefault(number, {})[tag] = value
    for number, tags in by_field.items():
        try:
            known = unpack_private(message.get(number), str(number))
        except DecodeError:
            known = {}
        message = message.with_fields({number: pack_private({**known, **tags}, str(number))})
    return message


def _ours(dialect: Dialect) -> dict[int, list[str]]:
    """The tags that are carried elsewhere, by our field."""
    tags: dict[int, list[str]] = {}
    for path in dialect.form.carried:
        number, [tag] = parse_path(path)
        tags.setdefault(number, []).append(tag)
    return tags


def _said(entry: Carried, value: str) -> str | None:
    """Our *value* as it is written there; None if it cannot be."""
    if entry.values:
        return entry.values.get(value)
    return entry.prefix + value.rjust(entry.width)


def _read(entry: Carried, text: str) -> str | None:
    """What *text* is with us; None: nothing is said there."""
    if entry.values:
        return next((ours for ours, theirs in entry.values.items() if theirs == text), None)
    if not text.startswith(entry.prefix) or not text.strip(_BLANK):
        return None
    return text[len(entry.prefix) :].lstrip(_BLANK) if entry.width else text[len(entry.prefix) :]
