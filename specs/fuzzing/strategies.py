"""Hypothesis strategies made from a dialect: messages that are right, and bytes that are nearly so.

Public, for anyone who fuzzes a parser; needs Hypothesis. Nothing imports this at run time. What is
made, and how it is mutated, stands in :mod:`specs.fuzzing`: here Hypothesis does the picking.
"""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st

from ..dialect import Dialect
from ..grammar.fields import Field
from ..message import Message
from ..tlv import Tlv
from ..tracks import Track2
from . import seeds
from .chance import Pick
from .hostile_tlv import make_hostile_tlv
from .mutators import mutate

__all__ = ["hostile_tlv", "messages", "mutations", "pans", "tlv", "track2", "values"]


@st.composite
def pans(draw: st.DrawFn, bins: tuple[str, ...] = seeds.BINS) -> str:
    """Account numbers of 13 to 19 digits under *bins*, with a right Luhn digit."""
    return seeds.make_pan(_picking(draw), bins)


@st.composite
def track2(draw: st.DrawFn) -> Track2:
    """Tracks 2 of such numbers; :func:`specs.tracks.pack_track2` writes them as field 35 has it."""
    return seeds.make_track2(_picking(draw))


@st.composite
def tlv(draw: st.DrawFn) -> tuple[Tlv, ...]:
    """Trees of BER-TLV; :func:`cardswitch.specs.tlv.pack_tlv` writes them as field 55 has it."""
    return seeds.make_tlv(_picking(draw))


@st.composite
def hostile_tlv(draw: st.DrawFn, size: int = 255) -> bytes:
    """At most *size* bytes that are taken for BER-TLV: bombs, lengths that lie, tags without end.

    Some are good after all, such as eight templates deep: a reader takes or refuses them by name.
    """
    return make_hostile_tlv(_picking(draw), size)


@st.composite
def values(draw: st.DrawFn, field: Field) -> str:
    """Values that *field* can carry; lengths lean to the shortest and the longest."""
    return seeds.make_value(field, _picking(draw))


@st.composite
def messages(draw: st.DrawFn, dialect: Dialect, mti: str | None = None) -> Message:
    """Messages of *dialect*, of *mti* or of any: the mandatory fields and some others."""
    return seeds.make_message(dialect, _picking(draw), mti or "")


@st.composite
def mutations(draw: st.DrawFn, data: bytes, dialect: Dialect | None = None) -> bytes:
    """*data* with one to three faults: lengths, digits, bitmaps, chip data, ends, code pages.

    With the *dialect* of *data* they sit where they hurt; without it they sit anywhere.
    """
    return mutate(data, _picking(draw), dialect)[0]


def _picking(draw: st.DrawFn) -> Pick:
    return lambda limit: draw(_below(limit)) if limit > 1 else 0


@lru_cache(maxsize=1024)
def _below(limit: int) -> st.SearchStrategy[int]:
    return st.integers(0, limit - 1)
