"""Accounts and descriptions that other programs can read, whatever merchants are called."""

import re

from cardswitch.switch.settlement.formats.plain_text import PlainText, account_name
from tests.kit.histories import History, close

MERCHANTS = ("SHOP", "shop", "", "X-", "X-612062", "X", "XY", "a b", "Ä", "A:B", 'a"b\\', "a\nb;c")
PART = r"[A-Z0-9][A-Za-z0-9-]*"


def test_every_merchant_has_an_account_of_its_own_that_can_be_spelled():
    names = [account_name(f"merchant_payable:{merchant}") for merchant in MERCHANTS]
    assert len({*names}) == len(names)
    assert all(re.fullmatch(f"Liabilities:MerchantPayable:{PART}", name) for name in names)


def test_an_account_that_nobody_has_told_of():
    assert account_name("rounding") == "Equity:Rounding"


def day():
    history = History()
    history.sale(1250, merchant='a"b\\;\nc')
    history.sale(1000, currency="414")
    history.sale(7, currency="999")
    history.cut_over()
    return close(history.rows)


BEANCOUNT = r"""2026-11-23 open Liabilities:MerchantPayable:X-6122625c3b0a63
2026-11-23 open Assets:SchemeSettlement
2026-11-23 * "a\"b\\;\\x0ac" "batch:3 1 sale, pos TERM0001, 2026-11-23"
  Assets:SchemeSettlement  12.50 EUR
  Liabilities:MerchantPayable:X-6122625c3b0a63  -12.50 EUR

"""


def test_a_journal_as_each_program_reads_it():
    made = day()
    texts = {
        dialect: "".join(PlainText(dialect).day(made.postings, made.batches))
        for dialect in ("beancount", "hledger")
    }
    assert "  Liabilities:MerchantPayable:SHOP  -1.000 KWD\n" in texts["beancount"]
    assert '7 "X393939"\n' in texts["hledger"]
    assert "7 X393939\n" in texts["beancount"]
    assert "2026-11-23 * (batch:1) SHOP | 1 sale, pos TERM0001, 2026-11-23\n" in texts["hledger"]
    assert "2026-11-23 * (payout:20261123-SHOP-KWD)\n" in texts["hledger"]
    assert texts["beancount"].count(" open ") == 4
    assert ";" not in texts["hledger"]
