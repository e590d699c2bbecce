"""The user storage."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.custody.storage import UserStorage


def test_what_is_stored_is_found_by_its_index() -> None:
    storage = UserStorage()
    storage.texts["01F"] = "U0123"
    assert storage.read("01F") == storage.resolve("K01F") == "U0123"
    assert storage.resolve("U4567") == "U4567"


def test_nothing_is_stored_at_first() -> None:
    for ask in (lambda: UserStorage().read("000"), lambda: UserStorage().resolve("K000")):
        with pytest.raises(CommandRefused, match="12"):
            ask()
