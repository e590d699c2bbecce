"""A diagnosis as JSON has it, masked unless *unsafe*. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cardswitch.specs.doctor.diagnose import Diagnosis
from cardswitch.specs.doctor.prescribe import as_prescription
from cardswitch.specs.grammar.mti import VERSIONS
from cardswitch.specs.message import Message

from ..messages.values import show_value
from .reasons import reasons, sureness


def diagnosis_document(
    found: Sequence[Diagnosis], count: int, unsafe: bool = False, next_command: str = ""
) -> dict[str, Any]:
    """The same as JSON has it; ``fits`` says whether anything was found."""
    if not found or not found[0].fits:
        error = found[0].remedy.trial.error if found else None
        best = _document(found[0], count, unsafe) if found else None
        said: dict[str, Any] = {"error": str(error), "code": error.code} if error else {}
        partial = found[0].remedy.trial.partial if found else None
        if partial is not None:
            said |= {"partial": _fields(partial, unsafe)}
        if next_command:
            said |= {"next": next_command}
        return {"fits": False, "best": best, **said}
    best = _document(found[0], count, unsafe)
    others = [_document(each, count, unsafe) for each in found[1:]]
    why = reasons(found, count)
    return {
        "fits": True,
        "sureness": sureness(found),
        "why": why,
        "best": best,
        "others": [{k: v for k, v in each.items() if k != "messages"} for each in others],
        "next": next_command,
    }


def _document(diagnosis: Diagnosis, count: int, unsafe: bool) -> dict[str, Any]:
    place, remedy = diagnosis.place, diagnosis.remedy
    shown = as_prescription(remedy, count)
    return {
        "framing": str(place.envelope),
        "missing": place.envelope.missing,
        "header": [str(part) for part in diagnosis.header],
        "header_size": diagnosis.header_size,
        "mti": place.surface.mti,
        "edition": VERSIONS[place.surface.version],
        "bitmap": place.surface.bitmap,
        "dialect": diagnosis.base.name,
        "edits": [edit.words for edit in remedy.edits],
        "toml": shown.toml if remedy.edits else "",
        "oddities": [str(oddity) for oddity in remedy.trial.oddities],
        "findings": [str(finding) for finding in remedy.trial.findings],
        "messages": [_fields(message, unsafe) for message in remedy.trial.messages],
    }


def _fields(message: Message, unsafe: bool) -> dict[str, Any]:
    fields = {str(n): show_value(n, v, unsafe) for n, v in sorted(message.fields.items())}
    return {"mti": message.mti, "fields": fields}
