"""What people see of a message, as data: each field and part with name, text and meaning. Pure.

It is masked once, when it is made (:mod:`.showing`); a view lays out what it finds here, and knows
neither dialects nor what is secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.bitmap import Bitmaps
from cardswitch.specs.review.tolerance import Oddity


class Shown(Struct, frozen=True, kw_only=True, cache_hash=True):
    """A field, or a part of one: its *name*, its value as *text*, what it means, its parts.

    *path* is where it is found, such as ``55.9F36``; what no path leads to has none. *fault* says
    why there are no more parts, which are the *children*.
    """

    name: str
    text: str
    path: str = ""
    meaning: str = ""
    children: tuple[Shown, ...] = ()
    fault: str = ""

    @property
    def label(self) -> str:
        """What it is called under its field: the last word of its path, and its name.

        >>> Shown(name="", text="00", path="55.DF01").label
        'DF01 unknown'
        """
        key = self.path.rpartition(".")[2]
        return f"{key} {self.name or 'unknown'}" if key else self.name

    def leaves(self) -> Iterator[Shown]:
        """Of all below it that has a path those that have no parts, in their order."""
        waiting = list(reversed(self.children))
        while waiting:
            part = waiting.pop()
            inner = [child for child in part.children if child.path]
            if inner:
                waiting += reversed(inner)
            elif part.path:
                yield part


class ShownMessage(Struct, frozen=True, kw_only=True):
    """A message: *mti* and what it says, *header* part by part, all *fields*, ascending.

    *missing* are mandatory fields that it lacks, without a text. One that is not *whole* was read
    up to a fault. *lead* are the bytes of its header, *bitmaps* how many bytes of bitmap it has.
    *oddities* are what is not as agreed, and *as_received* the bytes of such pieces, nothing if it
    is *masked*.
    """

    mti: str
    mti_meaning: str
    fields: tuple[Shown, ...]
    header: tuple[Shown, ...] = ()
    lead: bytes = b""
    bitmaps: Bitmaps = Bitmaps()
    missing: tuple[Shown, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    as_received: Mapping[str, bytes] = {}
    whole: bool = True
    masked: bool = True

    def get(self, path: str) -> Shown | None:
        """The field or part at *path*; of a tag that comes again the first one."""
        found: Shown | None = None
        among = self.fields
        keys = path.split(".")
        for depth in range(1, len(keys) + 1):
            at = ".".join(keys[:depth])
            found = next((one for one in among if one.path == at), None)
            if found is None:
                return None
            among = found.children
        return found

    def at(self, path: str) -> Shown:
        """As :meth:`get`; FormatError, with the fault that may hide it, if it is not there."""
        found = self.get(path)
        if found is not None:
            return found
        field = self.get(path.partition(".")[0])
        hint = field.fault if field else ""
        raise FormatError(
            "a field or part that is there", code="part-missing", field=path, hint=hint
        )
