"""What a codec is made of: all that a dialect file says, checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from ..grammar.bitmap import Bitmaps
from ..grammar.encodings import Encoding
from ..grammar.fields import Field
from ..grammar.mti import legal_mtis
from ..parts.layout import Layout


class MessageRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Which fields the messages of one MTI carry: always, on a condition, or as they like."""

    mandatory: frozenset[int] = frozenset()
    conditional: frozenset[int] = frozenset()
    optional: frozenset[int] = frozenset()


class Carried(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a dialect says what programs of ours say elsewhere: *at* the path of a field or part.

    There the value is one of *values*, by ours; or it stands behind *prefix*, filled with blanks on
    the left to *width*. *begin* is the value that the field has where nothing else is said in it.
    """

    at: str
    prefix: str = ""
    width: int = 0
    values: Mapping[str, str] = {}
    begin: str = ""


class Form(Struct, frozen=True, kw_only=True, dict=True):
    """The form of the messages on one kind of link.

    *header* are the fixed parts before the MTI, and *header_default* their bytes where a message
    brings none. *framing* is the name of what tells messages apart on the link, for those who ask:
    no message has it. *bitmap* is how bitmaps are written, *bitmaps* how many. *values* are
    what codes mean, by table, *parts* what values are made of, by path.
    """

    name: str
    title: str
    version: str
    mti: Encoding
    bitmap: Encoding
    fields: Mapping[int, Field]
    messages: Mapping[str, MessageRule] = {}
    bitmaps: Bitmaps = Bitmaps()
    header: tuple[Field, ...] = ()
    header_default: bytes = b""
    framing: str = ""
    values: Mapping[str, Mapping[str, str]] = {}
    parts: Mapping[str, Layout] = {}
    carried: Mapping[str, Carried] = {}

    @cached_property
    def mti_bytes(self) -> Mapping[str, bytes]:
        """Each legal MTI as it is written."""
        return {known: self.mti.encode(known) for known in legal_mtis(self.version)}

    @cached_property
    def prefix_tables(self) -> dict[int, Mapping[int, str]]:
        """By field, its prefixes as generated code writes them; filled in as that is made."""
        return {}

    @cached_property
    def mtis(self) -> Mapping[bytes, str]:
        """Each legal MTI by how it is written."""
        return {data: known for known, data in self.mti_bytes.items()}
