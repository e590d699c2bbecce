"""What the journal holds: an Entry as the flows see it, a Record as it lies on disk.

A Record holds no card number in clear and no track, CVV, PIN block or key: the PAN is masked,
sealed for the reversal after a crash, and hashed with a key for look-up (PCI DSS 3.3, 3.5.1.1).
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec
from msgspec import Struct

from cardswitch.specs.masking import NEVER_STORED, mask_pan
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from .checks import pan_of
from .states import State

PAN: Final = 2
_NOT_IN_RECORD: Final = NEVER_STORED | {PAN, 14, 34, 55}


def storable(message: Message) -> Message:
    """*message* as it may be remembered: without secrets, but with the card number of its track.

    >>> storable(Message("0200", {4: "000000001250", 35: "9999990000000014=30122011"}))
    <0200 2=999999******0014, 4=000000001250>
    """
    pan = pan_of(message)
    kept = {n: value for n, value in message.fields.items() if n not in _NOT_IN_RECORD}
    return Message(message.mti, {**kept, PAN: pan} if pan else kept)


class Vault(Protocol):
    """Keeps card numbers at rest. The switch is handed one and cannot build one itself."""

    def seal(self, pan: str) -> str:
        """*pan* as a text that only this vault can open."""
        ...

    def open(self, sealed: str) -> str:
        """The PAN that :meth:`seal` was given."""
        ...

    def fingerprint(self, pan: str) -> str:
        """A keyed hash: the same for the same *pan*, useless without the key."""
        ...


class Entry(Struct, frozen=True, gc=False, kw_only=True):
    """One step of one leg.

    *message* is the request (received), what goes upstream (forwarded, reversing), or the answer
    that the peer downstream gets (approved, declined, reversed).
    """

    sequence: int  # 1, 2, 3, … in this journal
    leg: int  # the transaction leg this belongs to: the sequence of its first entry
    at: Seconds
    state: State
    source: str  # the listener that the request came in by: "pos", "acquirer"
    identity: str  # what makes two requests the same one: specs.transactions
    request_digest: str  # what must agree between a request and its repeat: amount, code, card hash
    business_date: str  # assigned when the leg was accepted, and never changed
    upstream: str  # the link it was forwarded to, or ""
    message: Message


class Record(Struct, frozen=True, gc=False, kw_only=True):
    """An Entry as columns of the journal table; fields in the order of the columns."""

    sequence: int
    leg: int
    at: Seconds
    state: str
    source: str
    identity: str
    request_digest: str
    business_date: str
    upstream: str
    mti: str
    rrn: str
    merchant: str
    terminal: str
    amount: int  # minor units; 0 where the message has no field 4
    currency: str  # ISO 4217 numeric, or ""
    code: str  # field 39, or ""
    pan_masked: str
    pan_sealed: str
    fields: str  # JSON of the fields that may be stored


def to_record(entry: Entry, vault: Vault) -> Record:
    """*entry* as it may lie on disk."""
    message = entry.message
    fields = message.fields
    pan = pan_of(message)
    kept = {n: value for n, value in fields.items() if n not in _NOT_IN_RECORD}
    return Record(
        sequence=entry.sequence,
        leg=entry.leg,
        at=entry.at,
        state=entry.state.value,
        source=entry.source,
        identity=entry.identity,
        request_digest=entry.request_digest,
        business_date=entry.business_date,
        upstream=entry.upstream,
        mti=message.mti,
        rrn=fields.get(37, ""),
        merchant=fields.get(42, "").rstrip(" "),
        terminal=fields.get(41, "").rstrip(" "),
        amount=int(fields.get(4, "0")),
        currency=fields.get(49, ""),
        code=fields.get(39, ""),
        pan_masked=mask_pan(pan),
        pan_sealed=vault.seal(pan) if pan else "",
        fields=msgspec.json.encode(kept).decode(),
    )


def from_record(record: Record, vault: Vault) -> Entry:
    """The entry as far as the disk can tell: all but what must never be stored."""
    fields = msgspec.json.decode(record.fields, type=dict[int, str])
    if record.pan_sealed:
        fields[PAN] = vault.open(record.pan_sealed)
    return Entry(
        sequence=record.sequence,
        leg=record.leg,
        at=record.at,
        state=State(record.state),
        source=record.source,
        identity=record.identity,
        request_digest=record.request_digest,
        business_date=record.business_date,
        upstream=record.upstream,
        message=Message(record.mti, fields),
    )
