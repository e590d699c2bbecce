"""The bank takes what we write, and refuses what banks refuse, with the code for it."""

from decimal import Decimal

import pytest

from cardswitch.hosts.bank.order import Unreadable, read_order
from tests.kit.orders import order_of


def faults(content):
    order = read_order(content)
    return [
        (fault.code, fault.reference)
        for fault in (*order.faults, *(f for p in order.payments for f in p.faults))
    ]


def test_an_order_of_ours_is_read_and_nothing_is_wrong_with_it():
    content = order_of({"SHOP": 1250, "CAFE": 5}, yen=700)
    order = read_order(content)
    assert faults(content) == []
    assert order.name == "DEPOSIT-20261123"
    yen, euro = order.payments
    assert (yen.name, yen.execution) == ("DEPOSIT-20261123-JPY", "2026-11-24")
    assert [(t.reference, t.amount, t.currency) for t in euro.transfers] == [
        ("20261123-CAFE-EUR", Decimal("0.05"), "EUR"),
        ("20261123-SHOP-EUR", Decimal("12.50"), "EUR"),
    ]
    assert euro.transfers[0].name == "Cafe Muller + Sohne"


SHOP = "20261123-SHOP-EUR"
REFUSED = [
    (b'<?xml version="1.0" encoding="UTF-8"?>', b"<?xml version='1.0'?>", ("FF01", "")),
    (b"<NbOfTxs>1<", b"<NbOfTxs>2<", ("AM10", "")),
    (b"<CtrlSum>12.50<", b"<CtrlSum>12.51<", ("AM10", "")),
    (b"<MsgId>DEPOSIT-20261123<", b"<MsgId>a//b<", ("FF01", "")),
    (b"<Cd>SEPA<", b"<Cd>URGP<", ("FF01", "")),
    (b"<ChrgBr>SLEV<", b"<ChrgBr>SHAR<", ("FF01", "")),
    (b"</InstdAmt></Amt>", b"</InstdAmt></Amt><ChrgBr>SLEV</ChrgBr>", ("FF01", SHOP)),
    (b'Ccy="EUR"', b'Ccy="USD"', ("AM03", "")),
    (b'Ccy="EUR"', b'Ccy="XXY"', ("AM03", SHOP)),
    (b">12.50</InstdAmt>", b">0.00</InstdAmt>", ("AM01", SHOP)),
    (b">12.50</InstdAmt>", b">-1</InstdAmt>", ("AM01", SHOP)),
    (b">12.50</InstdAmt>", b">1000000000.00</InstdAmt>", ("AM02", SHOP)),
    (b">12.50</InstdAmt>", b">12.505</InstdAmt>", ("AM03", SHOP)),
    (b"2026-11-24<", b"2026-11-22<", ("DT01", "")),  # a Sunday
    (b"2026-11-24<", b"2026-12-25<", ("DT01", "")),
    (b"2026-11-24<", b"soon<", ("DT01", "")),
    (b"GB82WEST12345698765432", b"GB82WEST12345698765431", ("AC01", SHOP)),
    (b"DE89370400440532013000", b"DE89370400440532013001", ("AC01", "")),
    (b"<BICFI>COBADEFFXXX<", b"<BICFI>COBADEFFXX<", ("RC01", "")),
    (b"<BICFI>WESTGB22<", b"<BICFI>WESTGB2<", ("RC01", SHOP)),
    (b"<Nm>Corner Shop<", "<Nm>Café<".encode(), ("RR03", SHOP)),
    (b"<Nm>Corner Shop<", b"<Nm>" + b"x" * 71 + b"<", ("RR03", SHOP)),
    (SHOP.encode(), b"NOTPROVIDED", ("FF01", "NOTPROVIDED")),
    (SHOP.encode(), b"/20261123", ("FF01", "/20261123")),
]


@pytest.mark.parametrize(("find", "put", "fault"), REFUSED)
def test_what_a_bank_refuses(find, put, fault):
    content = order_of({"SHOP": 1250}).replace(b"</InstdAmt>\n        </Amt>", b"</InstdAmt></Amt>")
    assert find in content
    assert fault in faults(content.replace(find, put))


def test_one_reference_twice():
    content = order_of({"SHOP": 1250, "CAFE": 5}).replace(b"20261123-CAFE-EUR", SHOP.encode())
    assert ("AM05", "") in faults(content)


@pytest.mark.parametrize(
    ("find", "put", "fault"),
    [
        (b"<ChrgBr>SHAR<", b"<ChrgBr>SLEV<", ("FF01", "")),
        (b"<TwnNm>London<", b"<TwnNm><", ("BE04", "20261123-SHOP-JPY")),
        (b"<BICFI>WESTGB22<", b"<BICFI><", ("RC01", "20261123-SHOP-JPY")),
    ],
)
def test_outside_sepa(find, put, fault):
    content = order_of({}, yen=700)
    assert find in content
    assert fault in faults(content.replace(find, put))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<a/>", b"\xff", order_of({"SHOP": 5}).replace(b"001.09", b"001.03"),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0" encoding="none"?><a/>',
        order_of({"SHOP": 5}).replace(b"DEPOSIT-20261123<", b"<"),
    ],
)  # fmt: skip
def test_what_is_no_order(content):
    with pytest.raises(Unreadable):
        read_order(content)
