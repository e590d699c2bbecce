"""The user storage."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.custody.storage import KeyParts, UserStorage


def test_what_is_stored_is_found_by_its_index() -> None:
    storage = UserStorage()
    storage.texts["01F"] = "U0123"
    assert storage.read("01F") == storage.resolve("K01F") == "U0123"
    assert storage.resolve("U4567") == "U4567"


def test_nothing_is_stored_at_first() -> None:
    for ask in (lambda: UserStorage().read("000"), lambda: UserStorage().resolve("K000")):
        with pytest.raises(CommandRefused, match="12"):
            ask()


def test_a_key_is_whole_or_has_parts_of_another() -> None:
    parts, one, two = KeyParts(), bytes(range(16)), bytes(range(16, 32))
    parts.add(one)
    assert not parts.are_joined_in(one)
    assert not parts.are_joined_in(two)
    for joined in (one[:8] + two[:8], one[8:] + one[:8], one[:8], one + two[:8]):
        assert parts.are_joined_in(joined)


def test_where_there_is_no_room_nothing_new_is_taken_for_whole(monkeypatch) -> None:
    monkeypatch.setattr("cardswitch.hsm_sim.custody.storage.PARTS_MAX", 2)
    parts, one, two = KeyParts(), bytes(range(16)), bytes(range(16, 32))
    for key in (one, two):
        parts.add(key)
    assert not parts.are_joined_in(one)
    assert parts.are_joined_in(two)
