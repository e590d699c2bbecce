"""What the doctor says: in words from the outside in, as JSON, and as a dialect file.

Pure, lines of text; masked unless *unsafe* is asked for. Of a header only what all messages share
is shown: what is unknown counts as secret.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from os.path import relpath
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.dialect.toml_writer import write_toml
from cardswitch.specs.doctor.diagnose import Diagnosis
from cardswitch.specs.doctor.headers import header_entries
from cardswitch.specs.doctor.prescribe import as_prescription, tell_apart
from cardswitch.specs.doctor.remedies import FIELDS_MIN
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.mti import VERSIONS, describe_mti
from cardswitch.specs.message import Message
from cardswitch.specs.review.culprit import find_culprit
from cardswitch.specs.review.explain import explain

from ..messages.views import align, show_message
from ..messages.workbench import show_fault, show_value

FINDINGS_MAX: Final = 6  # implausible things that are listed; the rest is counted
CHOICES_MAX: Final = 4  # edits that are shown, each instead of the others
_ODD: Final = 12  # of a score: what is so much worse than the best is not shown
MESSAGES_SHOWN_MAX: Final = 8
_UNDECIDED: Final = 3  # of a score: less is no difference


# In words -----------------------------------------------------------------------------------------


def show_diagnosis(
    found: Sequence[Diagnosis], count: int, unsafe: bool = False, next_command: str = ""
) -> list[str]:
    """The best of *found*, which fits *count* messages: what, how sure and why, fields, next."""
    best = found[0]
    lines = [f"Found, {sureness(found)}: {headline(best)}", "", *_layers(best), "", "Why"]
    lines += [f"  - {reason}" for reason in reasons(found, count)]
    if best.remedy.edits:
        lines += ["", *_prescriptions(found, count)]
    for message in best.remedy.trial.messages[:MESSAGES_SHOWN_MAX]:
        lines += ["", *show_message(best.remedy.trial.dialect, message, unsafe)]
    return [*lines, "", "Next", f"  {next_command}"] if next_command else lines


def show_failure(found: Sequence[Diagnosis], unsafe: bool = False) -> list[str]:
    """That nothing fits, how far the best try came, and what its fault means."""
    if not found:
        return [
            "Nothing fits: no MTI with a bitmap behind it in the first bytes, in ASCII, EBCDIC or "
            "BCD, that all messages have at the same place.",
            "Are these the bytes of a message, from its beginning on? Is it encrypted?",
        ]
    best = found[0]
    trial = best.remedy.trial
    lines = [f"Nothing fits. The best try: {headline(best)}", "", *_layers(best), ""]
    if trial.error is None:
        return [*lines, "It reads, but is not the same bytes when it is written again."]
    body = best.bodies[len(trial.messages)]
    lines += [f"Message {len(trial.messages) + 1} cannot be read:"]
    lines += show_fault(trial.error, body, unsafe)
    if culprit := find_culprit(trial.dialect, body):
        lines += [f"Perhaps {culprit}"]
    return [*lines, *_explained(trial.error.code)]


def headline(diagnosis: Diagnosis) -> str:
    """The whole in one line."""
    size = diagnosis.header_size
    words = diagnosis.base.name + (" with edits" if diagnosis.remedy.edits else "")
    words += f" behind a header of {size} bytes" if size else ""
    return words + (", framed" if diagnosis.place.envelope.kind else "")


def sureness(found: Sequence[Diagnosis]) -> str:
    """How sure the first of *found* is: ``certain``, ``likely`` or ``a guess``."""
    best = found[0]
    fields = max(len(message.fields) for message in best.remedy.trial.messages)
    undecided = [each for each in found[1:] if each.score < best.score + _UNDECIDED]
    if fields < FIELDS_MIN or (best.remedy.edits and (undecided or best.remedy.doubt > 5)):
        return "a guess"
    if undecided or best.remedy.edits or best.remedy.trial.findings or _is_unknown(best):
        return "likely"
    return "certain"


def reasons(found: Sequence[Diagnosis], count: int) -> list[str]:
    """What speaks for the first of *found*, and against it."""
    best = found[0]
    trial = best.remedy.trial
    fields = sum(len(message.fields) for message in trial.messages)
    messages = "The message" if count == 1 else f"All {count} messages"
    reads, is_written = ("reads", "is") if count == 1 else ("read", "are")
    said = [
        f"{messages} {reads} to the last byte, {fields} fields, and {is_written} written the same "
        "again."
    ]
    odd = [str(finding) for finding in trial.findings]
    said += [f"But {text}." for text in odd[:FINDINGS_MAX]] or [
        "Nothing is implausible: check digits, dates, currencies, parts of fields."
    ]
    if len(odd) > FINDINGS_MAX:
        said.append(f"And {len(odd) - FINDINGS_MAX} more that are implausible.")
    if _is_unknown(best):
        hint = "" if count > 1 else " A second message, in a line of its own, tells more of it."
        said.append(f"The header is taken for granted: nobody knows what is in it.{hint}")
    rivals = {} if best.remedy.edits else _rivals(found)
    for name, numbers in rivals.items():
        by = f"field {', '.join(map(str, numbers))} would tell" if numbers else "nothing would tell"
        said.append(f"{name} reads the same: {by}.")
    return said


def _rivals(found: Sequence[Diagnosis]) -> dict[str, list[int]]:
    """Other dialects that do as well at the same place, and the fields they write otherwise."""
    best = found[0]
    return {
        each.base.name: _differing(best.remedy.trial.dialect, each.remedy.trial.dialect)
        for each in found[1:]
        if each.place == best.place
        and each.header_size == best.header_size
        and each.score < best.score + _UNDECIDED
    }


def _differing(one: Dialect, other: Dialect) -> list[int]:
    forms = [
        {n: (f.notation, f.encoding, f.counting, f.padding) for n, f in dialect.fields.items()}
        for dialect in (one, other)
    ]
    numbers = sorted({*forms[0], *forms[1]})
    return [n for n in numbers if forms[0].get(n) != forms[1].get(n)][:FINDINGS_MAX]


def _is_unknown(diagnosis: Diagnosis) -> bool:
    return any(part.value is None for part in diagnosis.header)


def _layers(diagnosis: Diagnosis) -> list[str]:
    """Framing, header, MTI, bitmap, dialect: from the outside in."""
    surface, dialect = diagnosis.place.surface, diagnosis.remedy.trial.dialect
    mtis = dict.fromkeys(message.mti for message in diagnosis.remedy.trial.messages)
    rows = [("  Framing", str(diagnosis.place.envelope))]
    rows.append(("  Header", f"{diagnosis.header_size} bytes" if diagnosis.header else "none"))
    rows += [("", f"  {part}") for part in diagnosis.header]
    rows.append(("  MTI", f"in {surface.mti}, edition {VERSIONS[surface.version]}"))
    rows += [("", f"  {mti}: {describe_mti(mti)}") for mti in mtis]
    rows.append(("  Bitmap", _bitmap(diagnosis)))
    rows.append(("  Dialect", f"{diagnosis.base.name}: {dialect.title}"))
    rows += [("", f"  edit: {edit.words}") for edit in diagnosis.remedy.edits]
    return align(rows)


def _bitmap(diagnosis: Diagnosis) -> str:
    names = {"binary": "8 bytes", "hex": "16 hexadecimal digits in ASCII"}
    form = names.get(diagnosis.place.surface.bitmap, "16 hexadecimal digits in EBCDIC")
    highest = max([max(m.fields) for m in diagnosis.remedy.trial.messages], default=0)
    more = ", a second and a third one" if highest > 128 else ", a second one"
    return form + (more if highest > 64 else "")


def _prescriptions(found: Sequence[Diagnosis], count: int) -> list[str]:
    """The edits of the first of *found* and of others at the same place, as text to paste."""
    best = found[0]
    same = [
        each
        for each in found
        if (each.base.name, each.place) == (best.base.name, best.place)
        and each.score < best.score + _ODD
    ]
    prescriptions = [as_prescription(each.remedy, count) for each in same[:CHOICES_MAX]]
    lines = []
    for number, prescription in enumerate(prescriptions):
        title = f"Or {prescription.why}" if number else f"Edit: {prescription.why}"
        lines += [title, *(f"    {line}".rstrip() for line in prescription.toml.splitlines())]
    apart = tell_apart(prescriptions)
    return [*lines, apart] if apart else lines


def _explained(code: str) -> list[str]:
    try:
        meaning = explain(code)
    except FormatError:
        return []
    return ["", meaning.rule, meaning.meaning, *(f"  - {hint}" for hint in meaning.hints)]


# As data ------------------------------------------------------------------------------------------


def diagnosis_document(
    found: Sequence[Diagnosis], count: int, unsafe: bool = False, next_command: str = ""
) -> dict[str, Any]:
    """The same as JSON has it; ``fits`` says whether anything was found."""
    if not found or not found[0].fits:
        error = found[0].remedy.trial.error if found else None
        best = _document(found[0], count, unsafe) if found else None
        said = {"error": str(error), "code": error.code} if error else {}
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
        "header": [str(part) for part in diagnosis.header],
        "header_size": diagnosis.header_size,
        "mti": place.surface.mti,
        "edition": VERSIONS[place.surface.version],
        "bitmap": place.surface.bitmap,
        "dialect": diagnosis.base.name,
        "edits": [edit.words for edit in remedy.edits],
        "toml": shown.toml if remedy.edits else "",
        "findings": [str(finding) for finding in remedy.trial.findings],
        "messages": [_fields(message, unsafe) for message in remedy.trial.messages],
    }


def _fields(message: Message, unsafe: bool) -> dict[str, Any]:
    fields = {str(n): show_value(n, v, unsafe) for n, v in sorted(message.fields.items())}
    return {"mti": message.mti, "fields": fields}


# As a dialect file, and what to do next -----------------------------------------------------------


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
    lead = skip + diagnosis.place.envelope.size
    if diagnosis.remedy.edits and not written:
        return "cardswitch spec doctor … -o mine.toml, then describe with --dialect ./mine.toml"
    lead += 0 if written else diagnosis.header_size
    name = written or diagnosis.base.name
    words = ["cardswitch", "spec", "describe", "--dialect", name, "--format", form]
    words += ["--skip", str(lead)] if lead else []
    etx = "   (without the ETX at its end)" if diagnosis.place.envelope.etx else ""
    return f"{shlex.join(words)} …{etx}"
