"""The check sees one cent, one record twice, one record missing, and says which."""

import pytest
from msgspec.structs import replace

from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.check import check_close
from tests.kit.derivations import expected
from tests.kit.histories import DAYS, History, close, known
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


MANIFEST = b"".join(
    b"%064d  reports-2026-11-23/%s.csv\n" % (n, name)
    for n, name in enumerate((b"CAFE", b"SHOP"), 1)
)
OPENING = {("merchant_payable:SHOP", "978"): 99_999, ("scheme_settlement", "978"): -99_999}


def test_every_mutant_of_a_close_is_caught_and_named():
    rows = history()
    for opening in (None, {("merchant_payable:SHOP", "978"): -1, ("acquirer_cash", "978"): 1}):
        day = close(rows, opening=opening, manifest=MANIFEST)
        against = known(rows, opening=opening, manifest=MANIFEST)
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
BATCH = "batch 2026-11-23/SHOP/pos/TERM0001/978/sale"
LIES = {
    "moves nothing": ({"moved": 0}, f"{BATCH} has count 2, expected 3, amount 500"),
    "moves another amount": ({"moved": 1251}, f"{BATCH} has amount 1751, expected 1750"),
    "is of another day": ({"business_date": DAYS[1]}, f"{BATCH} has count 2, expected 3"),
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
    amounts = [found.amount for found in expected(journal.rows, DAYS[0])]
    assert amounts == [2000, -500, -1500]
    assert check_close(close(journal.rows), known(journal.rows)) == ()


def test_a_reversal_that_a_person_sends_again_takes_nothing_more():
    journal = History()
    leg = journal.sale(2000)
    journal.reverse(leg, State.EXCEPTION)
    journal.reverse(leg)
    journal.cut_over()
    assert [found.amount for found in expected(journal.rows, DAYS[0])] == [2000, -2000]
    assert check_close(close(journal.rows), known(journal.rows)) == ()


def test_an_authorisation_moves_no_money():
    journal = History()
    journal.sale(700, mti="0100")
    journal.cut_over()
    assert expected(journal.rows, DAYS[0]) == []
    assert check_close(close(journal.rows), known(journal.rows)) == ()


def test_what_was_booked_before_is_not_missing():
    journal = History()
    journal.sale(700)
    late = journal.begin(300)
    journal.cut_over()
    journal.add(late, State.APPROVED)
    journal.cut_over()
    rows = journal.rows
    day = close(rows, DAYS[1], closed=[DAYS[0]], read_to=len(rows))
    [movement] = expected(rows, DAYS[1])
    batch = "batch 2026-11-23/SHOP/pos/TERM0001/978/sale"
    assert f"{batch} is missing" in check_close(day, known(rows, DAYS[1]))
    assert check_close(day, known(rows, DAYS[1], booked=[movement.name])) == ()


def test_a_merchant_whose_name_looks_like_the_escape_of_another_is_no_fault():
    journal = History()
    for merchant in ("=1", "'=1", "a\nb", 'c,"d', ""):
        journal.sale(5, merchant=merchant)
    journal.cut_over()
    assert check_close(close(journal.rows), known(journal.rows)) == ()
