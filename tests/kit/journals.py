"""A journal of a program that does nothing: rows, their table, and its schema."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import MetaData

from cardswitch.wire.store.schema import Schema, version_table
from cardswitch.wire.store.tables import journal_table


class Step(Struct, frozen=True, kw_only=True):
    """What every program's rows have, and an amount."""

    sequence: int
    leg: int
    at: float = 1764363134.25
    state: str = "forwarded"
    identity: str = ""
    sent_on: str = ""
    rrn: str = ""
    amount: int = 1250
    fields: str = "{}"


METADATA = MetaData()
STEPS = journal_table("steps", Step, METADATA)
SCHEMA = Schema(
    key="till.database",
    metadata=METADATA,
    version_table=version_table("steps", METADATA),
    version=1,
    lock_number=4_711,
    in_use="the journal is in use: stop the other till",
    missing="there is no journal yet: start the till once",
)
DAY = "2026-11-23"


def identity(number: int) -> str:
    """Of the request of trace *number*."""
    return f"pos|TERM0001|SHOP|2|{number:06}|20261123120000"


def steps(legs: int, first: int = 1) -> list[Step]:
    """Two rows of each of *legs* legs, the first of them number *first*; sequences from there."""
    made = []
    for leg in range(first, first + legs):
        opened = Step(
            sequence=2 * leg - 1, leg=leg, identity=identity(leg), sent_on=DAY, rrn=f"{leg:012}"
        )
        made += [opened, Step(sequence=2 * leg, leg=leg, state="approved")]
    return made


def checkpoint(sequence: int, legs: Sequence[int] = ()) -> Step:
    """The row that a start begins with, if *legs* are not finished."""
    fields = f'{{"legs":{[*legs]},"more":1}}'
    return Step(sequence=sequence, leg=0, state="checkpoint", amount=0, fields=fields)


def another_schema() -> Schema:
    """Of another program, whose tables may stand beside those of the till."""
    metadata = MetaData()
    return Schema(
        key="ledger.database",
        metadata=metadata,
        version_table=version_table("ledger", metadata),
        version=3,
        lock_number=4_712,
        in_use="the ledger is in use",
        missing="there is no ledger yet",
    )
