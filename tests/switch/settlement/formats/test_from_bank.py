"""Nothing that a bank sends is trusted: it is read, or refused by a documented error."""

import pytest
from defusedxml.ElementTree import fromstring

from cardswitch.specs.errors import FormatError
from cardswitch.switch.settlement.formats.from_bank import (
    SIZE_MAX,
    amount_of,
    message_of,
    read_document,
)
from tests.kit.statements import ISO, camt053, pain002


@pytest.mark.parametrize("version", ["02", "08", "13"])
def test_any_version_of_a_message(version):
    message = read_document(camt053([], version=version), "camt.053.001")
    assert message.tag == "BkToCstmrStmt"
    assert message_of(camt053([], version=version)) == "camt.053.001"
    assert message_of(pain002("")) == "pain.002.001"
    assert message_of(b"<a/>") == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        b"<Document/>",
        f'<Document xmlns="{ISO}:camt.053.001.08"/>'.encode(),
        f'<Other xmlns="{ISO}:camt.053.001.08"><a/></Other>'.encode(),
        f'<Document xmlns="{ISO}:camt.054.001.08"><a/></Document>'.encode(),
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0" encoding="none"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        camt053([])[:-5],
        b"x" * (SIZE_MAX + 1),
    ],
    ids=range(11),
)
def test_what_is_no_statement(content):
    with pytest.raises(FormatError):
        read_document(content, "camt.053.001")


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("12.50", "EUR", 1250), ("12.5", "EUR", 1250), ("12.50000", "EUR", 1250), ("7", "EUR", 700),
        (".5", "EUR", 50), ("700", "JPY", 700), ("0.005", "KWD", 5), (" 1.00 ", "EUR", 100),
    ],
)  # fmt: skip
def test_amounts(text, code, minor):
    amount, _ = amount_of(fromstring(f'<Amt Ccy="{code}">{text}</Amt>'))
    assert amount == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12.505", "EUR"), ("1,00", "EUR"), ("-1", "EUR"), ("1e3", "EUR"), ("٣", "EUR"),
        ("", "EUR"), ("1.5", "JPY"), ("1", "XXY"), ("1" * 19, "EUR"), ("NaN", "EUR"),
    ],
)  # fmt: skip
def test_what_is_no_amount(text, code):
    with pytest.raises(FormatError):
        amount_of(fromstring(f'<Amt Ccy="{code}">{text}</Amt>'))
