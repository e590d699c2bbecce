"""How sure a diagnosis is, and what speaks for it and against it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.doctor.diagnose import Diagnosis
from cardswitch.specs.doctor.remedies import FIELDS_MIN

FINDINGS_MAX: Final = 6  # implausible values that are listed; the rest is counted
_UNDECIDED: Final = 3  # of a score: less is no difference


def sureness(found: Sequence[Diagnosis]) -> str:
    """How sure the first of *found* is: ``certain``, ``likely`` or ``a guess``."""
    best = found[0]
    fields = max(len(message.fields) for message in best.remedy.trial.messages)
    undecided = [each for each in found[1:] if each.score < best.score + _UNDECIDED]
    if fields < FIELDS_MIN or (best.remedy.edits and (undecided or best.remedy.doubt > 5)):
        return "a guess"
    trial = best.remedy.trial
    is_odd = bool(trial.findings or trial.oddities)
    if undecided or best.remedy.edits or is_odd or has_unknown_header(best):
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
    said += [f"Not as agreed, but readable: {oddity}." for oddity in trial.oddities[:FINDINGS_MAX]]
    implausible = [str(finding) for finding in trial.findings]
    said += [f"But {text}." for text in implausible[:FINDINGS_MAX]] or [
        "Nothing is implausible: check digits, dates, currencies, parts of fields."
    ]
    if len(implausible) > FINDINGS_MAX:
        said.append(f"And {len(implausible) - FINDINGS_MAX} more that are implausible.")
    if has_unknown_header(best):
        hint = "" if count > 1 else " A second message, in a line of its own, tells more of it."
        said.append(f"The header is a guess: its content is unknown.{hint}")
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


def has_unknown_header(diagnosis: Diagnosis) -> bool:
    """Whether bytes of the header stand for nothing that is known."""
    return any(part.value is None for part in diagnosis.header)
