"""What comes back by the ACH: returns (addenda 99), and notices of change (addenda 98).

A return is money that has come back. A notice says what to write next time; it moves nothing, and a
person decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from cardswitch.specs.ach import CHANGE, RETURN, AchBatch, AchEntry, AchFile, read_ach
from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import printable

from ..formats.camt053 import Part, Statement
from ..matching import TRACE
from .parties import CURRENCY


def read_returns(content: bytes) -> Statement:
    """What of ours came back or is to be changed; one that has neither is refused. FormatError."""
    file = read_ach(content)
    parts = tuple(_parts(file))
    if not parts:
        raise FormatError("returns or notices of change", seen="none")
    odfi = file.header["origin"].strip()
    return Statement(name=file.name, account=odfi, until="", parts=parts, faults=file.faults)


def _parts(file: AchFile) -> Iterator[Part]:
    for batch in file.batches:
        for entry in batch.entries:
            yield _part(batch, entry)


def _part(batch: AchBatch, entry: AchEntry) -> Part:
    back, change = entry.addendum(RETURN), entry.addendum(CHANGE)
    about = back or change
    if about is None:
        trace = entry.fields["trace"]
        raise FormatError(f"entry {trace}: addenda 98 or 99, as all of a file of returns have them")
    text = about["text"] if back else about["corrected"]
    return Part(
        amount=entry.amount if back else 0,
        currency=currency(CURRENCY).numeric,
        reference=entry.fields["id"].rstrip(),
        payment=about["original"],
        entry=f"{TRACE}{about['trace'].strip() or entry.fields['trace']}",
        code=about["reason"],
        text=printable(" ".join(text.split()), 80),
        is_return=back is not None,
        is_change=change is not None,
    )
