"""Pages over HTTPS, and of what is few: newest first, none twice, none left out."""

import pytest

from cardswitch.gateway.api.endpoints import limit_of
from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.paging import cut
from cardswitch.gateway.api.params import ListParams, Whole, read

IDS = ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_is_bounded(limit):
    assert limit_of(ListParams()) == 10
    with pytest.raises(Fault):
        limit_of(ListParams(limit=Whole(limit)))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"limit": "2"}, (["e", "d"], True)),
        ({"starting_after": "d"}, (["c", "b", "a"], False)),
        ({"starting_after": "a"}, ([], False)),
        ({"ending_before": "b", "limit": "2"}, (["d", "c"], True)),
        ({"ending_before": "d"}, (["e"], False)),
    ],
)
def test_of_few_a_page_is_cut(asked, found):
    assert cut(IDS, IDS, read(ListParams, asked)) == found


def test_what_is_not_among_them_is_named():
    with pytest.raises(Fault) as fault:
        cut(IDS, IDS, read(ListParams, {"starting_after": "x"}))
    assert (fault.value.problem.status, fault.value.problem.param) == (400, "starting_after")


PATHS = ("payment_intents", "charges", "refunds", "customers", "payment_methods", "setup_intents")


@pytest.fixture(scope="module")
def walked(shop):
    """Three of each."""
    for _ in range(3):
        paid = shop.create(key=shop.other).body
        shop.ask("POST", "/v1/refunds", {"payment_intent": paid["id"], "amount": 1}, shop.other)
        shop.ask("POST", "/v1/customers", {"name": "N"}, shop.other)
        shop.ask("POST", "/v1/setup_intents", {}, shop.other)
    return shop


def pages(shop, path, **asked):
    seen = []
    while True:
        page = shop.ask("GET", f"/v1/{path}", {"limit": 2, **asked}, shop.other).body
        seen += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            return seen
        asked = {**asked, "starting_after": seen[-1]}


@pytest.mark.parametrize("path", PATHS)
def test_a_list_is_walked_both_ways(walked, path):
    seen = pages(walked, path)
    assert len(seen) == len(set(seen)) >= 3
    asked = {"ending_before": seen[2], "limit": 1}
    page = walked.ask("GET", f"/v1/{path}", asked, walked.other).body
    assert ([each["id"] for each in page["data"]], page["has_more"]) == ([seen[1]], True)
    newest = walked.ask("GET", f"/v1/{path}", {"ending_before": seen[0]}, walked.other).body
    assert (newest["data"], newest["has_more"]) == ([], False)


@pytest.mark.parametrize("path", PATHS)
def test_a_list_has_its_seconds(walked, path):
    at = walked.ask("GET", f"/v1/{path}", {"limit": 1}, walked.other).body["data"][0]["created"]
    assert pages(walked, path, **{"created[gt]": at}) == []
    assert pages(walked, path, created=at)
    assert set(pages(walked, path)) == {
        *pages(walked, path, **{"created[lt]": at}),
        *pages(walked, path, **{"created[gte]": at, "created[lte]": at}),
    }


@pytest.mark.parametrize("path", PATHS)
def test_what_is_another_merchants_begins_no_page(walked, path):
    theirs = walked.ask("GET", f"/v1/{path}", {"limit": 1}, walked.other).body["data"][0]["id"]
    for id_ in (theirs, "pi_x", "x" * 3000, "cus_\u00e9"):
        said = walked.ask("GET", f"/v1/{path}", {"starting_after": id_})
        error = said.body["error"]
        assert (said.status, error["code"], error["param"]) == (
            400,
            "resource_missing",
            "starting_after",
        )
    both = walked.ask("GET", f"/v1/{path}", {"starting_after": theirs, "ending_before": theirs})
    assert both.body["error"]["param"] == "ending_before"
