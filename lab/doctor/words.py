"""A diagnosis in words: what was found, how sure that is and why, the messages, what to do next.

Pure; masked unless *unsafe*. Of a header only what all messages share is shown: what is unknown
counts as secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cardswitch.specs.dialect.toml_writer import write_toml
from cardswitch.specs.doctor.diagnose import Diagnosis
from cardswitch.specs.doctor.prescribe import as_prescription, tell_apart
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.mti import VERSIONS, describe_mti
from cardswitch.specs.review.culprit import find_culprit
from cardswitch.specs.review.explain import explain
from cardswitch.wire.operator.text import columns

from ..messages.faults import show_fault
from ..messages.showing import show
from ..messages.views.fields import FieldsView
from .reasons import reasons, sureness

CHOICES_MAX: Final = 4  # edits that are shown, each instead of the others
SCORE_LAG_MAX: Final = 12  # of a score: what is so much worse than the best is not shown
MESSAGES_SHOWN_MAX: Final = 8


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
        shown = show(best.remedy.trial.dialect, message, unsafe)
        lines += ["", *FieldsView().lines(shown)]
    return [*lines, "", "Next", f"  {next_command}"] if next_command else lines


def show_failure(found: Sequence[Diagnosis], unsafe: bool = False) -> list[str]:
    """That nothing fits, how far the best try came, and what its fault means."""
    if not found:
        return [
            "Nothing fits: no MTI with a bitmap behind it in the first bytes, in ASCII, EBCDIC or "
            "BCD, at the same offset in all messages.",
            "Are these the bytes of a message, from its beginning on? Is it encrypted?",
        ]
    best = found[0]
    trial = best.remedy.trial
    lines = [f"{_verdict(best)}: {headline(best)}", "", *_layers(best), ""]
    if trial.error is None:
        return [*lines, "It reads, but is written again as other bytes."]
    body = best.bodies[len(trial.messages)]
    if trial.partial is not None and trial.partial.fields:
        lines += [
            "Read so far",
            *FieldsView().lines(show(trial.dialect, trial.partial, unsafe)),
            "",
        ]
    if best.remedy.count:
        mended = write_toml(best.remedy.said).splitlines()
        lines += ["Mended so far", *(f"    {line}".rstrip() for line in mended), ""]
    lines += [f"Message {len(trial.messages) + 1} cannot be read:"]
    lines += show_fault(trial.error, body, unsafe)
    if best.place.envelope.missing:
        return lines
    if culprit := find_culprit(trial.dialect, body):
        lines += [f"Perhaps {culprit}"]
    return [*lines, *_explained(trial.error.code)]


def _verdict(best: Diagnosis) -> str:
    missing = best.place.envelope.missing
    if missing:
        return (
            f"Cut: the length in front says {missing} bytes more than there are. As far as it goes"
        )
    return "Nothing fits. The best try"


def headline(diagnosis: Diagnosis) -> str:
    """The whole in one line."""
    size = diagnosis.header_size
    words = diagnosis.base.name + (" with edits" if diagnosis.remedy.edits else "")
    words += f" behind a header of {size} bytes" if size else ""
    return words + (", framed" if diagnosis.place.envelope.kind else "")


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
    return columns(rows)


def _bitmap(diagnosis: Diagnosis) -> str:
    names = {"binary": "8 bytes", "hex": "16 hexadecimal digits in ASCII"}
    surface = diagnosis.place.surface
    form = names.get(surface.bitmap, "16 hexadecimal digits in EBCDIC")
    if surface.bitmaps[0].size:
        return f"{form}; in all messages {surface.bitmaps[0]} bytes of it"
    highest = max([max(m.fields, default=0) for m in diagnosis.remedy.trial.messages], default=0)
    more = ", a second and a third one" if highest > 128 else ", a second one"
    return form + (more if highest > 64 else "")


def _prescriptions(found: Sequence[Diagnosis], count: int) -> list[str]:
    """The edits of the first of *found* and of others at the same place, as text to paste."""
    best = found[0]
    same = [
        each
        for each in found
        if (each.base.name, each.place) == (best.base.name, best.place)
        and each.score < best.score + SCORE_LAG_MAX
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
