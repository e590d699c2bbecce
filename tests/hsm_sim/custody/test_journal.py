"""The audit file, and the key store that a tamper erases."""

from contextlib import closing

import pytest

from cardswitch.hsm_sim.custody.audit import AuditLog
from cardswitch.hsm_sim.custody.events import STARTED, TAMPERED
from cardswitch.hsm_sim.custody.journal import AuditJournal
from cardswitch.hsm_sim.custody.store import KeyStore, read_store, with_lmks, write_store
from cardswitch.specs.errors import Error
from cardswitch.specs.security.block_lmk import BlockLmk
from tests.kit.files import is_owners_alone

LIVE = BlockLmk(bytes(range(32)), is_test=False)


def test_entries_come_back_and_the_chain_goes_on(tmp_path) -> None:
    path = tmp_path / "hsm.audit"
    log = AuditLog()
    first, second = log.entry(STARTED, {"policy": "A"}, 1.0), log.entry(STARTED, {}, 2.5)
    with closing(AuditJournal(path)) as journal:
        assert journal.read_verified() == []
        journal.commit([first])
    with closing(AuditJournal(path)) as journal:
        assert journal.read_verified() == [first]
        journal.commit([second])
        assert journal.read_verified() == [first, second]
    assert is_owners_alone(path)


def test_a_broken_chain_is_named_by_its_line(tmp_path) -> None:
    path = tmp_path / "hsm.audit"
    log = AuditLog()
    with closing(AuditJournal(path)) as journal:
        journal.commit([log.entry(STARTED, {"policy": "A"}, 1.0) for _ in range(3)])
    path.write_bytes(path.read_bytes().replace(b'"sequence":2', b'"sequence":5'))
    with closing(AuditJournal(path)) as journal, pytest.raises(Error, match="line 2: the entry"):
        journal.read_verified()


def test_a_tamper_erases_the_key_store(tmp_path) -> None:
    store = tmp_path / "hsm.keys"
    write_store(store, with_lmks(KeyStore(), {"00": LIVE}, "correct horse", bytes(28)))
    log = AuditLog()
    with closing(AuditJournal(tmp_path / "hsm.audit", store)) as journal:
        journal.commit([log.entry(STARTED, {}, 1.0)])
        assert read_store(store).lmks
        journal.commit([log.entry(TAMPERED, {"cause": "lid"}, 2.0)])
    assert (read_store(store).lmks, read_store(store).tampered) == ((), "lid")
