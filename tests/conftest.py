"""Settings for all tests: no timing decides one, and CI draws the same examples every time."""

import os

from hypothesis import HealthCheck, settings

from tests.kit.postgres import postgres  # noqa: F401

# A busy machine draws slowly: that is no defect.
_SLOW = [HealthCheck.too_slow]
settings.register_profile("local", deadline=None, suppress_health_check=_SLOW)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.load_profile("ci" if os.environ.get("CI") else "local")
