"""The search: what reads to the end, within its limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.doctor.search import Budget, Plan, Search, end_of
from cardswitch.specs.doctor.workshop import UNSETTLED, Workshop
from cardswitch.specs.errors import DecodeError
from tests.kit.samples.doctor import SALE, base, change, dialect, wire

NUMBERS = sorted(SALE.fields)


def search(name, data, plan, budget=None, held=None):
    offset = dialect(name).mti.size(4) + dialect(name).bitmap.size(16)
    workshop = Workshop(base(name))
    return Search(workshop, budget or Budget(), NUMBERS, data, offset, plan, held)


def test_what_is_right_needs_nothing():
    [route] = search("pos", wire("pos"), Plan(left=0)).routes()
    assert route.cost == 0
    assert route.all_edits == ()


def test_one_edit_is_found_and_is_the_cheapest():
    data = wire("pos", change(48, format="ans..99"))
    routes = search("pos", data, Plan(left=1)).routes()
    assert any(e.entry.format == "ans..99" for route in routes for e in route.edits)
    assert {route.cost for route in routes} == {1}


def test_without_edits_the_reach_is_the_place_of_the_fault():
    failing = search("pos", wire("pos", change(48, length="ascii")), Plan(left=0))
    assert failing.routes() == []
    assert NUMBERS[failing.reach[0]] in (48, 49)


def test_groups_change_where_they_cost_nothing():
    data = wire("iso87-ascii")[20:]
    routes = search(
        "iso87-binary", wire("iso87-binary")[:10] + data, Plan(left=0, group_cost=0)
    ).routes()
    best = next(
        r for r in routes if {e.words for e in r.all_edits} >= {"digits (class n) in ascii"}
    )
    assert best.settled != UNSETTLED


def test_an_edit_that_is_held_is_not_paid_again():
    edit = change(48, format="ans..99")
    [route] = search("pos", wire("pos", edit), Plan(left=0), held={48: edit}).routes()
    assert route.cost == 0
    assert route.edits == (edit,)


def test_the_budget_ends_it():
    data = wire("pos", change(48, format="ans..99"))
    budget = Budget(10)
    assert search("pos", data, Plan(left=2), budget).routes() == []
    assert budget.reads == 0


@pytest.mark.parametrize("name", ["iso87-ascii", "pos", "iso93-binary"])
@given(data=st.binary(max_size=40), number=st.sampled_from([2, 3, 28, 35, 41, 48, 52, 55]))
def test_the_quick_reader_agrees_with_the_one_that_explains(name, data, number):
    field = dialect(name).fields[number]
    try:
        start, end, length = field.locate(data, 0)
        field.read(data, start, end, length)
    except DecodeError:
        end = 0
    assert end_of(field, data, 0) == end


@pytest.mark.parametrize(("wire", "end"), [("07Zürich", 9), ("02Z\x85", 0), ("01\udcff", 0)])
def test_the_quick_reader_reads_national_letters(wire, end):
    field = dialect("iso87-ascii", change(44, encoding="utf-8")).fields[44]
    assert end_of(field, wire.encode("utf-8", "surrogateescape"), 0) == end


def test_a_part_of_a_budget_is_spent_from_the_whole_and_watched():
    steps = []
    whole = Budget(1000, 10, watch=steps.append)
    part = whole.part(0.6)
    assert sum(part.spend() for _ in range(700)) == 599
    assert whole.reads == 401
    assert steps == [500]
    assert sum(part.spend_trial() for _ in range(9)) == 5
