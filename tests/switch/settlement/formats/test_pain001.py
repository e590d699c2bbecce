"""The file for the bank: valid against the published schema, and the same bytes every time."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.formats.pain001 import control_sum, pain001
from cardswitch.switch.settlement.parties import OwnAccount
from cardswitch.switch.settlement.payouts import TRANSFER_MAX, Payout
from tests.kit.histories import ACQUIRER as BANK
from tests.kit.histories import CLOSED_AT, DAYS, MERCHANTS

SCHEMA = etree.XMLSchema(etree.parse(Path("tests/vectors/xsd/pain.001.001.09.xsd")))
YEN = OwnAccount("DE02120300000000202051", "BYLADEM1001", "DEBT")
ACQUIRER = replace(BANK, accounts={**BANK.accounts, "JPY": YEN})
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def payout(amount=1250, currency="978", merchant=MERCHANTS[0], name=""):
    return Payout(
        business_date=DAYS[0],
        merchant=merchant.id,
        currency=currency,
        opening=0,
        credits=amount,
        debits=0,
        credit_count=1,
        debit_count=0,
        name=name or merchant.name,
        iban=merchant.iban,
        bic=merchant.bic,
        account_currency="EUR",
        town=merchant.town,
        country=merchant.country,
    )


def written(payouts):
    return pain001(payouts, ACQUIRER, DAYS[0], CLOSED_AT)


def read(content, path):
    document = etree.fromstring(content)
    SCHEMA.assertValid(document)
    return [element.text for element in document.iterfind(path, NAMESPACE)]


def test_a_whole_file():
    content = written([payout(), payout(5, merchant=MERCHANTS[1]), payout(700, "392"), payout(0)])
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns=')
    assert read(content, ".//p:EndToEndId") == [
        "20261123-SHOP-JPY", "20261123-SHOP-EUR", "20261123-CAFE-EUR",
    ]  # fmt: skip
    assert read(content, ".//p:InstdAmt") == ["700", "12.50", "0.05"]
    assert read(content, ".//p:NbOfTxs") == ["3", "1", "2"]
    assert read(content, ".//p:CtrlSum") == ["712.55", "700", "12.55"]
    assert read(content, ".//p:PmtInfId") == ["DEPOSIT-20261123-JPY", "DEPOSIT-20261123-EUR"]
    assert read(content, ".//p:MsgId") == ["DEPOSIT-20261123"]
    assert read(content, ".//p:CreDtTm") == ["2026-11-23T22:00:05.000Z"]
    assert read(content, ".//p:BtchBookg") == ["true"] * 2
    assert read(content, ".//p:ReqdExctnDt/p:Dt") == [DAYS[1]] * 2
    assert read(content, ".//p:DbtrAcct/p:Id/p:IBAN") == [YEN.iban, ACQUIRER.iban]
    assert read(content, ".//p:DbtrAcct/p:Ccy") == ["JPY", "EUR"]
    assert read(content, ".//p:DbtrAgt/p:FinInstnId/p:BICFI") == [YEN.bic, ACQUIRER.bic]
    assert read(content, ".//p:Cdtr/p:Nm")[-1] == "Cafe Muller + Sohne"
    assert read(content, ".//p:CdtrAcct/p:Id/p:IBAN")[-1] == MERCHANTS[1].iban


def test_euro_go_by_the_rules_of_sepa_and_others_do_not():
    content = written([payout(), payout(700, "392", MERCHANTS[1])])
    assert read(content, ".//p:SvcLvl/p:Cd") == ["SEPA"]
    assert read(content, ".//p:PmtInf/p:ChrgBr") == ["DEBT", "SLEV"]
    assert read(content, ".//p:CdtTrfTxInf/p:ChrgBr") == []
    assert read(content, ".//p:Cdtr/p:PstlAdr/p:TwnNm") == ["Orleans"]
    assert read(content, ".//p:Cdtr/p:PstlAdr/p:Ctry") == ["FR"]


def test_inside_sepa_a_bank_is_named_if_it_is_known():
    known, unknown = payout(), payout(merchant=replace(MERCHANTS[0], bic=""))
    assert read(written([known]), ".//p:CdtrAgt//p:BICFI") == [MERCHANTS[0].bic]
    assert read(written([unknown]), ".//p:CdtrAgt") == []


def test_what_is_more_than_a_transfer_carries_goes_in_several():
    content = written([payout(TRANSFER_MAX + 1)])
    assert read(content, ".//p:EndToEndId") == ["20261123-SHOP-EUR", "20261123-SHOP-EUR2"]
    assert read(content, ".//p:InstdAmt") == ["999999999.99", "0.01"]
    assert read(content, ".//p:NbOfTxs") == ["2", "2"]
    assert broken_rules(content) == []


@pytest.mark.parametrize(
    ("closed_at", "day"),
    [
        (CLOSED_AT - 10 * 3600, "2026-11-23"),  # before two o'clock
        (CLOSED_AT + 86_400 * 40, "2027-01-04"),  # a close that is late: never a day that was
        (CLOSED_AT + 86_400 * 31, "2026-12-28"),  # Christmas Eve, after two o'clock
    ],
)
def test_the_day_of_execution_is_one_that_the_bank_has(closed_at, day):
    content = pain001([payout()], ACQUIRER, DAYS[0], closed_at)
    assert read(content, ".//p:ReqdExctnDt/p:Dt") == [day]


def test_single_debits_by_setting():
    acquirer = replace(ACQUIRER, batch_booking=False)
    assert read(pain001([payout()], acquirer, DAYS[0], CLOSED_AT), ".//p:BtchBookg") == ["false"]


# The rule set that somebody else wrote ------------------------------------------------------------


def broken_rules(content):
    """The ids of the rules of the EPC that *content* breaks."""
    schematron = etree.parse(Path("tests/vectors/schematron/epc_sepa.sch"))
    document = etree.fromstring(content)
    names = {"pain": NAMESPACE["p"]}
    return [
        test.get("id")
        for rule in schematron.iter("{*}rule")
        for found in document.xpath(rule.get("context"), namespaces=names)
        for test in rule.iter("{*}assert")
        if not found.xpath(test.get("test"), namespaces=names)
    ]


BREAKS = [
    (b"<Cd>SEPA</Cd>", b"<Cd>URGP</Cd>", "EPC-PMT-002"),
    (b"<ChrgBr>SLEV</ChrgBr>", b"<ChrgBr>SHAR</ChrgBr>", "EPC-PMT-003"),
    (b'Ccy="EUR"', b'Ccy="USD"', "EPC-SCT-001"),
    (b">12.50<", b">1000000000.00<", "EPC-SCT-005"),
]


@pytest.mark.parametrize(("find", "put", "rule"), BREAKS)
def test_the_rules_of_the_epc_are_kept_and_see_what_breaks_them(find, put, rule):
    content = written([payout()])
    assert broken_rules(content) == []
    assert broken_rules(content.replace(find, put)) == [rule]


def test_nothing_to_pay_is_no_file():
    assert written([payout(0)]) == b""


def test_an_amount_that_the_schema_cannot_hold():
    read(written([payout(10**18 - 1, "392")]), ".")
    with pytest.raises(Error, match="18 digits"):
        written([payout(10**18, "392")])


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        ([(1250, "978")], "12.50"),
        ([(7, "392")], "7"),
        ([(1250, "978"), (7, "392"), (1, "414")], "19.501"),
        ([(1, "414")], "0.001"),
    ],
)
def test_control_sum_adds_numbers_whatever_their_currency(amounts, total):
    assert control_sum([payout(amount, code) for amount, code in amounts]) == total


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**14),
            st.sampled_from(["978", "392", "414"]),
            st.sampled_from(MERCHANTS),
            st.sampled_from(["<&>\"']]>", "Ж" * 70, "ﬁ" * 70, "a"]),
        ),
        max_size=8,
    )
)
def test_every_file_is_valid_and_says_what_the_payouts_say(rows):
    payouts = [payout(*row) for row in rows]
    content = written(payouts)
    assert content == written(payouts)
    paid = [p for p in payouts if p.amount]
    assert bool(content) is bool(paid)
    if paid:
        transfers = [transfer for p in paid for transfer in p.transfers()]
        assert sorted(read(content, ".//p:EndToEndId")) == sorted(name for name, _ in transfers)
        assert read(content, ".//p:GrpHdr/p:NbOfTxs") == [str(len(transfers))]
