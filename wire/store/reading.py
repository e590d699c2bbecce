"""Reading a journal: all of it or what a start needs, streamed, in one snapshot; and its chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, Select, Table, select

from ..ports import Question
from .chain import START
from .database import reading
from .lookup import LookUps
from .tables import CHECKSUM
from .trouble import explained
from .verify import ROWS_AT_ONCE, breaks

R = TypeVar("R", bound=Struct)
CHECKPOINT: Final = "checkpoint"  # The state of the rows, of leg 0, that a start begins with.
_LEGS_AT_ONCE: Final = 500  # Parameters of one query; SQLite takes 999 or more.


class Checkpoint(Struct, frozen=True):
    """What the `fields` of a checkpoint must hold; whatever else they do is the program's."""

    legs: tuple[int, ...] = ()  # not finished then


_checkpoint = msgspec.json.Decoder(Checkpoint).decode


class JournalReading(Generic[R]):
    """What can be read from the journal in *table*, whoever opened it. All raises Error."""

    def __init__(self, engine: Engine, table: Table, row_type: type[R]) -> None:
        self.table = table
        self._engine = engine
        self._row = maker(row_type)
        self._shared: Connection | None = None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Inside, whatever is read is of one instant, though rows are committed in between.

        For one thread. Not while the same in-memory database is written to.
        """
        with reading(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            # The instant is that of the first read.
            self._shared = connection
            try:
                yield
            finally:
                self._shared = None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """To read with: that of the snapshot, or one of its own."""
        if self._shared is not None:
            yield self._shared
        else:
            with reading(self._engine) as connection:
                yield connection

    def select(self, query: Select[Any]) -> Iterator[R]:
        """The rows of a *query* for all columns of the table, streamed."""
        with self.connection() as connection:
            yield from map(self._row, _streamed(connection, query))

    def rows(self, after: int = 0, until: int | None = None) -> Iterator[R]:
        """Every row behind the sequence *after*, up to that of *until* included, in their order."""
        query = select(self.table).where(self.table.c.sequence > after)
        if until is not None:
            query = query.where(self.table.c.sequence <= until)
        return self.select(query.order_by(self.table.c.sequence))

    def recent(self) -> Iterator[R]:
        """What a start needs: the last checkpoint, what stood open then, and all that followed.

        First the checkpoint, then in their order the rows before it of the legs that it names, and
        of those that move again behind it, then all rows behind it. Without one, every row.
        """
        c = self.table.c
        marks = select(self.table).where(c.leg == 0, c.state == CHECKPOINT)
        last = 0
        row: Any
        for row in list(self.select(marks.order_by(c.sequence.desc()).limit(1))):
            last = row.sequence
            yield row
            legs = {*_checkpoint(row.fields).legs, *self._moved_since(last)}
            yield from self._open_at(last, sorted(legs))
        yield from self.rows(after=last)

    def head(self) -> tuple[int, str]:
        """The last sequence and its checksum: 0 and the start of the chain in an empty journal."""
        c = self.table.c
        query = select(c.sequence, c[CHECKSUM]).order_by(c.sequence.desc()).limit(1)
        with self.connection() as connection:
            found = connection.execute(query).first()
        return (found[0], found[1]) if found else (0, START)

    def verify(self, after: int = 0) -> Iterator[str]:
        """Walk the chain behind the row *after*: a line for every break in it, by row and leg."""
        c = self.table.c
        with self.connection() as connection:
            checksum = START
            if after:
                known = select(c[CHECKSUM]).where(c.sequence == after)
                checksum = connection.scalar(known) or START
            yield from breaks(connection, self.table, after, checksum)

    def _found(self, look_ups: LookUps, questions: Sequence[Question]) -> list[Sequence[R] | None]:
        answers = look_ups.answer(questions)
        return [None if found is None else [*map(self._row, found)] for found in answers]

    def _moved_since(self, sequence: int) -> list[int]:
        """The legs of rows behind *sequence* that began before it, finished then or not."""
        c = self.table.c
        # In the order of the key: to group them, SQLite would walk the index of all legs ever.
        behind = select(c.leg, c.identity).where(c.sequence > sequence).order_by(c.sequence)
        began: dict[int, bool] = {}  # by leg, whether its first row is among those
        with self.connection() as connection:
            for leg, identity in _streamed(connection, behind):
                began.setdefault(leg, identity != "")
        return [leg for leg, is_new in began.items() if leg and not is_new]

    def _open_at(self, sequence: int, legs: Sequence[int]) -> list[R]:
        """The rows of *legs* before *sequence*; few, for whoever starts holds them in memory."""
        c = self.table.c
        found: list[Any] = []
        for start in range(0, len(legs), _LEGS_AT_ONCE):
            some = c.leg.in_(legs[start : start + _LEGS_AT_ONCE])
            found += self.select(select(self.table).where(some, c.sequence < sequence))
        return sorted(found, key=lambda row: row.sequence)


@cache
def maker(row_type: type[R]) -> Callable[[Sequence[Any]], R]:
    """Makes a row of the values of its columns; the checksum, which is last, is left out.

    By a call with the names of the fields, as somebody would write it: an eighth of the work of a
    dictionary of them.
    """
    given = ", ".join(f"{name}=v[{n}]" for n, name in enumerate(row_type.__struct_fields__))
    source = f"lambda v: of({given})"  # made of names in our code
    made: Callable[[Sequence[Any]], R] = eval(source, {"of": row_type})  # noqa: S307
    return made


def streamed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """What the database answers to *query*, as plain tuples: half the work where they are many."""
    if connection.dialect.name != "sqlite":
        yield from _streamed(connection, query)
        return
    driver: Any = connection.connection.driver_connection
    asked = query.compile(dialect=connection.dialect)
    names, values = getattr(asked, "positiontup", None) or (), asked.construct_params()
    with explained("read"):
        yield from driver.execute(str(asked), [values[name] for name in names])


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    with explained("read"):
        yield from connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
