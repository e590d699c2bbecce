"""What the journal holds: one row for each step of a leg, made once, where it is recorded.

A row holds no card number in clear and no track, CVV, PIN block or key: the PAN is masked, sealed
for the reversal after a crash, and hashed with a key for look-up (PCI DSS 3.3, 3.5.1.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from cardswitch.specs.masking import kept_fields, mask_pan
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

PAN: Final = 2
# What a row says besides its message stands among its fields, under names that are no numbers: "by"
# and "because" where a person had it written; "+66" is field 66 of the answer that it keeps.
ANSWERS: Final = "+"
_texts_of = msgspec.json.Decoder(dict[str, str]).decode
_json = msgspec.json.Encoder().encode


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


class Row(Struct, frozen=True, gc=False, kw_only=True):
    """A row of the journal; the fields are the columns, in their order.

    What is asked of a leg later (where it came in, as what, from whom) stands in its first row;
    each row says by itself what it does to money, in *moved*.
    """

    sequence: int  # 1, 2, 3, … in this journal
    leg: int  # the leg that this belongs to, 1, 2, 3, …; 0 for a Mark
    at: Seconds
    state: str  # a State, or a Mark
    business_date: str  # bank day of the leg: that of its first row, for good
    day: str  # bank day that this row itself lies in: after a cut-over another than the leg's
    source: str  # the listener that the request came in by
    serves: str  # whom that listener serves: "merchants" or "acquirers"
    link: str  # the connection it came in on: "pos/17"
    kind: str = ""  # its row in the table of transactions; "" if it was reversed and never came
    identity: str = ""  # in the first row: what its repeats share; see specs.transactions.identity
    sent_on: str = ""  # in the first row: the date YYYY-MM-DD of field 7, with the year nearest us
    request_digest: str = ""  # in the first row: what a repeat must agree in
    upstream: str = ""  # the link it was forwarded to
    mti: str = ""
    rrn: str = ""
    merchant: str = ""
    terminal: str = ""
    amount: int = 0  # minor units; 0 where the message has no field 4
    currency: str = ""  # ISO 4217 numeric
    code: str = ""  # field 39
    moved: int = 0  # what this row adds to the captured funds of its merchant; minor units, signed
    stays: int = 0  # what a reversal leaves captured, minor units; 0: it takes all
    original: int = 0  # of a reversal that came in: the leg that it named, if there is one
    card: str = ""  # fingerprint of the card number
    pan_masked: str = ""
    pan_sealed: str = ""
    fields: str = "{}"  # JSON of the fields that may be stored; of a Mark, what it says


def storable(message: Message, pan: str) -> Message:
    """*message* as it may be remembered: without secrets, but with its card number *pan*, if any.

    >>> sale = Message("0200", {4: "000000001250", 35: "9999990000000014=30122011"})
    >>> storable(sale, "9999990000000014")
    <0200 2=999999******0014, 4=000000001250>
    """
    kept = kept_fields(message.fields, message.mti[:1])
    if pan:
        kept[PAN] = pan
    return Message(message.mti, kept)


def columns_of(kept: Message, beside: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The columns that *kept* fills, by name: a message as it is storable; of its card nothing.

    *beside*: what the row says besides, under names that are no numbers.
    """
    fields = kept.fields
    texts: dict[Any, str] = dict(fields)
    texts.pop(PAN, None)
    if beside:
        texts.update(beside)
    return {
        "mti": kept.mti,
        "rrn": fields.get(37, ""),
        "merchant": fields.get(42, "").rstrip(" "),
        "terminal": fields.get(41, "").rstrip(" "),
        "amount": int(fields.get(4, "0")),
        "currency": fields.get(49, ""),
        "code": fields.get(39, ""),
        "fields": _json(texts).decode(),
    }


def card_columns(pan: str, vault: Vault) -> dict[str, str]:
    """The columns that keep the card number *pan* itself."""
    return {"pan_masked": mask_pan(pan), "pan_sealed": vault.seal(pan)} if pan else {}


def message_of(row: Row, vault: Vault) -> Message:
    """The message of *row* as far as the disk can tell: all but what must never be stored."""
    fields = fields_of(row)
    if row.pan_sealed:
        fields[PAN] = vault.open(row.pan_sealed)
    return Message(row.mti, fields)


def fields_of(row: Row) -> dict[int, str]:
    """The fields of its message that *row*, of a leg, keeps, but for the card number."""
    return {int(name): text for name, text in _texts_of(row.fields).items() if name.isdigit()}


def beside(row: Row) -> Mapping[str, str]:
    """What *row*, of a leg, says besides its message."""
    return {name: text for name, text in _texts_of(row.fields).items() if not name.isdigit()}


def answer_beside(row: Row) -> dict[int, str]:
    """The fields that the answer which *row* keeps has besides those of its message."""
    if f'"{ANSWERS}' not in row.fields:  # Most rows; this is quicker than to read them.
        return {}
    return {int(name[1:]): text for name, text in beside(row).items() if name[:1] == ANSWERS}


def said(row: Row) -> Mapping[str, object]:
    """What a Mark says."""
    found: Mapping[str, object] = msgspec.json.decode(row.fields, type=dict[str, object])
    return found
