"""Whether an error carries card data of the message it is about: in its text, or in what it holds.

Card data are the values of fields that may never be shown, in characters, in hex and in packed hex.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cardswitch.specs.grammar.codepages import CODECS
from cardswitch.specs.masking import NEVER_STORED
from cardswitch.specs.message import Message

SECRET_FIELDS: Final = NEVER_STORED | {2, 34}
SECRET_SIZE_MIN: Final = 8  # characters; shorter ones are found by accident
_DIFFERENT_MIN: Final = 4  # characters that differ: 00000000 stands in many an innocent text
_CHAIN_MAX: Final = 16  # errors that each hold the next


def secrets_of(message: Message) -> tuple[str, ...]:
    """The values of *message* that no error may carry, upper case, in every form of writing.

    >>> secrets_of(Message("0200", {2: "9999991234567890", 4: "000000001250"}))[0]
    '9999991234567890'
    """
    values = [v.upper() for n, v in message.fields.items() if n in SECRET_FIELDS]
    telling = [v for v in values if len(v) >= SECRET_SIZE_MIN and len(set(v)) >= _DIFFERENT_MIN]
    return tuple(form for value in telling for form in dict.fromkeys(_forms(value)))


def leaked(error: BaseException, secrets: Iterable[str]) -> str:
    """Which part of *error* carries one of *secrets*, such as ``"text"``; empty if none does."""
    parts = list(_parts(error))
    whole = "\n".join([text for _, text in parts]).upper()
    if not any(secret in whole for secret in secrets):  # as it is nearly always
        return ""
    for name, text in parts:
        shown = text.upper()
        if any(secret in shown for secret in secrets):
            return name
    return ""


def _forms(value: str) -> Iterator[str]:
    yield value
    yield value.replace("=", "D")
    for page in ("ascii", "ebcdic-500"):
        yield value.encode(CODECS[page]).hex().upper()


def _parts(error: BaseException) -> Iterator[tuple[str, str]]:
    """What people and logs may see of *error* and of all that it holds on to."""
    waiting, seen = [("", error)], 0
    while waiting and seen < _CHAIN_MAX:
        name, current = waiting.pop()
        seen += 1
        yield f"{name}text", str(current)
        yield f"{name}repr", repr(current)
        yield f"{name}args", repr(current.args)
        # What an echo may hold is decided by field number. Once lengths are wrong, card data may
        # be read as any field: see :class:`cardswitch.specs.errors.DecodeError`.
        for key, value in vars(current).items():
            if not isinstance(value, Message):
                yield f"{name}{key}", repr(value)
        held = (("context.", current.__context__), ("cause.", current.__cause__))
        waiting += [(name + which, other) for which, other in held if other is not None]
