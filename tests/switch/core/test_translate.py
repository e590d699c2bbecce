"""Which digits a PIN block is bound to; the way through the HSM is told in flows/test_purchase."""

import pytest

from cardswitch.specs.security.pinblocks import pan12_of as pan12_of_the_module
from cardswitch.switch.core.translate import pan12_of


@pytest.mark.parametrize("pan", ["9999990000000014", "4000001234562", "378282246310005"])
def test_the_switch_and_the_module_bind_to_the_same_digits(pan):
    assert pan12_of(pan) == pan12_of_the_module(pan)
