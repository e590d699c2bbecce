"""The table of what can be asked for (`kinds.toml`), and how a message finds its row.

A class of transaction is its row and nothing else: programs dispatch by its shape, hold or give
back money by its `money`, and settlement counts it under its bucket.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, ValidationError, convert

from ..codes import APPROVED
from ..errors import ConfigError
from ..message import Message
from .additional import FIELD as ADDITIONAL
from .offers import TABLE

Shape = Literal["ask", "advise", "reverse", "reconcile", "upload", "network"]
Money = Literal["none", "debit", "credit", "hold", "capture"]
Pin = Literal["optional", "required", "refused"]
Serves = Literal["merchants", "acquirers"]
Mti = Annotated[str, Meta(pattern=r"\A0[1-8][0-8][02]\Z")]
Code = Annotated[str, Meta(pattern=r"\A[0-9A-Z]{2}\Z")]
TwoDigits = Annotated[str, Meta(pattern=r"\A([0-9]{2})?\Z")]

APPROVAL_CODE: Final = 38  # In a request, it is that of another one, which this is about.
ORIGINAL_DATA: Final = 90  # likewise
SETTLES_WITH: Final = 99  # A terminal says nothing of that.
NO_CONDITION: Final = "none"  # that any row has
_MARKS: Final = {APPROVAL_CODE: "by 38", ORIGINAL_DATA: "by 90", SETTLES_WITH: "by 99"}
# The last digit of an MTI, and how the class of what has it begins: an acquirer's, or an issuer's.
ORIGINS: Final = {"0": "", "1": "", "2": "issuer ", "3": "issuer "}
# What an approval adds to that which a merchant is owed.
_SIGNS: Final[Mapping[Money, int]] = {"debit": 1, "capture": 1, "credit": -1}


class Kind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row; `kinds.toml` says what each column means."""

    name: str
    text: str
    shape: Shape
    mti: Annotated[tuple[Mti, ...], Meta(min_length=1)]
    processing: TwoDigits = ""
    condition: TwoDigits = ""
    marked_by: Literal[0, 38, 90, 99] = 0
    money: Money = "none"
    pin: Pin = "optional"
    sent_by: tuple[Serves, ...]
    by_name: bool = False
    original: tuple[str, ...] = ()
    requires: tuple[int, ...]
    answer: tuple[int, ...] = ()
    in_part: bool = True
    approval: Code = APPROVED
    undone_by: str = ""
    bucket: str = ""
    receipt: str = ""
    command: str = ""
    examples: tuple[tuple[str, str], ...] = ()

    @property
    def moves_money(self) -> bool:
        """Whether an approval does anything that may have to be undone."""
        return self.money != "none"

    @property
    def takes_cash(self) -> bool:
        """Whether a part of its amount, named in field 54, is paid out in cash."""
        return ADDITIONAL in self.requires

    @property
    def is_for_good(self) -> bool:
        """Whether what it moves stays moved: no reversal takes it back."""
        return self.moves_money and not self.undone_by

    @property
    def adds(self) -> bool:
        """Whether what it sets aside is added to what its original holds."""
        return self.money == "hold" and bool(self.original)

    @property
    def follows(self) -> bool:
        """Whether it is about what was captured before: a refund of that, or a tip on it."""
        return self.money in ("credit", "debit") and bool(self.original)

    @property
    def sign(self) -> int:
        """What an approved unit adds to that which the merchant is owed: 1, -1 or 0."""
        return _SIGNS.get(self.money, 0) if self.bucket else 0

    def __repr__(self) -> str:
        return f"<{self.name or 'unknown'}>"


# Of a request that was reversed before it came: what it was, nobody knows, so money may have moved.
NEVER_CAME: Final = Kind(
    name="", text="", shape="ask", mti=("0200",), money="debit", sent_by=(), requires=()
)


class Kinds:
    """Rows made ready for look-up. Raises ConfigError if they contradict each other."""

    def __init__(self, rows: Iterable[Kind]) -> None:
        self.all: Mapping[str, Kind] = {row.name: row for row in rows}
        self._by_key: dict[tuple[str, str, str], Kind] = {}
        for row in self.all.values():
            named = [("undone_by", row.undone_by)] if row.undone_by else []
            for column, other in (*named, *(("original", each) for each in row.original)):
                if other not in self.all:
                    raise ConfigError(f"{row.name}: {column}: there is no row {other!r}")
            if not row.moves_money and (row.undone_by or row.bucket):
                raise ConfigError(f"{row.name}: no money moves: nothing to undo, and no bucket")
            for mti in row.mti:
                third = row.condition or _MARKS.get(row.marked_by, "")
                which = ORIGINS[mti[3]] + mti[1:3]
                known = self._by_key.setdefault((which, row.processing, third), row)
                if known is not row:
                    raise ConfigError(f"{row.name}: comes as the same message as {known.name}")

    def find(self, message: Message) -> Kind | None:
        """The row of a request, or ``None``: nobody can ask for that."""
        mti, fields, by_key = message.mti, message.fields, self._by_key
        origin = ORIGINS.get(mti[3])
        if origin is None:
            return None
        which, processing = origin + mti[1:3], fields.get(3, "")[:2]
        return (
            by_key.get((which, processing, fields.get(25) or NO_CONDITION))
            or (APPROVAL_CODE in fields and by_key.get((which, processing, _MARKS[38])))
            or (ORIGINAL_DATA in fields and by_key.get((which, processing, _MARKS[90])))
            or (SETTLES_WITH in fields and by_key.get((which, "", _MARKS[99])))
            or by_key.get((which, processing, ""))
            or by_key.get((which, "", ""))
        )

    def of(self, request: Message) -> Kind:
        """The row of a *request* that was let through before; of one that has none, NEVER_CAME."""
        return self.find(request) or NEVER_CAME

    def named(self, name: str) -> Kind:
        """The row *name*, as a journal says it; "" is what never came. Raises ConfigError."""
        if not name:
            return NEVER_CAME
        try:
            return self.all[name]
        except KeyError:
            raise ConfigError(
                f"the journal knows transactions of the class {name!r}, which this version has "
                "not: start the version that wrote it"
            ) from None

    def is_asked_for(self, mti: str) -> bool:
        """Whether requests of that MTI are known at all, so that a missing field 3 is a fault."""
        origin = ORIGINS.get(mti[3])
        return any(which == f"{origin}{mti[1:3]}" for which, _, _ in self._by_key)

    def undone(self) -> tuple[str, ...]:
        """The classes of MTIs (second digits) of all that a reversal may name: money first."""
        classes = {mti[1] for row in self.all.values() if row.undone_by for mti in row.mti}
        return tuple(sorted(classes, reverse=True))


def read_kinds(document: str) -> Kinds:
    """The table in the TOML text *document*. Raises ConfigError, naming row and column."""
    rows: Mapping[str, Any] = tomllib.loads(document)
    kinds = []
    for name, row in rows.items():
        try:
            kinds.append(convert({"name": name, **row}, Kind))
        except ValidationError as error:
            raise ConfigError(f"{name}: {error}") from None
    return Kinds(kinds)


KINDS: Final = read_kinds(TABLE.read_text("utf-8"))
