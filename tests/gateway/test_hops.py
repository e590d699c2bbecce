"""Those behind the gateway: nobody knows nothing."""

from cardswitch.gateway.hops import NoChain
from cardswitch.specs.message import Message


def test_nobody_knows_nothing():
    assert NoChain().hops([(1.0, Message("0200", {}))]) == []
