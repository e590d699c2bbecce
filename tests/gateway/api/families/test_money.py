"""Balance and payouts as they are answered, from books that are written here."""

import asyncio

import pytest
from msgspec.structs import replace

from cardswitch.gateway.api.described import shapes
from cardswitch.gateway.api.endpoints import Asked, Services
from cardswitch.gateway.api.families.money import list_payouts, retrieve_balance, retrieve_payout
from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.keys import ApiKey
from cardswitch.gateway.core.things.payouts import Owed, Payout
from cardswitch.specs.merchants import Merchant
from tests.kit.shapes import shaped

KEY = ApiKey(id="k", kind="secret", merchant="SHOP", hash="", hint="", created=1)
SHOP = Merchant(
    id="SHOP", name="S", city="B", country="DE", country_code="276", mcc="5411",
    currencies=("978", "392"),
)  # fmt: skip
DAYS = ("2026-11-27", "2026-11-28", "2026-11-29")
FIRST, SECOND, THIRD = (
    Payout(
        reference=f"{day.replace('-', '')}-SHOP-EUR", business_date=day, currency="978",
        place=(at, 1, 0), amount=1250, at=float(at), execution="2026-11-30",
        account="DE02120300000000202051", status="in_transit",
    )
    for at, day in enumerate(DAYS, 1)
)  # fmt: skip
PAID = replace(FIRST, status="paid")
FAILED = replace(
    SECOND, status="failed", back=(2, 2, 0), code="AC04", because="AC04 the account is closed"
)


class Books:
    """Books of two merchants."""

    def balance(self, merchant):
        return [Owed(currency="414", available=-5, pending=7)] if merchant == "SHOP" else []

    def payouts(self, merchant):
        return [THIRD, FAILED, PAID] if merchant == "SHOP" else []


def told(endpoint, merchant="SHOP", id_="", money=None, **value):
    services = Services(
        front=None, reader=None, vault=None, merchants={"SHOP": SHOP}, now=None, events=None,
        codes=None, story=None, money=money or Books(),
    )  # fmt: skip
    key = replace(KEY, merchant=merchant)
    return asyncio.run(endpoint(Asked(services=services, key=key, id=id_, value=value)))[0]


def test_a_balance_names_each_currency_of_the_merchant_in_minor_units():
    shown = told(retrieve_balance)
    assert {each["currency"]: each["amount"] for each in shown["available"]} == {
        "jpy": 0, "kwd": -5, "eur": 0,
    }  # fmt: skip
    assert {each["currency"]: each["amount"] for each in shown["pending"]} == {
        "jpy": 0, "kwd": 7, "eur": 0,
    }  # fmt: skip
    assert shaped(shown, shapes.Balance)
    assert told(retrieve_balance, "OTHER")["available"] == []


def test_a_payout_says_when_it_arrives_and_how_it_stands():
    newest, failed, paid = told(list_payouts)["data"]
    assert [each["status"] for each in (newest, failed, paid)] == ["in_transit", "failed", "paid"]
    assert (newest["amount"], newest["arrival_date"]) == (1250, 1795996800)  # 30 November 2026
    assert newest["trace_id"]["value"] == "20261129-SHOP-EUR"
    assert newest["balance_transaction"] == "txn_000000000000031000000000"
    assert failed["failure_balance_transaction"] == "txn_000000000000022000000000"
    assert (newest["failure_code"], newest["failure_message"]) == (None, None)
    assert (failed["failure_code"], failed["failure_message"]) == (
        "account_closed", "AC04 the account is closed",
    )  # fmt: skip
    assert all(shaped(each, shapes.Payout) for each in (newest, failed, paid))
    assert "120300000000" not in str(newest)


def test_a_reason_without_a_name_could_not_be_processed():
    books = Books()
    books.payouts = lambda _: [replace(FAILED, code="ZZ99")]
    assert told(list_payouts, money=books)["data"][0]["failure_code"] == "could_not_process"


def test_one_is_found_by_its_id_and_only_by_its_merchant():
    for shown in told(list_payouts)["data"]:
        assert told(retrieve_payout, id_=shown["id"]) == shown
        with pytest.raises(Fault) as other:
            told(retrieve_payout, "OTHER", shown["id"])
        assert other.value.problem.status == 404
    with pytest.raises(Fault):
        told(retrieve_payout, id_="po_x")


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ({}, [3, 2, 1]),
        ({"status": "paid"}, [1]),
        ({"created": {"gte": "2"}}, [3, 2]),
        ({"created": {"lt": "2"}}, [1]),
        ({"created": "2"}, [2]),
        ({"limit": "2"}, [3, 2]),
    ],
)
def test_a_list_holds_what_is_asked_for(asked, at):
    assert [each["created"] for each in told(list_payouts, **asked)["data"]] == at


def test_a_list_is_paged():
    first = told(list_payouts, limit="2")
    assert (first["object"], first["url"], first["has_more"]) == ("list", "/v1/payouts", True)
    last = told(list_payouts, starting_after=first["data"][-1]["id"])
    assert ([each["created"] for each in last["data"]], last["has_more"]) == ([1], False)
    before = told(list_payouts, ending_before=first["data"][-1]["id"])
    assert [each["created"] for each in before["data"]] == [3]
    with pytest.raises(Fault, match="No such object"):
        told(list_payouts, starting_after="po_x")
