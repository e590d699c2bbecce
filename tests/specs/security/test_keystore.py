"""Keys at rest: only the passphrase opens them, and only as they were."""

from hashlib import scrypt

import pytest

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security import keystore
from cardswitch.specs.security.keystore import open_keystore, seal_keystore, stretch_passphrase

PASSPHRASE, CONTENT, BESIDE = "correct horse", b"twenty pairs of keys", b"names"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "_COST", 16)


def sealed() -> bytes:
    return seal_keystore(PASSPHRASE, CONTENT, BESIDE, bytes(range(28)))


def test_what_is_sealed_is_opened() -> None:
    assert open_keystore(PASSPHRASE, sealed(), BESIDE) == CONTENT
    assert CONTENT not in sealed()
    assert sealed()[:28] == bytes(range(28))


def test_other_random_bytes_make_another_text() -> None:
    other = seal_keystore(PASSPHRASE, CONTENT, BESIDE, bytes(28))
    assert other[28:] != sealed()[28:]
    assert open_keystore(PASSPHRASE, other, BESIDE) == CONTENT


@pytest.mark.parametrize("at", [0, 20, 28, 40, -1])
def test_any_change_is_seen(at: int) -> None:
    changed = bytearray(sealed())
    changed[at] ^= 1
    with pytest.raises(CryptoError, match="wrong passphrase, or the key store was changed"):
        open_keystore(PASSPHRASE, bytes(changed), BESIDE)


def test_another_passphrase_or_another_file_around_it() -> None:
    for passphrase, beside in (("correct horsf", BESIDE), (PASSPHRASE, b"others")):
        with pytest.raises(CryptoError, match="wrong passphrase"):
            open_keystore(passphrase, sealed(), beside)


def test_what_is_too_short() -> None:
    with pytest.raises(CryptoError, match="8 characters"):
        seal_keystore("seven77", CONTENT, BESIDE, bytes(28))
    with pytest.raises(CryptoError, match="28 random bytes"):
        seal_keystore(PASSPHRASE, CONTENT, BESIDE, bytes(27))
    with pytest.raises(CryptoError, match="salt of 16"):
        stretch_passphrase(PASSPHRASE, bytes(15))
    with pytest.raises(CryptoError, match="too short"):
        open_keystore(PASSPHRASE, sealed()[:43], BESIDE)


def test_it_is_scrypt_at_its_full_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    expected = scrypt(b"x", salt=bytes(16), n=2**15, r=8, p=1, maxmem=64 << 20, dklen=32)
    assert stretch_passphrase("x", bytes(16)) == expected
