"""Code pages: which bytes stand for which characters. Python lacks EBCDIC 1047; its table is here.

Pages are found through the codecs of Python, so that generated code says ``.encode(codec)`` and
``.decode(codec)`` for all of them.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

# IBM-1047 has the characters of IBM-037, six of them elsewhere (those of the Unix systems).
_CP1047_MOVED: Final = {0x5F: "^", 0xAD: "[", 0xB0: "¬", 0xBA: "Ý", 0xBB: "¨", 0xBD: "]"}
_CP1047_NAME: Final = "cardswitch_cp1047"
_CP1047_CHARACTERS: Final = "".join(
    _CP1047_MOVED.get(byte, bytes([byte]).decode("cp037")) for byte in range(256)
)
_CP1047_BYTES: Final = codecs.charmap_build(_CP1047_CHARACTERS)

# ASCII is read as Latin-1 so that reading never fails; no field class allows what is above 0x7E.
CODECS: Final = {
    "ascii": "latin-1",
    "ebcdic-037": "cp037",
    "ebcdic-500": "cp500",
    "ebcdic-1047": _CP1047_NAME,
}
# Pages of national letters, and UTF-8: of texts alone. The part below 0x7F is that of ASCII.
NATIONAL: Final = {"latin-1": "latin-1", "cp1252": "cp1252", "utf-8": "utf-8"}


def _encode_cp1047(text: str, errors: str = "strict") -> tuple[bytes, int]:
    return codecs.charmap_encode(text, errors, _CP1047_BYTES)


def _decode_cp1047(data: Buffer, errors: str = "strict") -> tuple[str, int]:
    return codecs.charmap_decode(data, errors, _CP1047_CHARACTERS)


def _find(name: str) -> codecs.CodecInfo | None:
    """The codec of IBM-1047, for :func:`codecs.register`.

    >>> "[^]".encode(CODECS["ebcdic-1047"]).hex(), b"\\xad\\x5f\\xbd".decode(CODECS["ebcdic-1047"])
    ('ad5fbd', '[^]')
    """
    if name != _CP1047_NAME:
        return None
    return codecs.CodecInfo(_encode_cp1047, _decode_cp1047, name=name)


codecs.register(_find)
