"""A diagnosis as the dialect file that reads its messages, and the command to go on with. Pure."""

from __future__ import annotations

import shlex
from os.path import relpath
from pathlib import Path

from msgspec.structs import replace

from cardswitch.specs.dialect.toml_writer import write_toml
from cardswitch.specs.doctor.diagnose import Diagnosis
from cardswitch.specs.doctor.headers import header_entries


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
    title = f"{diagnosis.remedy.trial.dialect.title}, as the doctor found it"
    said = replace(diagnosis.remedy.said, extends=extends, title=title, header=header)
    comment = "Written by `cardswitch spec doctor`: what is read here is not what anyone agreed."
    if header:
        comment += "\nA message that brings no header gets the values below; 00 stands for unknown."
    return write_toml(said, comment)


def describe_command(diagnosis: Diagnosis, form: str, skip: int, written: str = "") -> str:
    """The command to go on with; *written* is the dialect file, if there is one by now."""
    # Of a capture, every command finds the framing itself.
    lead = skip + (0 if form == "pcap" else diagnosis.place.envelope.size)
    if diagnosis.remedy.edits and not written:
        return "cardswitch spec doctor … -o mine.toml, then describe with --dialect ./mine.toml"
    lead += 0 if written else diagnosis.header_size
    name = written or diagnosis.base.name
    words = ["cardswitch", "spec", "describe", "--dialect", name, "--format", form]
    words += ["--skip", str(lead)] if lead else []
    etx = "   (without the ETX at its end)" if diagnosis.place.envelope.etx else ""
    return f"{shlex.join(words)} …{etx}"
