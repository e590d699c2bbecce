"""What takes minutes, and runs each night and not with each change."""

import os

import pytest

nightly = pytest.mark.skipif(
    not os.environ.get("CARDSWITCH_NIGHTLY"), reason="runs with CARDSWITCH_NIGHTLY=1: it is long"
)
