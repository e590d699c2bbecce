"""Prescriptions: the smallest edits that make a nearly right dialect read all of some messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from ..dialect.toml_writer import write_toml
from .bases import Base
from .remedies import Remedy, find_remedies
from .surfaces import see_surfaces

PRESCRIPTIONS_MAX: Final = 10  # shown; who gets more compares none


class Prescription(Struct, frozen=True):
    """A *remedy*, as people need it: *toml* to paste into a file, and *why* it is the right one."""

    remedy: Remedy
    toml: str
    why: str


def prescribe(base: Base, messages: Sequence[bytes]) -> list[Prescription]:
    """The smallest edits of *base* under which all *messages* read and write, the best first.

    *messages* begin with the header of the dialect, if it has one, or with the MTI. Empty if the
    dialect reads all of them as it is, or if no two edits make it.

    >>> from .bases import load_base
    >>> wire = b"0800" + b"2020000000810000" + b"000000" + b"000001" + b"TERM0001" + b"05HELLO"
    >>> print(prescribe(load_base("iso87-ascii"), [wire])[0].toml, end="")
    extends = "iso87-ascii"
    <BLANKLINE>
    [fields]
    48 = { format = "ans..99" }
    """
    behind = [message[base.dialect.header_size :] for message in messages]
    found: list[Remedy] = []
    for surface in see_surfaces(behind):
        if surface.version == base.dialect.version:
            found += find_remedies(base, messages, surface).remedies
    best = sorted((each for each in found if each.edits), key=lambda remedy: remedy.rank)
    return [as_prescription(remedy, len(messages)) for remedy in best[:PRESCRIPTIONS_MAX]]


def tell_apart(prescriptions: Sequence[Prescription]) -> str:
    """What would tell *prescriptions* apart that fit equally well; nothing if there is but one."""
    numbers = [{edit.number for edit in each.remedy.edits} for each in prescriptions]
    if len(numbers) < 2:
        return ""
    shared = sorted(set.intersection(*numbers) - {0})
    others = sorted(set.union(*numbers) - {0, *shared})
    if not shared and not others:
        return "A second message with other fields would tell them apart."
    if not others:
        return (
            f"A second message in which field {_listed(shared)} has another length and other data "
            "would tell them apart: give both, one a line."
        )
    return (
        f"A second message that has some of the fields {_listed(sorted({*shared, *others}))} and "
        "not the others, or has them with other lengths, would tell them apart: give both, one a "
        "line."
    )


def as_prescription(remedy: Remedy, count: int) -> Prescription:
    """*remedy*, which *count* messages need, with its words."""
    changes = ", and ".join(edit.words for edit in remedy.edits)
    messages = "the message reads" if count == 1 else f"all {count} messages read"
    findings = remedy.trial.findings
    odd = f"; but {findings[0]}" if findings else "; nothing in it is implausible"
    why = f"{changes}. With that {messages} to the last byte, and writes the same again{odd}."
    return Prescription(remedy, write_toml(remedy.said), why)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
