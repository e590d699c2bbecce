"""Exceptions over HTTPS: whose they are, and what is said of one that is none."""

from cardswitch.gateway.api.families.exceptions import exception_object
from cardswitch.gateway.core.ids import CHARGE, id_of
from tests.kit.gateway import REF, intent, order, played
from tests.kit.play import after, answered


def test_an_exception_tells_of_its_payment():
    play = (played() >> order()).skip()
    play = (play >> after(4.0)).skip() >> answered("switch", "64")
    found = intent(play.skip())
    shown = exception_object(found, found.exchange(1))
    assert shown["id"] == id_of(CHARGE, REF, 1)
    assert (shown["status"], shown["outcome"], shown["amount"]) == ("exception", None, 1250)
    assert shown["created"] > 0


def test_there_is_none_and_what_is_none_cannot_be_resolved(shop):
    assert shop.ask("GET", "/v1/x/exceptions").body["data"] == []
    assert shop.ask("GET", "/v1/x/exceptions", key=shop.public).status == 403
    charge = shop.create().body["latest_charge"]
    said = {"outcome": "reversed", "because": "the bank says so"}

    def resolve(id_, key=None, **params):
        return shop.ask("POST", f"/v1/x/exceptions/{id_}/resolve", {**said, **params}, key)

    assert resolve(charge).body["error"]["code"] == "not_an_exception"
    assert resolve(charge, shop.other).status == 404
    assert resolve("pi_x").status == 404
    for name in ("outcome", "because"):
        assert resolve(charge, **{name: None}).body["error"]["param"] == name
    assert resolve(charge, outcome="forgotten").body["error"]["param"] == "outcome"
    assert resolve(charge, because="card 4242424242424242").body["error"]["param"] == "because"
