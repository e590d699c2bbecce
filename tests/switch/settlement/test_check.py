"""The check sees one cent, one record twice, one record missing, and says which."""

import pytest
from msgspec.structs import replace

from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.check import check_close
from tests.kit.histories import DAYS, History, close, expected, known
from tests.kit.mutants import mutants


def history():
    journal = History()
    journal.sale(1250)  # The row that moves it is the third.
    journal.sale(750, merchant="CAFE", currency="392")
    journal.sale(80, merchant="CAFE")
    journal.sale(5, merchant="=NOBODY")
    journal.reverse(journal.sale(300))
    later = journal.sale(200)
    journal.cut_over()
    journal.reverse(later)
    return journal.rows


OPENING = {("merchant_payable:SHOP", "978"): 99_999, ("scheme_settlement", "978"): -99_999}


def test_every_mutant_of_a_close_is_caught_and_named():
    rows = history()
    for opening in (None, {("merchant_payable:SHOP", "978"): -1, ("acquirer_cash", "978"): 1}):
        day, against = close(rows, opening=opening), known(rows, opening=opening)
        assert check_close(day, against) == ()
        count, survivors = 0, []
        for mutant in mutants(day):
            findings = check_close(mutant.day, against)
            count += 1
            if not any(mutant.named in finding for finding in findings):
                survivors.append((mutant.name, mutant.named, findings))
        assert survivors == []
        assert count > 500


# What is wrong in the row that moves money: nobody reads it but the close, and the check does not.
MISSING = "movement sale:3/RRN 000000000001/leg 1 is missing"
LIES = {
    "moves nothing": ({"moved": 0}, MISSING),
    "moves another amount": ({"moved": 1251}, "/leg 1 has amount 1251, expected 1250"),
    "is of another day": (
        {"business_date": DAYS[1]},
        "movement sale:3/RRN 000000000001/leg 1 is missing",
    ),
}


@pytest.mark.parametrize(("lie", "named"), LIES.values(), ids=LIES)
def test_a_row_that_says_other_of_money_than_its_states_do_is_found(lie, named):
    rows = history()
    rows[2] = replace(rows[2], **lie)
    findings = check_close(close(rows), known(rows))
    assert any(named in finding for finding in findings), findings


def test_an_opening_balance_that_the_batches_do_not_know_is_not_paid():
    rows = history()
    findings = check_close(close(rows, opening=OPENING), known(rows))
    assert "payout SHOP/978 has opening -99999, expected 0" in findings


@pytest.mark.parametrize("names", [("iban", "bic"), ("name",)])
def test_an_account_that_is_not_the_nominated_one_is_found(names):
    rows = history()
    against = known(rows)
    shop, cafe = against.merchants
    other = [replace(shop, **{name: getattr(cafe, name) for name in names}), cafe]
    findings = check_close(close(rows, merchants=other), against)
    assert any(f.startswith(f"payout SHOP/978 has {names[0]} ") for f in findings), findings
    assert any("deposit-2026-11-23.xml: transfer 20261123-SHOP-EUR: " in f for f in findings)


def test_another_account_of_ours_is_found():
    rows = history()
    against = known(rows)
    findings = check_close(
        close(rows), replace(against, acquirer=replace(against.acquirer, name="Other"))
    )
    assert any("payment DEPOSIT-20261123-EUR: PmtInf/Dbtr/Nm" in f for f in findings), findings


def test_a_partial_reversal_is_expected_with_what_it_takes():
    journal = History()
    leg = journal.sale(2000)
    journal.reverse(leg, stays=1500)
    journal.reverse(leg)
    journal.cut_over()
    amounts = [found.amount for found in expected(journal.rows).values()]
    assert amounts == [2000, -500, -1500]
    assert check_close(close(journal.rows), known(journal.rows)) == ()


def test_a_reversal_that_a_person_sends_again_takes_nothing_more():
    journal = History()
    leg = journal.sale(2000)
    journal.reverse(leg, State.EXCEPTION)
    journal.reverse(leg)
    journal.cut_over()
    assert [found.amount for found in expected(journal.rows).values()] == [2000, -2000]
    assert check_close(close(journal.rows), known(journal.rows)) == ()


def test_an_authorisation_moves_no_money():
    journal = History()
    journal.sale(700, mti="0100")
    journal.cut_over()
    assert expected(journal.rows) == {}
    assert check_close(close(journal.rows), known(journal.rows)) == ()


def test_what_was_booked_before_is_not_missing_unless_its_amount_is_another():
    journal = History()
    journal.sale(700)
    late = journal.begin(300)
    journal.cut_over()
    journal.add(late, State.APPROVED)
    journal.cut_over()
    rows = journal.rows
    day = close(rows, DAYS[1], closed=[DAYS[0]], read_to=len(rows))
    [name] = expected(rows, DAYS[1])

    def findings(booked):
        return check_close(day, known(rows, DAYS[1], booked=booked))

    assert f"movement {name}/RRN 000000000002/leg 2 is missing" in findings({})
    assert findings({name: 300}) == ()
    assert "is booked with 299, expected 300" in findings({name: 299})[0]


def test_a_merchant_whose_name_looks_like_the_escape_of_another_is_no_fault():
    journal = History()
    for merchant in ("=1", "'=1", "a\nb", 'c,"d', ""):
        journal.sale(5, merchant=merchant)
    journal.cut_over()
    assert check_close(close(journal.rows), known(journal.rows)) == ()
