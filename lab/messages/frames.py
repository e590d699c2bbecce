"""Frames around the messages of a dialect that says how it is framed: taken off. Pure."""

from __future__ import annotations

from cardswitch.specs.dialect import Dialect
from cardswitch.wire.framing import FramingError
from cardswitch.wire.framings import framing_named

from .leads import begins


def unframed(dialect: Dialect, data: bytes) -> list[bytes]:
    """The messages in *data*, if it is one whole frame of *dialect* or more; if not, itself.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> unframed(load_dialect("pos"), b"0800")
    [b'0800']
    """
    if not dialect.form.framing or begins(dialect, data, oddly=True):
        return [data]
    framer = framing_named(dialect.form.framing).framer()
    try:
        messages = framer.feed(data)
    except FramingError:
        return [data]
    are_whole = bool(messages) and not framer.is_partial
    return (
        messages if are_whole and all(begins(dialect, m, oddly=True) for m in messages) else [data]
    )
