"""A vault with another key is noticed at the start, whatever the last rows are about."""

import pytest
from sqlalchemy import MetaData

from cardswitch.specs.errors import Error
from cardswitch.specs.security.vault import AesVault
from cardswitch.switch.core.row import Row
from cardswitch.switch.store.key import require_key
from cardswitch.wire.store.engines import memory_engine
from cardswitch.wire.store.journal import JournalStore
from cardswitch.wire.store.schema import Schema, version_table
from cardswitch.wire.store.tables import journal_table

OURS, OTHER = AesVault(b"a" * 32), AesVault(b"b" * 32)
PAN = "9999990000000014"


@pytest.fixture
def journal():
    metadata = MetaData()
    table = journal_table("journal", Row, metadata)
    schema = Schema(
        key="switch.database",
        metadata=metadata,
        version_table=version_table("journal", metadata),
        version=1,
        lock_number=1,
        in_use="in use",
        missing="missing",
    )
    store = JournalStore(memory_engine(), schema, table, Row)
    yield store
    store.close()


def row(sequence, **columns):
    return Row(
        sequence=sequence, leg=sequence, at=0.0, state="forwarded", business_date="2026-11-28",
        day="2026-11-28", source="pos", serves="merchants", link="pos/1", **columns,
    )  # fmt: skip


def sealed(vault, sequence):
    return row(sequence, pan_sealed=vault.seal(PAN), card=vault.fingerprint(PAN))


def test_a_journal_without_cards_fits_every_key(journal):
    require_key(journal, OURS)
    journal.commit([row(1)])
    require_key(journal, OTHER)


def test_the_key_that_it_was_written_with_fits(journal):
    journal.commit([sealed(OURS, 1), row(2)])
    require_key(journal, OURS)


def test_another_key_is_refused_with_what_to_do(journal):
    journal.commit([sealed(OURS, 1), row(2)])
    with pytest.raises(Error, match=r"not the one that this journal was written with.*new one"):
        require_key(journal, OTHER)


def test_a_card_that_would_not_be_known_again_is_noticed_too(journal):
    journal.commit([row(1, pan_sealed=OURS.seal(PAN), card=OTHER.fingerprint(PAN))])
    with pytest.raises(Error, match="not the one"):
        require_key(journal, OURS)
