"""Which bytes of `data` must be what: neighbours are checked in one piece, a class in one pass."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Final

from ...grammar.codepages import CODECS
from ...grammar.encodings import Bcd
from ...grammar.fields import CLASSES, DIGITS
from ...grammar.prefixes import Prefix
from .code import Code, Place, at, moved

# `translate` first makes a table of 256: up to here, `lstrip` has searched all bytes before that.
_STRIP_MAX: Final = 32
_VARIABLE: Final[tuple[Place, Place]] = (0, 0), (1, 0)


class Checks:
    """Conditions under which generated code refuses `data`."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.conditions: list[str] = []
        self._spans: dict[bytes, list[tuple[Place, Place]]] = {}
        self._pieces: dict[bytes, list[str]] = {}

    def span(self, alphabet: bytes, start: Place, end: Place, prefix: Prefix | None = None) -> None:
        """The bytes from *start* to *end* must be of *alphabet*.

        Before them stands a *prefix*, which is legal already: what it holds may be checked again.
        """
        spans = self._spans.setdefault(alphabet, [])
        if spans:
            before = spans[-1][1]
            size = prefix.size if prefix else 0
            if before == start or (
                prefix and moved(before, size) == start and prefix_alphabet(prefix) <= set(alphabet)
            ):
                start = spans.pop()[0]
        spans.append((start, end))

    def piece(self, alphabet: bytes, expression: str) -> None:
        """The bytes that *expression* makes must be of *alphabet*."""
        self._pieces.setdefault(alphabet, []).append(expression)

    def digits(
        self, bcd: Bcd, kind: str, start: Place, end: Place, length: int | str, prefix: Prefix
    ) -> None:
        """From *start* to *end* there must be *length* digits of class *kind*, filled by *bcd*."""
        is_odd = "" if isinstance(length, int) else f"{length} & 1 and "
        edge = at(start) if bcd.left else at(moved(end, -1))
        alphabet = bcd_alphabet(kind)
        can_be_odd = not isinstance(length, int) or length % 2
        if bcd.fill in CLASSES[kind]:
            self.span(alphabet, start, end, prefix)
            if can_be_odd:
                nibble = f"data[{edge}] {'>> 4' if bcd.left else '& 15'}"
                self.conditions.append(f"{is_odd}{nibble} != {int(bcd.fill, 16)}")
        elif not can_be_odd:
            self.span(alphabet, start, end, prefix)
        else:
            odd = "1" if isinstance(length, int) else f"({length} & 1)"
            first = f"{at(start)} + {odd}" if bcd.left else at(start)
            last = at(end) if bcd.left else f"{at(end)} - {odd}"
            self.piece(alphabet, f"data[{first}:{last}]")
            edges = self.code.keep(f"edges_{len(self.conditions)}", filled_bytes(bcd, kind))
            self.conditions.append(f"{is_odd}data[{edge}] not in {edges}")

    def refuse(self) -> None:
        """Write the refusal of all that does not meet what is asked here."""
        for alphabet, spans in self._spans.items():
            for start, end in spans:
                self.piece(alphabet, f"data[{at(start)}:{at(end)}]")
        for alphabet, pieces in self._pieces.items():
            whole = pieces[0] if len(pieces) == 1 else f"({' + '.join(pieces)})"
            size = sum(_size(*span) for span in self._spans.get(alphabet, [_VARIABLE]))
            self.conditions.append(wrong_bytes(self.code, whole, alphabet, size))
        self.code.refuse(self.conditions)


def wrong_bytes(code: Code, data: str, alphabet: bytes, size: int) -> str:
    """An expression for what of *data*, at most *size* bytes, is not of *alphabet*."""
    name = code.keep(f"alphabet{len(code.objects)}", alphabet)
    return f"{data}.lstrip({name})" if size <= _STRIP_MAX else f"{data}.translate(None, {name})"


def _size(start: Place, end: Place) -> int:
    """How many bytes there are from *start* to *end*, or many if that varies."""
    return end[1] - start[1] if start[0] == end[0] else _STRIP_MAX + 1


def alphabet_of(kind: str, codec: str = "latin-1") -> bytes:
    """The bytes that stand for the characters of class *kind*."""
    return _text_alphabet(kind, codec)


@cache
def _text_alphabet(kind: str, codec: str) -> bytes:
    return "".join(sorted(CLASSES[kind])).encode(codec)


@cache
def bcd_alphabet(kind: str) -> bytes:
    """The bytes whose two nibbles both are digits of class *kind*."""
    nibbles = sorted(CLASSES[kind] - {"="})
    return bytes(int(high + low, 16) for high, low in product(nibbles, nibbles))


@cache
def filled_bytes(bcd: Bcd, kind: str) -> frozenset[int]:
    """The bytes of a digit of class *kind* and the nibble that fills an odd number up."""
    nibbles = CLASSES[kind] - {"="}
    return frozenset(
        int(bcd.fill + digit if bcd.left else digit + bcd.fill, 16) for digit in nibbles
    )


@cache
def prefix_alphabet(prefix: Prefix) -> frozenset[int]:
    """The bytes that a legal *prefix* may consist of."""
    if prefix.encoding in CODECS:
        return frozenset("".join(DIGITS).encode(CODECS[prefix.encoding]))
    return frozenset(bcd_alphabet("n")) if prefix.encoding == "bcd" else frozenset(range(256))
