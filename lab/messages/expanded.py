"""What gzip packed, unpacked chunk by chunk and bounded; all else as it is. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from cardswitch.specs.errors import FormatError

EXPANDED_SIZE_MAX: Final = 256 << 20  # bytes; as much as a capture may have
_MAGIC: Final = b"\x1f\x8b\x08"
_CHUNK: Final = 1 << 16  # bytes that are unpacked at a time: a few may stand for gigabytes
_GZIP: Final = 16 + zlib.MAX_WBITS


def expanded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of *chunks*; FormatError if it is damaged, breaks off, or is too large.

    >>> import gzip
    >>> b"".join(expanded([gzip.compress(b"0800")])), list(expanded([b"0800"]))
    (b'0800', [b'0800'])
    """
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= len(_MAGIC):
            break
    if not head.startswith(_MAGIC):
        yield head
        yield from source
        return
    yield from _unpacked(head, source)


def _unpacked(head: bytes, source: Iterator[bytes]) -> Iterator[bytes]:
    """The members of a gzip file one after the other."""
    unpack = zlib.decompressobj(_GZIP)
    size, waiting = 0, head
    try:
        while True:
            while not waiting and (chunk := next(source, b"")):
                waiting = chunk
            if not waiting:
                break
            if unpack.eof:
                # Zeros behind a member fill blocks, as of a tape: gzip(1) passes over them too.
                waiting = waiting.lstrip(b"\0")
                if not waiting:
                    continue
                unpack = zlib.decompressobj(_GZIP)
            part = unpack.decompress(waiting, _CHUNK)
            waiting = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
            size += len(part)
            if size > EXPANDED_SIZE_MAX:
                raise FormatError(
                    f"at most {EXPANDED_SIZE_MAX} bytes when unpacked", code="input-size"
                )
            yield part
    except zlib.error:
        raise FormatError("gzip that is whole", code="input-form", seen="damage") from None
    if not unpack.eof:
        raise FormatError("gzip that is whole", code="input-form", seen="the end of the file")
