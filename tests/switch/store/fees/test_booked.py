"""The fee of each leg, whatever is undone of it and when, as decimals have it."""

import sqlite3
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.kit.banking import CAFE
from tests.kit.charging import BLENDED, PLUS, fee
from tests.kit.settling import close

LEGS = st.lists(
    st.tuples(
        st.sampled_from(["SHOP", "CAFE"]),
        st.sampled_from(["sale", "refund", "completion"]),
        st.integers(1, 10**6) | st.integers(1, 60),
        st.lists(st.integers(0, 100), max_size=2),  # what of it stays, in percent, step by step
    ),
    max_size=5,
)


@settings(max_examples=8, deadline=None)
@given(days=st.lists(LEGS, min_size=1, max_size=2))
def test_every_leg_is_charged_for_what_is_left_of_it(days, lab_in_module, tmp_path_factory):
    """By the close, by its check, and by decimals here; half of it is undone a day later."""
    lab = lab_in_module(tmp_path_factory.mktemp("lab"))
    try:
        shops = (*lab.settlement.merchants, CAFE)
        lab.settlement = replace(lab.settlement, merchants=shops, fees=(BLENDED, PLUS))
        wanted, later = {}, []
        for legs in days:
            for leg in later:
                wanted[leg[0]] = undone(lab.history, *leg)
            later = []
            for place, (merchant, kind, amount, steps) in enumerate(legs):
                leg = lab.history.sale(amount, merchant=merchant, kind=kind)
                wanted[leg] = costs(merchant, kind, amount)
                if place % 2:
                    wanted[leg] = undone(lab.history, leg, merchant, kind, amount, steps)
                else:
                    later.append((leg, merchant, kind, amount, steps))
            lab.history.cut_over()
        close(lab)
        assert charged_legs(lab) == {leg: cost for leg, cost in wanted.items() if cost}
    finally:
        lab.store.close()


def undone(history, leg, merchant, kind, amount, steps):
    for percent in steps:
        stays = amount * percent // 100
        if stays < amount:
            history.reverse(leg, stays=stays)
            amount = stays
    return costs(merchant, kind, amount)


def costs(merchant, kind, amount):
    schedule = PLUS if merchant == "CAFE" else BLENDED
    for rate in schedule.rates:
        if rate.fits(kind, "pos", "EUR"):
            return fee(schedule, rate, amount)
    return None


def charged_legs(lab):
    with closing(sqlite3.connect(lab.folder / "books.db")) as books:
        query = "SELECT leg, sum(interchange), sum(scheme), sum(fee) FROM fees GROUP BY leg"
        return {leg: tuple(cost) for leg, *cost in books.execute(query)}
