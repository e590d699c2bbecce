"""Look-ups: which legs a question names, found by the indexes of their first rows, and their rows.

Most questions are about one identity that is not there. That costs one probe of one index, and all
such probes of a turn are one statement: a thread waits for the interpreter after each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    Engine,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
)

from cardswitch.specs.errors import Error

from ..ports import Question
from .tables import CHECKSUM, is_first_row, is_with_rrn
from .trouble import explained

T = TypeVar("T")
LEGS_MAX: Final = (
    1_000  # Whoever names more means none in particular, and would hold the writer up.
)
# Identities, or legs, in one statement. Fewer are filled up, so that there are only so many
# statements.
_AT_ONCE: Final = (1, 8, 64)
_LEGS_AT_ONCE: Final = (1, 4, 16, 64)
_LAST: Final = "\U0010ffff"  # Behind every text that begins with what stands before it.


def _names(size: int) -> list[BindParameter[str]]:
    return [bindparam(f"identity_{number}", type_=Text) for number in range(size)]


def _legs(size: int) -> list[BindParameter[int]]:
    return [bindparam(f"leg_{number}", type_=BigInteger) for number in range(size)]


class Statements:
    """What look-ups in *table* say to a database of that *dialect*.

    To compile them costs more than to ask.
    """

    def __init__(self, dialect: Dialect, table: Table) -> None:
        self._dialect = dialect
        self._table = table
        c = table.c
        first = select(c.leg).where(is_first_row(table))
        # Both as literals: parameters are those of the conditions alone.
        first = first.limit(literal_column(f"{LEGS_MAX + 1}")).offset(literal_column("0"))
        sent_on = c.sent_on == bindparam("sent_on")
        named = select(c.identity, c.leg).where(is_first_row(table))
        self.by_identities = {
            size: self._text(named, sent_on, c.identity.in_(_names(size))) for size in _AT_ONCE
        }
        begins = (c.identity >= bindparam("begin"), c.identity <= bindparam("end"))
        self.by_begin = self._text(first, sent_on, *begins)
        with_rrn = first.where(is_with_rrn(table))
        self.by_rrn = self._text(with_rrn, c.rrn == bindparam("rrn"), *begins)
        columns = [column for column in c if column.name != CHECKSUM]
        self.by_legs = {
            size: self._text(select(*columns), c.leg.in_(_legs(size))) for size in _LEGS_AT_ONCE
        }

    @cached_property
    def last_by_legs(self) -> Mapping[int, str]:
        """Made when it is first wanted: few programs ask."""
        c = self._table.c
        last = select(c.leg, func.max(c.sequence))
        return {
            size: self._text(last, c.leg.in_(_legs(size))) + " GROUP BY leg"
            for size in _LEGS_AT_ONCE
        }

    def _text(self, query: Select[Any], *conditions: ColumnElement[bool]) -> str:
        """*query* compiled; its parameters are those of *conditions*, in their order."""
        return str(query.where(*conditions).compile(dialect=self._dialect))


_MADE: Final[dict[tuple[str, str, Table], Statements]] = {}


def statements(dialect: Dialect, table: Table) -> Statements:
    """What look-ups in *table* say to a database of that *dialect*, made once in a process."""
    key = (dialect.name, dialect.paramstyle, table)
    if key not in _MADE:
        _MADE[key] = Statements(dialect, table)
    return _MADE[key]


class Statement:
    """A *query*, compiled once for a database of that *dialect*; what is bound has a name."""

    def __init__(self, dialect: Dialect, query: Select[Any]) -> None:
        compiled = query.compile(dialect=dialect)
        self.text = str(compiled)
        self._names: Sequence[str] = getattr(compiled, "positiontup", None) or ()
        self._known: Mapping[str, Any] = compiled.construct_params(_check=False)

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """What is bound, in its order: what is *given*, and what the query says itself."""
        known = self._known
        return tuple([given[name] if name in given else known[name] for name in self._names])


class LookUps:
    """Makes *statements* to a journal, on a connection of *engine* that is kept for them.

    If the server ends that connection one call fails, and the next has a new one. The rows come as
    tuples of the columns but the checksum.
    """

    def __init__(self, engine: Engine, statements: Statements) -> None:
        self._engine = engine
        self._statements = statements
        self._failure: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._connection: Any = None

    def answer(self, questions: Sequence[Question]) -> list[list[tuple[Any, ...]] | None]:
        """For each of *questions*, all rows of the legs that it names, in their order.

        None for one that names more than LEGS_MAX legs. Raises Error if nothing can be read.
        """
        with self._cursor() as cursor:
            named = self._named(cursor, questions)
            return [self._rows(cursor, question, named) for question in questions]

    def ask(self, statement: Statement, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """What *statement* finds with what is *given*. Raises Error if nothing can be read."""
        with self._cursor() as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(
                statement.text, statement.values(given)
            ).fetchall()
        return found

    def last_rows(self, legs: Sequence[int]) -> dict[int, int]:
        """The sequence of the last row of each of *legs*. Raises Error if nothing can be read."""
        with self._cursor() as cursor:
            return {
                leg: last
                for text, some in filled(self._statements.last_by_legs, legs)
                for leg, last in cursor.execute(text, some).fetchall()
            }

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        try:
            with explained("read", self._failure):
                if self._connection is None:
                    self._connect()
                with closing(self._connection.cursor()) as cursor:
                    yield cursor
        except Error:
            self._give_up()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> None:
        self._connection = self._engine.raw_connection()
        if self._engine.dialect.name == "postgresql":
            self._connection.driver_connection.autocommit = True  # One way to the server and back.

    def _give_up(self) -> None:
        """A failed read does no harm to SQLite; of a server, the connection may be gone."""
        if self._connection is not None and self._engine.dialect.name == "postgresql":
            self._connection.invalidate()
            self._connection = None

    def _named(
        self, cursor: Any, questions: Sequence[Question]
    ) -> dict[tuple[str, str], list[int]]:
        """By date and identity, the legs of all identities in *questions*."""
        wanted: dict[str, list[str]] = {}
        for question in questions:
            for sent_on, identity in question.identities:
                wanted.setdefault(sent_on, []).append(identity)
        found: dict[tuple[str, str], list[int]] = {}
        for sent_on, identities in wanted.items():
            for text, names in filled(self._statements.by_identities, identities):
                cursor.execute(text, (sent_on, *names))
                for identity, leg in cursor.fetchall():
                    found.setdefault((sent_on, identity), []).append(leg)
        return found

    def _rows(
        self, cursor: Any, question: Question, named: Mapping[tuple[str, str], Sequence[int]]
    ) -> list[tuple[Any, ...]] | None:
        legs = set(question.legs)
        for key in question.identities:
            legs.update(named.get(key, ()))
        for text, parameters in self._probes(question):
            legs.update(leg for (leg,) in cursor.execute(text, parameters).fetchall())
        if len(legs) > LEGS_MAX:
            return None
        rows = [
            row
            for text, some in filled(self._statements.by_legs, list(legs))
            for row in cursor.execute(text, some).fetchall()
        ]
        rows.sort()  # by their first column, the sequence
        return rows

    def _probes(self, question: Question) -> list[tuple[str, tuple[str, ...]]]:
        return [
            *[
                (self._statements.by_begin, (on, begin, begin + _LAST))
                for on, begin in question.begins
            ],
            *[
                (self._statements.by_rrn, (rrn, begin, begin + _LAST))
                for rrn, begin in question.rrns
            ],
        ]


def filled(statements: Mapping[int, str], given: Sequence[T]) -> Iterator[tuple[str, list[T]]]:
    """The *statements*, by how many they ask for, that ask for all that is *given*."""
    most = max(statements)
    for start in range(0, len(given), most):
        some = [*given[start : start + most]]
        size = next(size for size in statements if size >= len(some))
        yield statements[size], some + some[-1:] * (size - len(some))
