"""What goes to the switch: channel and condition of the web, and nothing of the card on disk."""

from cardswitch.gateway.core.messages import Node, Order, request_for, reversal_for, stored
from cardswitch.specs.transactions.kinds import KINDS
from tests.kit.gateway import PAN
from tests.kit.play import START

NODE = Node("GATE0001", "Europe/Berlin")


def order(asked="sale", **more):
    return Order(
        asked=asked,
        merchant="SHOP0001",
        amount=1250,
        currency="eur",
        pan=PAN,
        expiry="3012",
        **more,
    )


def test_a_sale_is_one_of_the_web():
    request = request_for(NODE, order(cvc="123"), START)
    assert KINDS.of(request).name == "sale"
    fields = {2: PAN, 4: "000000001250", 14: "3012", 22: "812", 25: "59", 48: "9203123", 49: "978"}
    assert {n: request[n] for n in fields} == fields
    assert (request[41], request[42]) == ("GATE0001", "SHOP0001       ")
    assert (request[7], request[12]) == ("0329010000", "030000")


def test_a_refund_carries_no_code():
    request = request_for(NODE, order("refund"), START)
    assert KINDS.of(request).name == "refund"
    assert 48 not in request.fields


def test_what_is_stored_has_nothing_of_the_card():
    kept = stored(request_for(NODE, order(cvc="123"), START))
    assert not {2, 14, 48} & set(kept.fields)
    assert PAN not in repr(order(cvc="123"))


def test_a_reversal_names_its_original_and_carries_no_card():
    request = request_for(NODE, order(), START).with_fields({11: "000007"})
    reversal = reversal_for(stored(request), START + 5, "608801000001")
    assert reversal[90][:20] == "0200000007" + "0329010000"
    assert (reversal[37], reversal[4], 2 in reversal.fields) == (
        "608801000001",
        "000000001250",
        False,
    )
