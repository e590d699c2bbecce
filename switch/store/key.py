"""Whether a vault has the key that a journal was written with: asked at the start, not at a sale.

With another key no reversal could be built after a crash, and no card would be known again.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from cardswitch.specs.errors import Error
from cardswitch.wire.store.reading import JournalReading

from ..core.row import Row, Vault

WRONG_KEY: Final = (
    "the vault's key is not the one that this journal was written with: put the key of this data "
    "folder back, or move the folder away and start with a new one"
)


def require_key(journal: JournalReading[Row], vault: Vault) -> None:
    """Raise Error unless *vault* opens the last card number that *journal* holds."""
    c = journal.table.c
    query = select(journal.table).where(c.pan_sealed != "").order_by(c.sequence.desc()).limit(1)
    for row in journal.select(query):
        try:
            is_known = vault.fingerprint(vault.open(row.pan_sealed)) == row.card
        except Error:
            is_known = False
        if not is_known:
            raise Error(WRONG_KEY)
