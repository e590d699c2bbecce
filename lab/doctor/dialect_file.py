"""A diagnosis as the dialect file that reads its messages, and the command to go on with. Pure."""

from __future__ import annotations

import shlex
from os.path import relpath
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from cardswitch.specs.dialect.toml_writer import write_toml
from cardswitch.specs.doctor.diagnose import Diagnosis
from cardswitch.specs.doctor.envelopes import Envelope
from cardswitch.specs.doctor.headers import header_entries
from cardswitch.wire.framings import INCLUSIVE

_LENGTHS: Final = {
    ("binary", 2): "binary2",
    ("binary", 4): "binary4",
    ("binary, low byte first", 2): "little2",
    ("ASCII digits", 4): "ascii4",
    ("BCD", 2): "bcd2",
}


def dialect_text(diagnosis: Diagnosis, folder: Path) -> str:
    """The dialect file to be written in *folder*: what it extends, the edits, the header."""
    base = diagnosis.base.name
    extends = relpath(base, folder).replace("\\", "/") if base.endswith(".toml") else base
    header = header_entries(diagnosis.header)
    if header:
        own = diagnosis.base.written.header
        behind = [own[key] for key in sorted(own, key=int)]
        numbers = range(len(header) + 1, len(header) + len(behind) + 1)
        header |= {str(n): entry for n, entry in zip(numbers, behind, strict=True)}
    found = "as the doctor found it" if diagnosis.fits else "as far as the doctor came"
    title = f"{diagnosis.remedy.trial.dialect.title}, {found}"
    said = replace(
        diagnosis.remedy.said,
        extends=extends,
        title=title,
        framing=framing_name(diagnosis.place.envelope),
        header=header,
    )
    comment = "Written by `cardswitch spec doctor`: what is read here is not what anyone agreed."
    if not diagnosis.fits:
        comment += "\nIt does not read all: the doctor came as far as the first fault."
    if header:
        comment += "\nA message that brings no header gets the values below; 00 stands for unknown."
    return write_toml(said, comment)


def says_anything(diagnosis: Diagnosis) -> bool:
    """Whether a dialect file of *diagnosis* would say more than the dialect that it extends."""
    return bool(diagnosis.remedy.edits or diagnosis.header or diagnosis.place.envelope.kind)


def framing_name(envelope: Envelope) -> str:
    """What a configuration calls *envelope*; empty if there is none.

    >>> framing_name(Envelope(kind="ASCII digits", size=4, inclusive=True, etx=True))
    'ascii4-inclusive-etx'
    """
    name = _LENGTHS.get((envelope.kind, envelope.size), "")
    name += INCLUSIVE if envelope.inclusive else ""
    etx = "-counted-etx" if envelope.counts_etx else "-etx" if envelope.etx else ""
    return name + etx if name else etx.removeprefix("-")


def describe_command(diagnosis: Diagnosis, form: str, skip: int, written: str = "") -> str:
    """The command to go on with; *written* is the dialect file, if there is one by now."""
    # Of a capture, every command finds the framing itself.
    # So do those that read the dialect file.
    lead = skip + (0 if form == "pcap" or written else diagnosis.place.envelope.size)
    if diagnosis.remedy.edits and not written:
        return "cardswitch spec doctor … -o mine.toml, then describe with --dialect ./mine.toml"
    lead += 0 if written else diagnosis.header_size
    name = written or diagnosis.base.name
    words = ["cardswitch", "spec", "describe", "--dialect", name]
    # Where a frame was cut, its length is seen only where nothing is said of the form.
    words += [] if diagnosis.place.envelope.missing else ["--format", form]
    words += ["--skip", str(lead)] if lead else []
    is_left = diagnosis.place.envelope.etx and not written
    etx = "   (without the ETX at its end)" if is_left else ""
    return f"{shlex.join(words)} …{etx}"
