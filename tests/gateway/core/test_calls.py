"""Calls may stand in any log: they show no security code."""

from cardswitch.gateway.core.calls import Call, Create, Pay
from tests.kit.gateway import SOURCE


def test_no_code_is_shown():
    deed = Create(secret="s", amount=1, currency="eur", source=SOURCE, pay=Pay(cvc="731"))
    call = Call(ticket=1, merchant="SHOP", ref="r", deed=deed)
    assert "731" not in repr(call)
    assert "731" not in repr(Pay(source=SOURCE, cvc="731"))
