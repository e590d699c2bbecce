"""BAI2: balances and entries of accounts, and every total, also by software that is not ours."""

from decimal import Decimal

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.switch.settlement.answers import read_answer
from cardswitch.switch.settlement.formats.bai2 import read_bai2

FILE = """\
01,BANK,US,261124,0800,7,80,,2/
02,US,BANK,1,261124,2400,USD,2/
03,0123456789,USD,010,100000,,,015,97075,,/
16,451,1250,0,REF1,20261123-SHOP-USD,ACH CREDITS, SETTLED/
16,495,2000,V,261124,1200,REF2,20261123-CAFE-USD/
88,OUTGOING WIRE
16,257,500,S,500,0,0,REF3,20261120-SHOP-USD,RETURNED R02 ACCOUNT CLOSED
16,566,0,Z,,,
16,475,-0,D,1,1,0,,,NOTHING
16,698,175,,,,/
49,201000,9/
03,99,EUR/
49,0,2/
98,201000,2,13/
99,201000,1,15/
"""
CREDITS_ONLY = """\
01,BANK,US,261124,0800,8,,,2/
02,US,BANK,1,261124,,,2/
03,1,,,,,/
16,195,300,0,,X,/
49,300,3/
98,300,1,5/
99,300,1,7/
"""


def read(text=FILE):
    return read_bai2(text.encode())


def test_a_whole_file():
    name, (usd, eur) = read()
    assert name == "BANK/261124/0800/7"
    assert (usd.name, usd.account, usd.until) == (
        "BANK/261124/0800/7/0123456789/USD", "0123456789", "2026-11-24",
    )  # fmt: skip
    assert (usd.faults, eur.faults, eur.parts, eur.account) == ((), (), (), "99")
    first, second, back, *_ = usd.parts
    assert (first.amount, first.currency, first.reference, first.entry) == (
        -1250, "840", "20261123-SHOP-USD", "REF1",
    )  # fmt: skip
    assert first.text == "ACH CREDITS, SETTLED"
    assert (second.amount, second.text) == (-2000, "OUTGOING WIRE")
    assert (back.amount, back.is_return, back.code) == (500, True, "R02")
    assert [part.amount for part in usd.parts] == [-1250, -2000, 500, 0, 0, -175]


def test_a_currency_that_nobody_names():
    _, [account] = read(CREDITS_ONLY)
    [part] = account.parts
    assert (part.amount, part.currency, part.is_return) == (300, "840", False)


# What is changed, and what is then said.
FAULTS = {
    "an amount": ("16,451,1250", "16,451,1251", "the control total is 201000, expected 201001"),
    "a control total": ("49,201000,9", "49,201001,9", "the control total is 201001"),
    "a count": ("49,201000,9", "49,201000,8", "the count of records is 8, expected 9"),
    "a balance": ("015,97075", "015,97076", "come to 97075, the closing balance is 97076"),
    "a total of a group": ("98,201000", "98,201001", "control total of the group is 201001"),
    "accounts of a group": ("98,201000,2", "98,201000,3", "the count of the group is 3"),
    "records of a group": ("2,13/", "2,12/", "count of records of the group is 12, expected 13"),
    "a total of the file": ("99,201000", "99,201001", "control total of the file is 201001"),
    "groups": ("99,201000,1", "99,201000,2", "the count of the file is 2, expected 1"),
    "records": ("1,15/", "1,14/", "the count of records of the file is 14, expected 15"),
}


@pytest.mark.parametrize(("old", "new", "named"), FAULTS.values(), ids=FAULTS)
def test_what_does_not_add_up_is_named(old, new, named):
    assert old in FILE
    _, statements = read(FILE.replace(old, new))
    said = "; ".join(fault for each in statements for fault in each.faults)
    assert named in said


BROKEN = {
    "cut": FILE[: FILE.index("99,")],
    "an entry without an account": FILE.replace("03,0123456789", "04,0123456789"),
    "an account without a group": FILE.replace("02,US", "05,US"),
    "no end of an account": FILE.replace("49,0,2/\n", ""),
    "something behind the end": FILE + "02,US,BANK,1,261124,,,2/\n",
    "no date": FILE.replace("1,261124,2400", "1,20261124,2400"),
    "no such date": FILE.replace("1,261124,2400", "1,261324,2400"),
    "letters": FILE.replace("16,451,1250", "16,451,12x0"),
    "a sign": FILE.replace("16,451,1250", "16,451,-1250"),
    "a type": FILE.replace("16,451,", "16,45,"),
    "no credit or debit": FILE.replace("16,451,", "16,890,"),
    "a funds type": FILE.replace("1250,0,", "1250,Q,"),
    "days of availability": FILE.replace("D,1,1,0", "D,x,1,0"),
    "a currency": FILE.replace("0123456789,USD", "0123456789,XXQ"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read(text):
    assert text != FILE
    with pytest.raises(FormatError):
        read(text)


@pytest.mark.parametrize("cut", range(0, len(FILE) - 1, 7))
def test_a_file_that_ends_anywhere(cut):
    with pytest.raises(FormatError):
        read(FILE[:cut] + "x")


def test_it_is_an_answer_of_a_bank():
    answer = read_answer(FILE.encode())
    assert (answer.kind, answer.faults) == ("statement", ())
    assert answer.until == {"978": "2026-11-24", "840": "2026-11-24"}
    assert answer.message.startswith("bai2 BANK/261124/0800/7/0123456789/USD")
    assert "20261123-SHOP-USD" in answer.named()[0]


def test_another_reader_finds_the_same():
    bai2 = pytest.importorskip("bai2.bai2", reason="the oracle bai2 is not installed")
    theirs = bai2.parse_from_string(FILE)
    [group] = theirs.children
    _, ours = read()
    assert [account.header.customer_account_number for account in group.children] == [
        each.account for each in ours
    ]
    found = [
        (abs(line.amount), line.customer_reference or "", line.type_code.transaction.value)
        for line in group.children[0].children
    ]
    assert found == [
        (abs(part.amount), part.reference, "credit" if part.is_return else "debit")
        for part in ours[0].parts
    ]
    assert sum(Decimal(amount) for amount, _, _ in found) == 3925


@pytest.mark.parametrize("name", ["an amount", "a control total", "a count", "records"])
def test_another_reader_refuses_the_same(name):
    bai2 = pytest.importorskip("bai2.bai2", reason="the oracle bai2 is not installed")
    from bai2.exceptions import IntegrityException

    old, new, _ = FAULTS[name]
    with pytest.raises(IntegrityException):
        bai2.parse_from_string(FILE.replace(old, new))
