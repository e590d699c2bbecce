"""For all tests of the simulator: passphrases cost next to nothing."""

import pytest

from cardswitch.specs.security import keystore


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "_COST", 16)
