"""A group of tables that one program holds: what its opening must know of it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from sqlalchemy import Column, Inspector, Integer, MetaData, Table


class Schema(Struct, frozen=True, kw_only=True):
    """A group of tables, with all that its opening must know."""

    key: str  # of the configuration: where the url comes from
    metadata: MetaData
    version_table: Table  # one row; it also says that the tables are ours
    version: int
    lock_number: int  # names our lock among those that PostgreSQL keeps for a database
    in_use: str  # what to say, and to try, when somebody else holds it
    missing: str  # what to say to a reader before there is anything to read


_VERSION: Final = "version"


def version_table(group: str, metadata: MetaData) -> Table:
    """The table of *metadata* that says that *group* is ours, and of which version."""
    return Table(f"{group}_{_VERSION}", metadata, Column(_VERSION, Integer, primary_key=True))


def is_ours(tables: Inspector, name: str) -> bool:
    """Whether the table *name* is one that :func:`version_table` makes, for whatever group.

    Other programs have tables of such a name too, but not with this one column.
    """
    if not name.endswith(f"_{_VERSION}"):
        return False
    return [column["name"] for column in tables.get_columns(name)] == [_VERSION]
