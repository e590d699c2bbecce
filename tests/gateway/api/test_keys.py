"""API keys: only hashes on disk, changes by others seen, and refused once revoked."""

import pytest

from cardswitch.gateway.api import keys
from cardswitch.gateway.api.keys import KeyFile
from cardswitch.specs.errors import Error


def test_a_key_is_found_by_its_text_and_the_file_has_none(tmp_path):
    path = tmp_path / "gateway.keys"
    (secret, text), (public, other) = KeyFile(path).add("SHOP0001", 7)
    assert (secret.kind, public.kind) == ("secret", "publishable")
    assert (text[:8], other[:8]) == ("sk_test_", "pk_test_")
    written = path.read_text()
    assert text not in written
    assert other not in written
    assert path.stat().st_mode & 0o077 == 0
    assert KeyFile(path).find(text, 8) == secret
    assert KeyFile(path).find(text[:-1], 8) is None
    assert KeyFile(path).find("", 8) is None


def test_a_change_by_another_program_counts_at_once(tmp_path):
    here, there = KeyFile(tmp_path / "k"), KeyFile(tmp_path / "k")
    assert here.all() == ()
    [(key, text), _] = there.add("SHOP0001", 7)
    assert here.find(text, 8) == key
    there.revoke(key.id, 9)
    assert here.find(text, 9) is None
    assert here.all()[0].revoked == 9
    assert there.revoke(key.id, 11).revoked == 9


def test_what_cannot_be_read_or_is_not_there_is_said(tmp_path, monkeypatch):
    (tmp_path / "k").write_text("{")
    with pytest.raises(Error, match="damaged"):
        KeyFile(tmp_path / "k").all()
    with pytest.raises(Error, match="no such key"):
        KeyFile(tmp_path / "none").revoke("key_x", 1)
    monkeypatch.setattr(keys, "KEYS_MAX", 1)
    with pytest.raises(Error, match="keys are there"):
        KeyFile(tmp_path / "none").add("SHOP", 1)


def test_a_rolled_key_is_taken_beside_the_new_one_for_a_while(tmp_path):
    keys = KeyFile(tmp_path / "k")
    [(old, text), _] = keys.add("SHOP0001", 7)
    new, other = keys.roll(old.id, 10, 20)
    assert (new.kind, new.merchant) == (old.kind, old.merchant)
    assert keys.find(text, 19).id == old.id
    assert keys.find(text, 20) is None
    assert keys.find(other, 20) == new
    with pytest.raises(Error, match="was rolled"):
        keys.roll(old.id, 11, 30)
    assert keys.revoke(old.id, 12).revoked == 12  # It ends before its time.
    assert keys.find(text, 13) is None
