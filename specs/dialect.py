"""A dialect: how messages are written on one kind of link, and the codec made from its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from . import walk
from .compile import MISFIT, compile_pack, compile_unpack
from .dialect_file import DialectFile, Rule, list_dialects, read_dialect_file
from .encodings import Bcd, Binary, Encoding, HexText, Signed, Text, encoding_of
from .errors import DialectError
from .fields import Field, Padding, make_field, parse_notation
from .message import Message
from .mti import VERSIONS, legal_mtis
from .prefixes import PREFIX_ENCODINGS
from .shapes import Shapes

__all__ = ["Dialect", "list_dialects", "load_dialect"]

DIALECTS_CACHED_MAX: Final = 64  # a process speaks a handful
# In which encodings a class may stand; all others are characters.
_FIT: Final[Mapping[str, tuple[type[Encoding], ...]]] = {
    "n": (Text, Bcd),
    "z": (Text, Bcd),
    "x+n": (Text, Bcd),
    "b": (Binary, HexText),
}
_DIGITS_OF: Final = {"x+n": "n"}
_FIRST_SEND: Final = str.maketrans("135", "024")


class Dialect:
    """How messages are written on one kind of link. Made by :func:`load_dialect`; never changed."""

    def __init__(
        self,
        name: str,
        title: str,
        version: str,
        mti: Encoding,
        bitmap: Encoding,
        fields: Mapping[int, Field],
        messages: Mapping[str, Rule],
    ) -> None:
        self.name = name
        self.title = title
        self.version = version
        self.mti = mti
        self.bitmap = bitmap
        self.fields = fields
        self.messages = messages
        self.mti_bytes = {known: mti.encode(known) for known in legal_mtis(version)}
        self.mtis = {data: known for known, data in self.mti_bytes.items()}
        self._bitmap_at = mti.size(4)
        self._bitmap_ends = (self._bitmap_at + bitmap.size(16), self._bitmap_at + bitmap.size(32))
        self._has_second = frozenset(bitmap.encode(f"{byte:02X}")[0] for byte in range(0x80, 0x100))
        self._unpackers = Shapes[bytes, Callable[[bytes], Message]](
            lambda shape: compile_unpack(self, shape)
        )
        self._packers = Shapes[tuple[int, ...], Callable[[Message], bytes]](
            lambda shape: compile_pack(self, shape)
        )

    def unpack(self, data: bytes) -> Message:
        """The message that the whole of *data*, without any header, stands for.

        Raises DecodeError with the field, the byte offset and what was expected there.

        >>> echo = b"08008220000000000000" + b"0400000000000000" + b"1123130500000001301"
        >>> load_dialect("iso87-ascii").unpack(echo)
        <0800 7=1123130500, 11=000001, 70=301>
        """
        try:
            at = self._bitmap_at
            end = self._bitmap_ends[data[at] in self._has_second]
            return self._unpackers[data[at:end]](data)
        except MISFIT:
            pass
        return walk.unpack(self, bytes(data))

    def pack(self, message: Message) -> bytes:
        """*message* as bytes, without any header; EncodeError names the field that does not fit.

        >>> load_dialect("pos").pack(Message("0810", {11: "000001", 39: "00"})).hex()
        '081000200000020000000000013030'
        """
        try:
            return self._packers[tuple(message.fields)](message)
        except MISFIT:
            pass
        return walk.pack(self, message)

    def missing(self, message: Message) -> list[int]:
        """The mandatory fields of its MTI that *message* lacks; a repeat is as its first send."""
        rule = self.messages.get(message.mti[:3] + message.mti[3:].translate(_FIRST_SEND))
        return sorted(rule.mandatory - message.fields.keys()) if rule else []

    def names(self) -> dict[int, str]:
        """The name of every field, by its number."""
        return {number: field.name for number, field in self.fields.items()}

    def __repr__(self) -> str:
        return f"<dialect {self.name}: {len(self.fields)} fields>"


@lru_cache(maxsize=DIALECTS_CACHED_MAX)
def load_dialect(name_or_path: str) -> Dialect:
    """The dialect shipped under that name, or read from a path that ends in ``.toml``.

    Raises DialectError, which says which file and where in it.
    """
    path, written = read_dialect_file(name_or_path)
    if written.version not in VERSIONS:
        raise DialectError(f"{path}: version: one of {', '.join(VERSIONS)} is expected")
    fields = {int(key): _field(path, written, key) for key in sorted(written.fields, key=int)}
    return Dialect(
        path.stem,
        written.title,
        written.version,
        _encoding(path, "mti", written.encodings.get("mti", ""), (Text, Bcd)),
        _encoding(path, "bitmap", written.encodings.get("bitmap", ""), (HexText, Text, Binary)),
        fields,
        _rules(path, written, fields),
    )


def _field(path: Path, written: DialectFile, key: str) -> Field:
    """Field *key* as its entry and the encodings of its dialect make it."""
    entry = written.fields[key]
    where = f"fields.{key}"
    try:
        notation = parse_notation(entry.format)
    except ValueError as error:
        raise DialectError(f"{path}: {where}.format: {error} is expected") from None
    given = entry.encoding or written.encodings.get(
        _DIGITS_OF.get(notation.kind, notation.kind), ""
    )
    encoding = _encoding(path, f"{where}.encoding", given, _FIT.get(notation.kind, (Text,)))
    if notation.kind == "x+n":
        sign = _encoding(path, "encodings.a", written.encodings.get("a", ""), (Text,))
        assert isinstance(sign, Text)
        encoding = Signed("x+n", sign, encoding)
    length = entry.length or written.encodings.get("length", "")
    if length not in PREFIX_ENCODINGS:
        known = ", ".join(sorted(PREFIX_ENCODINGS))
        raise DialectError(f"{path}: {where}.length: one of {known} is expected, seen {length!r}")
    padding = _padding(path, where, entry.padding)
    if padding and (notation.prefix_digits or not isinstance(encoding, Text)):
        raise DialectError(f"{path}: {where}.padding: only a fixed field of characters is padded")
    try:
        return make_field(int(key), entry.name, notation, encoding, length, padding)
    except ValueError as error:
        raise DialectError(f"{path}: {where}.format: {error} is expected") from None


def _encoding(path: Path, where: str, name: str, fit: tuple[type[Encoding], ...]) -> Encoding:
    """The encoding called *name*, which must be one of the types *fit*."""
    try:
        encoding = encoding_of(name)
    except ValueError:
        raise DialectError(f"{path}: {where}: unknown encoding {name!r}") from None
    if not isinstance(encoding, fit):
        raise DialectError(f"{path}: {where}: encoding {name!r} cannot be used here")
    return encoding


def _padding(path: Path, where: str, text: str) -> Padding | None:
    """``left 0``, ``right space`` and the like; nothing: none."""
    if not text:
        return None
    side, _, fill = text.partition(" ")
    fill = " " if fill == "space" else fill
    if side not in ("left", "right") or len(fill) != 1:
        raise DialectError(
            f"{path}: {where}.padding: such as 'left 0' or 'right space' is expected"
        )
    return Padding(side == "left", fill)


def _rules(path: Path, written: DialectFile, fields: Mapping[int, Field]) -> Mapping[str, Rule]:
    """What messages carry, checked: legal MTIs and defined fields alone."""
    legal = frozenset(legal_mtis(written.version))
    for mti, rule in written.messages.items():
        if mti not in legal:
            raise DialectError(f"{path}: messages.{mti}: no MTI of version {written.version}")
        unknown = (rule.mandatory | rule.conditional | rule.optional) - fields.keys()
        if unknown:
            raise DialectError(f"{path}: messages.{mti}: field {min(unknown)} is not defined")
    return written.messages
