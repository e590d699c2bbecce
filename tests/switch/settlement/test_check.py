"""The check sees one cent, one record twice, one record missing, and says which."""

import re

import pytest
from msgspec.structs import replace

from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.check import check_close
from tests.kit.histories import DAYS, History, close, expected


def history():
    journal = History()
    journal.sale(1250)  # The row that moves it is the third.
    journal.sale(750, merchant="CAFE", currency="392")
    journal.reverse(journal.sale(300))
    later = journal.sale(200)
    journal.cut_over()
    journal.reverse(later)
    return journal.rows


def cent(rows, field):
    """The first of *rows* has one minor unit more in *field*."""
    return (replace(rows[0], **{field: getattr(rows[0], field) + 1}), *rows[1:])


def renamed(files, find, put):
    return {name: content.replace(find, put) for name, content in files.items()}


MISTAKES = {
    "movement cent": (lambda d: {"movements": cent(d.movements, "amount")}, "sale:3 .RRN 0"),
    "movement twice": (
        lambda d: {"movements": d.movements + d.movements[:1]},
        "sale:3 is there",
    ),
    "movement missing": (
        lambda d: {"movements": d.movements[1:]},
        "sale:3 .RRN 000000000001, leg 1 of SHOP/TERM0001. is in no batch",
    ),
    "movement of another day": (
        lambda d: {"movements": (replace(d.movements[0], sequence=99), *d.movements)},
        "sale:99 .RRN 000000000001. does not belong",
    ),
    "movement to another": (
        lambda d: {"movements": (replace(d.movements[0], merchant="CAFE"), *d.movements[1:])},
        "sale:3 .* is in batch 2026-11-23/CAFE.*, expected 2026-11-23/SHOP",
    ),
    "batch cent": (lambda d: {"batches": cent(d.batches, "amount")}, "/392/sale has another sum"),
    "batch count": (lambda d: {"batches": cent(d.batches, "count")}, "392/sale has another count"),
    "batch twice": (lambda d: {"batches": d.batches + d.batches[:1]}, "23/CAFE/TERM0001/392"),
    "batch missing": (
        lambda d: {"batches": d.batches[1:]},
        "sale of 2026-11-23/CAFE/TERM0001/392",
    ),
    "posting cent": (lambda d: {"postings": cent(d.postings, "amount")}, "journal sale:3 "),
    "posting missing": (lambda d: {"postings": d.postings[1:]}, "journal sale:3 "),
    "journal twice": (lambda d: {"postings": d.postings + d.postings[:2]}, "journal sale:3 is"),
    "journal missing": (lambda d: {"postings": d.postings[2:]}, "journal sale:3 is -1250 away"),
    "payout cent": (lambda d: {"payouts": cent(d.payouts, "credits")}, "20261123-CAFE-JPY is not"),
    "payout missing": (lambda d: {"payouts": d.payouts[1:]}, "CAFE is paid nothing"),
    "payout twice": (lambda d: {"payouts": d.payouts + d.payouts[:1]}, "20261123-CAFE-JPY"),
    "payment cent": (
        lambda d: {"files": renamed(d.files, b'"JPY">750<', b'"JPY">751<')},
        "pays 20261123-CAFE-JPY otherwise",
    ),
    "payment to another": (
        lambda d: {"files": renamed(d.files, b">GB82WEST12345698765432<", b">NO9386011117947<")},
        "pays 20261123-SHOP-EUR otherwise",
    ),
    "payment renamed": (
        lambda d: {"files": renamed(d.files, b">20261123-SHOP-EUR<", b">20261123-CAFE-JPY<")},
        "20261123-SHOP-EUR is not in the file",
    ),
    "control sum": (lambda d: {"files": renamed(d.files, b">764.50<", b">764.51<")}, "control sum"),
    "file missing": (lambda d: {"files": {}}, "payout 20261123-SHOP-EUR is in no file"),
}


@pytest.mark.parametrize(("mistake", "named"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found_and_named(mistake, named):
    rows = history()
    day = close(rows)
    assert check_close(day, expected(rows), {}) == ()
    findings = check_close(replace(day, **mistake(day)), expected(rows), {})
    assert any(re.search(named, finding) for finding in findings), findings


# What is wrong in the row that moves money: nobody reads it but the close, and the check does not.
LIES = {
    "moves nothing": {"moved": 0},
    "moves another amount": {"moved": 1251},
    "is of another day": {"business_date": DAYS[1]},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_row_that_says_other_of_money_than_its_states_do_is_found(lie):
    rows = history()
    rows[2] = replace(rows[2], **lie)
    findings = check_close(close(rows), expected(rows), {})
    assert any(finding.startswith("sale:3 (RRN 000000000001") for finding in findings), findings


def test_a_partial_reversal_is_expected_with_what_it_takes():
    journal = History()
    leg = journal.sale(2000)
    journal.reverse(leg, stays=1500)
    journal.reverse(leg)
    journal.cut_over()
    amounts = [found.amount for found in expected(journal.rows).values()]
    assert amounts == [2000, -500, -1500]
    assert check_close(close(journal.rows), expected(journal.rows), {}) == ()


def test_a_reversal_that_a_person_sends_again_takes_nothing_more():
    journal = History()
    leg = journal.sale(2000)
    journal.reverse(leg, State.EXCEPTION)
    journal.reverse(leg)
    journal.cut_over()
    assert [found.amount for found in expected(journal.rows).values()] == [2000, -2000]
    assert check_close(close(journal.rows), expected(journal.rows), {}) == ()


def test_an_authorisation_moves_no_money():
    journal = History()
    journal.sale(700, mti="0100")
    journal.cut_over()
    assert expected(journal.rows) == {}
    assert check_close(close(journal.rows), {}, {}) == ()


def test_what_was_booked_before_is_not_missing_unless_its_amount_is_another():
    journal = History()
    journal.sale(700)
    late = journal.begin(300)
    journal.cut_over()
    journal.add(late, State.APPROVED)
    journal.cut_over()
    rows = journal.rows
    day = close(rows, DAYS[1], closed=[DAYS[0]], read_to=len(rows))
    wanted = expected(rows, DAYS[1])
    [name] = wanted
    assert "is in no batch" in check_close(day, wanted, {})[0]
    assert check_close(day, wanted, {name: 300}) == ()
    assert "is booked with 299, expected 300" in check_close(day, wanted, {name: 299})[0]
