"""To the bank in a frame, and back: nothing that a browser brings counts."""

from msgspec.structs import replace
from starlette.requests import Request

from cardswitch.gateway.core.authentication import Browser as Told
from cardswitch.gateway.pages.challenges import Visit, browser_of
from cardswitch.gateway.pages.till import Stage
from tests.gateway.pages.fakes import OFFER, FakeBank, FakeTill, pages_of
from tests.kit.asgi import Browser

VISIT = Visit(
    page="/3ds/t", acs_url="https://acs.localhost:7115/challenge", creq="e30", is_open=True,
    back="", session="cs_1",
)  # fmt: skip


def browser(visit=VISIT, offer=OFFER):
    return Browser(pages_of(FakeTill(offer), bank=FakeBank(t=visit)).app)


def test_the_banks_page_is_shown_in_a_frame_of_ours():
    page = browser().get("/3ds/t")
    assert 'action="https://acs.localhost:7115/challenge" target="bank"' in page.text
    assert 'name="creq" value="e30"' in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://acs.localhost:7115;" in policy
    assert "frame-src 'self' https://acs.localhost:7115" in policy
    assert "frame-ancestors 'none'" in policy


def test_an_order_whose_bank_asks_leads_there():
    offer = replace(OFFER, stage=Stage.ACTION, challenge="/3ds/t")
    page = browser(offer=offer).get("/c/cs_1")
    assert (page.status, page.headers["location"]) == (303, "/3ds/t")


def test_a_browser_that_comes_back_is_let_out_of_the_frame():
    page = browser().post("/3ds/t/done", {"cres": "forged"})
    assert 'href="/3ds/t" target="_top"' in page.text
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]


def test_after_the_result_it_goes_on():
    over = replace(VISIT, is_open=False, back="/c/cs_1")
    assert browser(over).get("/3ds/t").headers["location"] == "/c/cs_1"
    paid = replace(OFFER, stage=Stage.PAID)
    assert browser(over, paid).get("/3ds/t").headers["location"] == OFFER.success_url
    alone = replace(over, session="", back="https://shop.example/?a=1")
    assert browser(alone).get("/3ds/t").headers["location"] == "https://shop.example/?a=1"
    nowhere = replace(alone, back="")
    assert "close this page" in browser(nowhere).get("/3ds/t").text


def test_what_is_not_there_is_told():
    for path in ("/3ds/none", "/3ds/" + "a" * 200):
        assert browser().get(path).status == 404
    assert browser().post("/3ds/none/done", {}).status == 404


def test_a_bank_is_told_of_the_browser_within_bounds():
    headers = [(b"user-agent", b"u" * 5_000), (b"accept-language", b"ar-EG,ar;q=0.9")]
    told = browser_of(Request({"type": "http", "headers": headers}))
    assert told == Told(accept="*/*", agent="u" * 2_048, language="ar-EG")
