"""The zero sum of double entry, where nobody can go round it: in the database, at the seal.

A row of `journals` seals the postings of its name. The database refuses one that does not sum to
zero in every currency, or has no posting, and every posting that comes behind the seal.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, Table, event

_CROOKED: Final = """
    NOT EXISTS (SELECT 1 FROM {postings} WHERE journal_id = NEW.journal_id)
    OR EXISTS (
        SELECT 1 FROM {postings} WHERE journal_id = NEW.journal_id
        GROUP BY currency HAVING sum(amount) <> 0
    )
"""
_SEALED: Final = "EXISTS (SELECT 1 FROM {journals} WHERE journal_id = NEW.journal_id)"
_IN_SQLITE: Final = """
CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table} WHEN {condition}
BEGIN SELECT RAISE(ABORT, '{words}'); END
"""
_FUNCTION_IN_POSTGRESQL: Final = """
CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN IF {condition} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$
"""
_TRIGGER_IN_POSTGRESQL: Final = """
CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_{name}()
"""


def require_zero_sums(journals: Table, postings: Table) -> None:
    """Have the database itself check every journal that is sealed, once both tables are made."""
    names = {"journals": journals.name, "postings": postings.name}
    rules = (
        ("zero", journals, _CROOKED, "a journal does not sum to zero"),
        ("open", postings, _SEALED, "a journal is sealed"),
    )
    for name, table, condition, words in rules:
        about = {"table": table.name, "name": name, "words": words}
        about["condition"] = condition.format(**names)
        for dialect, text in (
            ("sqlite", _IN_SQLITE),
            ("postgresql", _FUNCTION_IN_POSTGRESQL),
            ("postgresql", _TRIGGER_IN_POSTGRESQL),
        ):
            statement = DDL(text.format(**about))  # type: ignore[no-untyped-call]
            # Behind the last of the two, since each rule looks at both.
            event.listen(postings, "after_create", statement.execute_if(dialect=dialect))
