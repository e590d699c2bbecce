"""Payment links over HTTPS: made, read, listed, and made inactive."""

import pytest

LINE = "line_items[0]"
NEW = {
    f"{LINE}[quantity]": 2,
    f"{LINE}[price_data][currency]": "eur",
    f"{LINE}[price_data][unit_amount]": 700,
    f"{LINE}[price_data][product_data][name]": "Tea",
}
PATH = "/v1/payment_links"
LIMIT = "restrictions[completed_sessions][limit]"


def test_a_link_is_made_read_listed_and_made_inactive(shop):
    made = shop.ask("POST", PATH, {**NEW, LIMIT: 1, "metadata[a]": "b"}).body
    assert made["url"] == f"{shop.config.pages.url}/l/{made['id']}"
    assert (made["active"], made["x_amount_total"], made["x_session"]) == (True, 1400, None)
    assert (made["metadata"], made["restrictions"]) == (
        {"a": "b"},
        {"completed_sessions": {"limit": 1}},
    )
    assert shop.ask("GET", f"{PATH}/{made['id']}").body == made
    assert shop.ask("GET", PATH, {"limit": 1}).body["data"] == [made]
    off = shop.ask("POST", f"{PATH}/{made['id']}", {"active": "false"}).body
    assert off == {**made, "active": False}
    assert shop.ask("GET", f"{PATH}/{made['id']}", key=shop.other).status == 404


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({LIMIT: 2}, LIMIT),
        ({"after_completion[redirect][url]": "javascript:x"}, "success_url"),
        ({f"{LINE}[price_data][currency]": "xxx"}, "currency"),
        ({f"{LINE}[quantity]": 0}, f"{LINE}[quantity]"),
        ({"unknown": "x"}, "unknown"),
    ],
)
def test_what_is_wrong_is_named(shop, params, param):
    answer = shop.ask("POST", PATH, {**NEW, **params})
    assert (answer.status, answer.body["error"]["param"]) == (400, param)
