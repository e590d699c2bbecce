"""What was captured at the issuer, as refunds and tips find it, and what is written of it."""

from cardswitch.hosts.issuer.follow_ups.followed import captured_of, followed_by
from cardswitch.specs.transactions.followed import Followed
from tests.kit.hosts import purchase

from .test_completions import held


def test_it_is_what_is_held_with_what_has_come_about_it() -> None:
    play = held(purchase(750, 8))
    sale = next(leg for leg in play.machine.legs if leg.rrn == purchase(750, 8)[37])
    known = captured_of(sale)
    assert (known.held, known.currency, known.followed) == (750, "978", Followed())
    assert known.approval_code == sale.decided.approval_code
    terms = sale.terms
    assert followed_by(sale, terms, 100).followed == Followed(tipped=100)  # A debit besides.
