"""The file for the bank: valid against the published schema, and the same bytes every time."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.pain001 import control_sum, pain001, sepa_text
from cardswitch.switch.settlement.parties import NAME_MAX, SEPA_CHARACTERS
from cardswitch.switch.settlement.payouts import Payout
from tests.kit.histories import ACQUIRER, CUT, DAYS, MERCHANTS

SCHEMA = etree.XMLSchema(etree.parse(Path("tests/vectors/xsd/pain.001.001.09.xsd")))
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def payout(amount=1250, currency="978", merchant=MERCHANTS[0], name=""):
    return Payout(
        business_date=DAYS[0],
        merchant=merchant.id,
        currency=currency,
        opening=0,
        credits=amount,
        debits=0,
        name=name or merchant.name,
        iban=merchant.iban,
        bic=merchant.bic,
        account_currency="EUR",
    )


def written(payouts):
    return pain001(payouts, ACQUIRER, DAYS[0], CUT)


def read(content, path):
    document = etree.fromstring(content)
    SCHEMA.assertValid(document)
    return [element.text for element in document.iterfind(path, NAMESPACE)]


def test_a_whole_file():
    content = written([payout(), payout(5, merchant=MERCHANTS[1]), payout(700, "392"), payout(0)])
    assert read(content, ".//p:EndToEndId") == [
        "20261123-SHOP-JPY", "20261123-SHOP-EUR", "20261123-CAFE-EUR",
    ]  # fmt: skip
    assert read(content, ".//p:InstdAmt") == ["700", "12.50", "0.05"]
    assert read(content, ".//p:NbOfTxs") == ["3", "1", "2"]
    assert read(content, ".//p:CtrlSum") == ["712.55", "700", "12.55"]
    assert read(content, ".//p:PmtInfId") == ["DEPOSIT-20261123-JPY", "DEPOSIT-20261123-EUR"]
    assert read(content, ".//p:MsgId") == ["DEPOSIT-20261123"]
    assert read(content, ".//p:CreDtTm") == ["2026-11-23T22:00:00.000Z"]
    assert read(content, ".//p:ReqdExctnDt/p:Dt") == [DAYS[0]] * 2
    assert read(content, ".//p:DbtrAcct/p:Id/p:IBAN") == [ACQUIRER.iban] * 2
    assert read(content, ".//p:Cdtr/p:Nm")[-1] == "Cafe Muller + Sohne"
    assert read(content, ".//p:CdtrAcct/p:Id/p:IBAN")[-1] == MERCHANTS[1].iban


def test_nothing_to_pay_is_no_file():
    assert written([payout(0)]) == b""


def test_an_amount_that_the_schema_cannot_hold():
    read(written([payout(10**18 - 1)]), ".")
    with pytest.raises(Error, match="18 digits"):
        written([payout(10**18)])


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


@example("ﬁ" * NAME_MAX)
@given(st.text(min_size=1, max_size=NAME_MAX))
def test_names_are_in_the_characters_that_banks_carry(name):
    assert SEPA_CHARACTERS.issuperset(sepa_text(name))
    assert len(sepa_text(name)) <= NAME_MAX


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
        assert sorted(read(content, ".//p:EndToEndId")) == sorted(p.end_to_end_id for p in paid)
        assert read(content, ".//p:GrpHdr/p:NbOfTxs") == [str(len(paid))]
