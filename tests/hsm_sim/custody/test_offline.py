"""Key store and audit log of a module at rest."""

from contextlib import closing

import pytest

from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.custody.audit import verify_audit
from cardswitch.hsm_sim.custody.authority import enrol
from cardswitch.hsm_sim.custody.events import LMK_LOADED, OFFICER_ADDED, TAMPERED
from cardswitch.hsm_sim.custody.offline import OfflineStore
from cardswitch.hsm_sim.custody.store import (
    KeyStore,
    StoreError,
    read_store,
    with_officers,
    write_store,
)
from cardswitch.specs.errors import ConfigError, Error

CONFIG = HsmConfig(port=0, key_store="hsm.keys")
STORE = with_officers(KeyStore(), (enrol("anna", "correct horse", bytes(16)),), "", b"")


def test_store_and_log_change_together(tmp_path) -> None:
    with closing(OfflineStore(CONFIG, tmp_path)) as offline:
        assert offline.store.officers == ()
        offline.keep(STORE, [(OFFICER_ADDED, {"officer": "anna"})], 5.0)
        offline.keep(STORE, [(TAMPERED, {"cause": "lid"})], 6.0)
    assert read_store(tmp_path / "hsm.keys") == STORE
    lines = (tmp_path / "hsm.audit").read_bytes().splitlines(keepends=True)
    assert (len(lines), verify_audit(lines)) == (2, [])
    with closing(OfflineStore(CONFIG, tmp_path)) as offline:
        assert offline.store == STORE
        assert offline.tampered == "lid"
        offline.keep(STORE, [(LMK_LOADED, {})], 7.0)
    with closing(OfflineStore(CONFIG, tmp_path)) as offline:
        assert offline.tampered == ""


def test_nobody_else_holds_the_files(tmp_path) -> None:
    with (
        closing(OfflineStore(CONFIG, tmp_path)),
        pytest.raises(Error, match="is the program running already"),
    ):
        OfflineStore(CONFIG, tmp_path)


def test_without_a_file_there_is_no_ceremony(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"hsm\.key_store: missing"):
        OfflineStore(HsmConfig(port=0), tmp_path)


def test_a_store_that_was_changed_is_for_the_module_to_erase(tmp_path) -> None:
    write_store(tmp_path / "hsm.keys", KeyStore(tampered="x"))
    with pytest.raises(StoreError, match="was changed since"):
        OfflineStore(CONFIG, tmp_path)


def test_a_broken_log_is_let_go(tmp_path) -> None:
    (tmp_path / "hsm.audit").write_bytes(b"x\n")
    for _ in range(2):
        with pytest.raises(Error, match="not a journal of this program"):
            OfflineStore(CONFIG, tmp_path)
