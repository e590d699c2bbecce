"""Results of challenges, told to a gateway that runs: they count once, and from nobody else."""

import ssl

import httpx
import pytest

from cardswitch.gateway.core.desk import GatewayDesk
from cardswitch.specs.three_ds.messages import write
from tests.kit.three_ds import rreq

CHALLENGED = {"number": "4000000000003220", "exp_month": 12, "exp_year": 2030, "cvc": "123"}


@pytest.fixture
def tell(shop):
    place = shop.config.three_d_secure
    folder = shop.lab.lab.folder / "tls"
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "acs.pem", folder / "acs.key")
    with httpx.Client(verify=context, trust_env=False, timeout=20.0) as client:
        yield lambda body: client.post(place.url, content=body)


def challenged(shop):
    """An intent whose shopper is asked, and the numbers of that."""
    card = {f"payment_method_data[card][{name}]": value for name, value in CHALLENGED.items()}
    asked = {
        "amount": 1250, "currency": "eur", "confirm": "true", "payment_method_data[type]": "card",
        "return_url": "https://shop.localhost/back?order=1",
    }  # fmt: skip
    said = shop.ask("POST", "/v1/payment_intents", asked | card)
    assert said.body["status"] == "requires_action"
    url = said.body["next_action"]["redirect_to_url"]["url"]
    transaction = url.rpartition("/")[2]
    return said.body, transaction


def known(shop, transaction):
    from cardswitch.gateway.core.row import legs_of
    from cardswitch.gateway.core.things import AUTHENTICATIONS
    from cardswitch.gateway.store import GatewayReader

    rows = GatewayReader(shop.config.database).named(AUTHENTICATIONS, transaction)
    thing = legs_of(rows).things[transaction].thing
    return {"acs_transaction": thing.acs_transaction, "ds_transaction": thing.ds_transaction}


def state(shop, intent):
    return shop.ask("GET", f"/v1/payment_intents/{intent['id']}").body


def test_what_failed_is_taken_once_and_a_second_result_is_refused(shop, tell):
    intent, transaction = challenged(shop)
    numbers = known(shop, transaction)
    failed = rreq("N", transaction=transaction, reason="01", **numbers)
    answer = tell(write(failed))
    assert (answer.status_code, answer.json()["messageType"]) == (200, "RRes")
    assert tell(write(failed)).status_code == 200  # A copy is told the same.
    passed = rreq("Y", transaction=transaction, **numbers)
    assert tell(write(passed)).json()["messageType"] == "Erro"
    after = state(shop, intent)
    assert after["status"] == "requires_payment_method"
    error = after["last_payment_error"]
    assert error["code"] == "payment_intent_authentication_failure"
    assert after["latest_charge"] is None


def test_a_result_that_comes_while_the_switch_is_away_is_told_again_and_the_code_is_sent(
    shop, tell, monkeypatch
):
    async def nowhere(self):
        return False

    intent, transaction = challenged(shop)
    body = write(rreq("A", transaction=transaction, **known(shop, transaction)))
    assert tell(write(rreq("Y", transaction=transaction))).status_code == 400  # of another
    with monkeypatch.context() as patch:
        patch.setattr(GatewayDesk, "take_place", nowhere)
        assert tell(body).status_code == 503
    assert tell(body).status_code == 200
    charge = shop.ask("GET", f"/v1/charges/{state(shop, intent)['latest_charge']}").body
    assert charge["payment_method_details"]["card"]["checks"]["cvc_check"] == "pass"


def test_a_forged_proof_is_declined_by_the_issuer(shop, tell):
    intent, transaction = challenged(shop)
    answer = tell(write(rreq("Y", transaction=transaction, **known(shop, transaction))))
    assert answer.status_code == 200
    after = state(shop, intent)
    assert after["status"] == "requires_payment_method"
    assert after["last_payment_error"]["network_decline_code"] == "59"


@pytest.mark.parametrize("body", [b"", b"{}", write(rreq("Y"))])
def test_what_is_of_nothing_is_refused(shop, tell, body):
    answer = tell(body)
    assert (answer.status_code, answer.json()["messageType"]) == (400, "Erro")


def test_numbers_of_another_are_refused(shop, tell):
    intent, transaction = challenged(shop)
    assert tell(write(rreq("Y", transaction=transaction))).status_code == 400
    assert state(shop, intent)["status"] == "requires_action"


def test_who_is_no_access_control_server_is_not_heard(shop):
    folder = shop.lab.lab.folder / "tls"
    for who in (None, "shop"):
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        if who:
            context.load_cert_chain(folder / f"{who}.pem", folder / f"{who}.key")
        with (
            httpx.Client(verify=context, trust_env=False) as client,
            pytest.raises(httpx.HTTPError),
        ):
            client.post(shop.config.three_d_secure.url, content=b"{}")
