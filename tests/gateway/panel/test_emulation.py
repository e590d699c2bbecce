"""Where nobody runs the emulators."""

import pytest

from cardswitch.gateway.panel.emulation import NoEmulation, Wish
from cardswitch.specs.errors import Error


def test_without_emulators_it_says_where_to_go():
    nobody = NoEmulation()
    with pytest.raises(Error, match="cardswitch host rules"):
        nobody.arm("SHOP0001", Wish("hang"))
    with pytest.raises(Error, match="cardswitch settle close"):
        nobody.close_day()
    nobody.disarm("SHOP0001")
    assert nobody.armed("SHOP0001") is None
