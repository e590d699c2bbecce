"""The audit file, and the key store that a tamper erases."""

from contextlib import closing

import pytest

from cardswitch.hsm_sim.custody.audit import AuditLog
from cardswitch.hsm_sim.custody.events import AUDIT_REPAIRED, AUDIT_UNANCHORED, STARTED, TAMPERED
from cardswitch.hsm_sim.custody.journal import AuditJournal, anchor_of
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
        assert list(journal.read_verified()) == []
        journal.commit([first])
    with closing(AuditJournal(path)) as journal:
        assert list(journal.read_verified()) == [first]
        journal.commit([second])
        assert list(journal.read_verified()) == [first, second]
    assert is_owners_alone(path)


def test_a_broken_chain_is_named_by_its_line(tmp_path) -> None:
    path = tmp_path / "hsm.audit"
    log = AuditLog()
    with closing(AuditJournal(path)) as journal:
        journal.commit([log.entry(STARTED, {"policy": "A"}, 1.0) for _ in range(3)])
    path.write_bytes(path.read_bytes().replace(b'"sequence":2', b'"sequence":5'))
    with closing(AuditJournal(path)) as journal, pytest.raises(Error, match="line 2: the entry"):
        list(journal.read_verified())


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_cut_end_is_found_at_the_start(tmp_path, left: int) -> None:
    path = tmp_path / "hsm.audit"
    log = AuditLog()
    with closing(AuditJournal(path)) as journal:
        journal.commit([log.entry(STARTED, {}, 1.0) for _ in range(3)])
    assert is_owners_alone(anchor_of(path))
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(whole[:left]))
    with closing(AuditJournal(path)) as journal, pytest.raises(Error, match="the end was cut"):
        list(journal.read_verified())


def test_what_was_mended_at_the_start_is_told(tmp_path) -> None:
    path = tmp_path / "hsm.audit"
    log = AuditLog()
    with closing(AuditJournal(path)) as journal:
        assert journal.troubles == []
        journal.commit([log.entry(STARTED, {}, 1.0)])
    with path.open("ab") as file:
        file.write(b'{"sequence":2,"ti')
    with closing(AuditJournal(path)) as journal:
        assert journal.troubles == [(AUDIT_REPAIRED, {"bytes": "17"})]
        assert len(list(journal.read_verified())) == 1
    anchor_of(path).unlink()
    with closing(AuditJournal(path)) as journal:
        assert journal.troubles == [(AUDIT_UNANCHORED, {})]
        journal.commit([log.entry(STARTED, {}, 1.0)])
    with closing(AuditJournal(path)) as journal:
        assert journal.troubles == []


def test_an_entry_that_the_anchor_does_not_know_yet_is_no_cut(tmp_path) -> None:
    path = tmp_path / "hsm.audit"
    log = AuditLog()
    with closing(AuditJournal(path)) as journal:
        journal.commit([log.entry(STARTED, {}, 1.0)])
        before = anchor_of(path).read_bytes()
        journal.commit([log.entry(STARTED, {}, 2.0)])
    anchor_of(path).write_bytes(before)
    with closing(AuditJournal(path)) as journal:
        assert len(list(journal.read_verified())) == 2


def test_a_damaged_anchor_is_an_error_that_names_it(tmp_path) -> None:
    path = tmp_path / "hsm.audit"
    anchor_of(path).write_text("x" * 64)
    with pytest.raises(Error, match=r"hsm\.audit\.head: damaged"):
        AuditJournal(path)


def test_a_tamper_erases_the_key_store(tmp_path) -> None:
    store = tmp_path / "hsm.keys"
    write_store(store, with_lmks(KeyStore(), {"00": LIVE}, "correct horse", bytes(28)))
    log = AuditLog()
    with closing(AuditJournal(tmp_path / "hsm.audit", store)) as journal:
        journal.commit([log.entry(STARTED, {}, 1.0)])
        assert read_store(store).lmks
        journal.commit([log.entry(TAMPERED, {"cause": "lid"}, 2.0)])
    assert (read_store(store).lmks, read_store(store).tampered) == ((), "lid")
