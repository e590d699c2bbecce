"""The key store: private, whole, and closed without its passphrase."""

import os

import msgspec
import pytest

from cardswitch.hsm_sim.custody.authority import enrol
from cardswitch.hsm_sim.custody.ceremony import to_bytes
from cardswitch.hsm_sim.custody.store import (
    KeyStore,
    StoreError,
    erase_store,
    open_lmks,
    read_store,
    with_lmks,
    with_officers,
    without_lmks,
    write_store,
)
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk
from cardswitch.specs.security.errors import KeyRefused
from cardswitch.specs.security.lmk import TEST_LMK
from tests.kit.files import is_owners_alone

PASSPHRASE = "correct horse"
LIVE = BlockLmk(bytes(range(100, 132)), is_test=False)
LMKS = {"00": TEST_LMK, "01": LIVE}
RANDOM = bytes(range(28))
ANNA = enrol("anna", "battery staple", bytes(16))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "hsm.keys"


def filled() -> KeyStore:
    return with_lmks(KeyStore(officers=(ANNA,)), LMKS, PASSPHRASE, RANDOM)


def test_what_is_written_is_read_and_opened(path) -> None:
    write_store(path, filled())
    store = read_store(path)
    assert store == filled()
    assert store.is_whole
    assert open_lmks(store, PASSPHRASE) == LMKS
    assert [(lmk.lmk_id, lmk.kind, lmk.is_test) for lmk in store.lmks] == [
        ("00", "variant", True),
        ("01", "block", False),
    ]


def test_no_file_is_an_empty_store(path) -> None:
    store = read_store(path)
    assert store.is_whole
    assert (store.officers, store.lmks) == ((), ())
    assert open_lmks(store, "whatever") == {}


def test_the_file_is_private_and_holds_no_key_in_clear(path) -> None:
    write_store(path, filled())
    assert is_owners_alone(path)
    data = path.read_bytes().lower()
    for lmk in LMKS.values():
        _, value = to_bytes(lmk)
        for at in range(0, len(value), 16):
            assert value[at : at + 16].hex().encode() not in data
            assert value[at : at + 16] not in data
    assert b"battery staple" not in data
    assert PASSPHRASE.encode() not in data


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_file_that_others_may_read_is_refused(path) -> None:
    write_store(path, filled())
    path.chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        read_store(path)


def test_another_passphrase_is_an_error() -> None:
    with pytest.raises(CryptoError, match="wrong passphrase"):
        open_lmks(filled(), "correct horsf")


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"{}x", b"\xff\xfe", b'{"format":"other"}', b'{"more":1}']
)
def test_a_file_that_is_no_store_is_an_error(path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(StoreError, match="no key store, or damaged"):
        read_store(path)


@pytest.mark.parametrize(
    "change",
    [
        {"officers": ()},
        {"tampered": "x"},
        {"sealed": "00" * 60},
        {"digest": "0" * 64},
        {"lmks": (msgspec.structs.replace(filled().lmks[0], is_test=False),)},
    ],
)
def test_every_change_is_seen_in_the_digest(path, change) -> None:
    write_store(path, msgspec.structs.replace(filled(), **change))
    assert not read_store(path).is_whole


def test_officers_and_status_are_bound_to_the_seal() -> None:
    status = tuple(msgspec.structs.replace(lmk, is_test=True) for lmk in filled().lmks)
    for change in ({"officers": ()}, {"lmks": status}, {"sealed": "zz"}):
        with pytest.raises(CryptoError, match="wrong passphrase, or"):
            open_lmks(msgspec.structs.replace(filled(), **change), PASSPHRASE)


def test_officers_are_changed_under_the_seal() -> None:
    ben = enrol("ben", "battery staple", bytes(16))
    changed = with_officers(filled(), (ANNA, ben), PASSPHRASE, bytes(28))
    assert changed.is_whole
    assert changed.officers == (ANNA, ben)
    assert open_lmks(changed, PASSPHRASE) == LMKS
    with pytest.raises(CryptoError):
        with_officers(filled(), (ben,), "wrong passphrase", bytes(28))
    assert with_officers(KeyStore(), (ben,), "", b"").is_whole


def test_a_live_lmk_with_published_keys_is_not_stored() -> None:
    published = BlockLmk(TEST_BLOCK_LMK.key, is_test=False)
    with pytest.raises(KeyRefused, match="published"):
        with_lmks(KeyStore(), {"00": published}, PASSPHRASE, RANDOM)


def test_erasing_leaves_the_officers(path) -> None:
    write_store(path, filled())
    erase_store(path, "lid opened")
    store = read_store(path)
    assert store == without_lmks(filled(), "lid opened")
    assert (store.officers, store.lmks, store.sealed) == ((ANNA,), (), "")
    assert store.tampered == "lid opened"
    assert store.is_whole
    assert with_lmks(store, LMKS, PASSPHRASE, RANDOM).tampered == ""


def test_erasing_nothing_writes_nothing(path) -> None:
    erase_store(path, "lid opened")
    assert not path.exists()


def test_a_write_that_fails_leaves_the_old_store(path, monkeypatch) -> None:
    write_store(path, filled())

    def broken(_file: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StoreError, match="no space left"):
        write_store(path, KeyStore())
    assert read_store(path) == filled()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_a_crash_left_is_overwritten(path) -> None:
    path.with_name("hsm.keys.new").write_bytes(b"half")
    write_store(path, filled())
    assert read_store(path) == filled()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_nothing_shown_holds_what_is_sealed() -> None:
    assert repr(filled()) == "<KeyStore: 1 officers, 2 LMKs>"
