"""Settings for all tests: no timing decides one, and CI draws the same examples every time."""

import os

import pytest
from hypothesis import HealthCheck, settings

from cardswitch.wire.machine.identities import Identities
from tests.kit.postgres import postgres  # noqa: F401

# A busy machine draws slowly, and chance may filter many draws in a row: neither is a defect.
_LUCK = [HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile("local", deadline=None, suppress_health_check=_LUCK)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=_LUCK)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture
def journals_asked(monkeypatch):
    """Journals are asked of all that comes, as on a day that began before the program."""
    monkeypatch.setattr(Identities, "may_hold", lambda *_: True)
