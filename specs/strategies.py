"""Hypothesis strategies made from a dialect: messages that are right, and bytes that are nearly so.

Public, for anyone who fuzzes a parser; needs the extra ``test``. Nothing imports this at run time.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice

from hypothesis import strategies as st

from .dialect import Dialect
from .fields import CLASSES, Field
from .message import Message
from .mti import legal_mtis

_CHUNK = 12  # characters drawn; longer values repeat them, which is quick and finds as much
_FIELDS_MAX = 12  # optional fields of one message
_PAN_FIELD = 2
# What numbers, lengths and hexadecimal digits must not be mistaken for.
_WRONG_DIGITS = b"+- :/@AFaf_.\x00\x0a\x80\xb2\xff\x1a\xa1"


def pans(bins: tuple[str, ...] = ("999999", "400000", "520000")) -> st.SearchStrategy[str]:
    """Account numbers of 13 to 19 digits under *bins*, with a right Luhn digit."""
    digits = st.text("0123456789", min_size=6, max_size=12)
    return st.builds(lambda first, rest: _with_luhn(first + rest), st.sampled_from(bins), digits)


def values(field: Field) -> st.SearchStrategy[str]:
    """Values that *field* can carry; lengths lean to the shortest and the longest."""
    if field.number == _PAN_FIELD and field.notation.characters == 19:
        return pans()
    kind, longest = field.notation.kind, field.notation.characters
    if kind == "x+n":
        amount = st.text("0123456789", min_size=longest - 1, max_size=longest - 1)
        return st.builds(str.__add__, st.sampled_from("CD"), amount)
    # A packed D reads as =, so only that separator comes back as it went.
    alphabet = sorted(CLASSES[kind] - ({"D"} if kind == "z" else set()))
    lengths = st.just(longest)
    if not field.is_fixed:
        legal = field.legal_lengths
        lengths = st.sampled_from([*legal[:20], *legal[-3:]])
    chunk = st.text(alphabet, min_size=_CHUNK, max_size=_CHUNK)
    text = st.builds(lambda size, part: "".join(islice(cycle(part), size)), lengths, chunk)
    return text.map(field.padding.strip) if field.padding else text


@st.composite
def messages(draw: st.DrawFn, dialect: Dialect, mti: str | None = None) -> Message:
    """Messages of *dialect*, of *mti* or of any: the mandatory fields and some others."""
    ruled = sorted(dialect.messages)
    mti = mti or draw(
        st.sampled_from(ruled) if ruled else st.sampled_from(legal_mtis(dialect.version))
    )
    rule = dialect.messages.get(mti)
    mandatory = rule.mandatory if rule else frozenset[int]()
    others = st.sets(st.sampled_from(sorted(dialect.fields)), min_size=1, max_size=_FIELDS_MAX)
    numbers = sorted(mandatory | draw(others))
    return Message(mti, {number: draw(values(dialect.fields[number])) for number in numbers})


def mutations(data: bytes) -> st.SearchStrategy[bytes]:
    """*data* with one to three faults: lengths, digits, bitmaps, ends."""
    return st.lists(_mutators(), min_size=1, max_size=3).map(lambda steps: _apply(steps, data))


Mutator = Callable[[bytes], bytes]


def _mutators() -> st.SearchStrategy[Mutator]:
    place = st.integers(0, 1 << 16)
    early = st.integers(0, 24)  # where MTI and bitmaps are
    wrong = st.sampled_from(_WRONG_DIGITS)
    return st.one_of(
        st.builds(_stepped, place, st.sampled_from([-1, 1])),  # lengths off by one
        st.builds(_replaced, place, wrong),  # wrong digits
        st.builds(_flipped, early, st.integers(0, 7)),  # lying bitmaps
        st.builds(_flipped, place, st.integers(0, 7)),
        st.builds(_cut, place),  # truncation
        st.builds(_tailed, st.binary(min_size=1, max_size=16)),  # a tail
        st.builds(_dropped, place),
    )


def _apply(steps: list[Mutator], data: bytes) -> bytes:
    for step in steps:
        data = step(data) if data else data
    return data


def _replaced(place: int, byte: int) -> Mutator:
    def mutate(data: bytes) -> bytes:
        at = place % len(data)
        return data[:at] + bytes([byte]) + data[at + 1 :]

    return mutate


def _stepped(place: int, step: int) -> Mutator:
    return lambda data: _replaced(place, (data[place % len(data)] + step) % 256)(data)


def _flipped(place: int, bit: int) -> Mutator:
    return lambda data: _replaced(place, data[place % len(data)] ^ 1 << bit)(data)


def _cut(place: int) -> Mutator:
    return lambda data: data[: place % len(data)]


def _tailed(tail: bytes) -> Mutator:
    return lambda data: data + tail


def _dropped(place: int) -> Mutator:
    return lambda data: data[: place % len(data)] + data[place % len(data) + 1 :]


def _with_luhn(digits: str) -> str:
    """*digits* and the check digit that makes them pass (ISO/IEC 7812-1, annex B)."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    plain = sum(int(digit) for digit in digits[-2::-2])
    return digits + str(-(doubled + plain) % 10)
