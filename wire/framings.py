"""The framings of a link by their names in a configuration."""

from __future__ import annotations

from typing import Annotated, Final, Protocol, cast

from msgspec import Meta

from cardswitch.specs.dialect.file import FRAMING_PATTERN

from .delimited import Delimited
from .framing import Ending, Framing, LengthEncoding

INCLUSIVE: Final = "-inclusive"
FramingName = Annotated[str, Meta(pattern=rf"\A({FRAMING_PATTERN})\Z")]


class Framer(Protocol):
    """Cuts one direction of one connection."""

    @property
    def keepalives(self) -> int:
        """How many frames without a payload there were; they are skipped."""
        ...

    @property
    def is_partial(self) -> bool:
        """Whether a frame has begun and is not yet whole."""
        ...

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that *data* completes. Raises FramingError."""
        ...


class AnyFraming(Protocol):
    """How frames are told apart on a link, whatever tells them."""

    @property
    def keepalive(self) -> bytes:
        """A frame without a payload."""
        ...

    def frame(self, payload: bytes) -> bytes:
        """*payload* as it goes out. Raises EncodeError."""
        ...

    def framer(self) -> Framer:
        """A framer for one direction of one connection."""
        ...


def framing_named(name: str) -> AnyFraming:
    """The framing that a configuration calls *name*, a :data:`FramingName`.

    >>> framing_named("binary2-inclusive-etx").frame(b"0800").hex()
    '00063038303003'
    """
    if name in ("etx", "stx-lrc"):
        return Delimited(stx_lrc=name == "stx-lrc")
    ending: Ending = "none"
    for each in ("-counted-etx", "-etx"):
        if name.endswith(each):
            name, ending = name.removesuffix(each), cast(Ending, each.removeprefix("-"))
    encoding = cast(LengthEncoding, name.removesuffix(INCLUSIVE))
    return Framing(encoding, inclusive=name.endswith(INCLUSIVE), ending=ending)
