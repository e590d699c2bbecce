"""What is owed again waits for another account or a person's word, and is paid once."""

import pytest

from cardswitch.switch.settlement.standing import NOTHING_SAID, Bounced, Deed, standing

OLD, NEW = "DE89370400440532013000", "DE02120300000000202051"
KEY = ("SHOP", "978")


def bounced(reference="E1", *, closes=1, code="AC04", merchant="SHOP", currency="978"):
    return Bounced(
        number=1, closes=closes, outcome="returned", reference=reference, merchant=merchant,
        currency=currency, amount=100, iban=OLD, code=code,
    )  # fmt: skip


def deed(kind, number=2, **about):
    return Deed(number=number, kind=kind, by="ann", because="why", **about)


HOLD = deed("hold", merchant="SHOP")
# What bounced, was decided, was paid by which close; then the old account, the new one, another
# merchant: whether it is held.
CASES = {
    "nothing": ([], [], {}, (False, False, False)),
    "returned": ([bounced()], [], {}, (True, False, False)),
    "of another merchant": ([bounced(merchant="CAFE")], [], {}, (False, False, True)),
    "in another currency": ([bounced(currency="840")], [], {}, (False, False, False)),
    "the order was at fault": ([bounced(code="TM01")], [], {}, (False, False, False)),
    "retried": ([bounced()], [deed("retry", reference="E1")], {}, (False, False, False)),
    "another one retried": ([bounced()], [deed("retry", reference="E2")], {}, (True, False, False)),
    "paid elsewhere since": ([bounced()], [], {KEY: 2}, (True, False, False)),
    "held": ([], [HOLD], {}, (True, True, False)),
    "held in another currency": (
        [], [deed("hold", merchant="SHOP", currency="840")], {}, (False, False, False),
    ),
    "released": ([], [HOLD, deed("release", merchant="SHOP")], {}, (False, False, False)),
    "held again": (
        [], [HOLD, deed("release", merchant="SHOP"), HOLD], {}, (True, True, False),
    ),
    "one currency of all released": (
        [], [HOLD, deed("release", merchant="SHOP", currency="978")], {}, (True, True, False),
    ),
    "released, and still returned": (
        [bounced()], [HOLD, deed("release", merchant="SHOP")], {}, (True, False, False),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("back", "deeds", "paid", "held"), CASES.values(), ids=CASES)
def test_what_is_held(back, deeds, paid, held):
    found = standing(back, deeds, paid)
    asked = [("SHOP", OLD), ("SHOP", NEW), ("CAFE", OLD)]
    assert tuple(bool(found.why_held(who, "978", iban)) for who, iban in asked) == held


@pytest.mark.parametrize(
    ("paid", "left"),
    [({}, ("E1", "E2")), ({KEY: 1}, ("E1", "E2")), ({KEY: 2}, ("E2",)), ({KEY: 3}, ())],
)
def test_a_close_pays_what_bounced_before_it(paid, left):
    found = standing([bounced(), bounced("E2", closes=2)], [], paid)
    assert found.bounced.get(KEY, ()) == left


def test_it_says_why_and_what_to_do():
    found = standing([bounced()], [HOLD], {})
    assert found.why_held("SHOP", "978", OLD) == (
        "held by ann: why; cardswitch settle payout release SHOP"
    )
    assert standing([bounced()], [], {}).why_held("SHOP", "978", OLD) == (
        "E1 was returned: AC04 the account is closed; name another account under [[merchants]], or "
        "cardswitch settle payout retry E1"
    )
    assert NOTHING_SAID.why_held("SHOP", "978", OLD) == ""
