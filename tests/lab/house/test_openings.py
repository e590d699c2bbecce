"""What a configuration leaves open is named by its key, and what is closed is not."""

import pytest
from msgspec.structs import replace

from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.lab.house.openings import Opening, openings, places
from cardswitch.specs.merchants import Merchant
from cardswitch.switch.core.settings import SpeaksFor
from cardswitch.switch.operate.config import HsmConfig as ModuleConfig
from cardswitch.switch.operate.config import ListenerConfig, SwitchConfig, UpstreamConfig
from cardswitch.wire.operator.addresses import Address

PAPERS = {"tls_ca": "ca.pem", "tls_certificate": "own.pem", "tls_names": ("other",)}
BOUND = {"till": SpeaksFor(terminals=("T1",))}
CLOSED = ListenerConfig(port=1, serves="merchants", merchants=("SHOP",), speaks_for=BOUND, **PAPERS)
SHOP = Merchant(
    id="SHOP", name="Shop", city="Berlin", country="DE", country_code="276", mcc="5411",
    terminals=("T1",),
)  # fmt: skip


def told(value):
    return [str(each) for each in openings(value, "here")]


@pytest.mark.parametrize(
    "closed", [CLOSED, UpstreamConfig(port=1, **PAPERS), HsmConfig(port=1, **PAPERS), SHOP]
)
def test_of_what_is_closed_nothing_is_told(closed):
    assert told(closed) == []


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (replace(CLOSED, tls_certificate="", tls_ca="", speaks_for={}), "no TLS: every program"),
        (replace(CLOSED, tls_ca="", speaks_for={}), "it asks nobody for a certificate"),
        (replace(CLOSED, tls_names=(), speaks_for={}), "whoever has any certificate"),
        (replace(CLOSED, host="0.0.0.0"), "any address may connect"),
        (replace(CLOSED, speaks_for={}), "whoever comes in may speak as any"),
        (replace(CLOSED, merchants="any"), "merchants are any"),
        (replace(CLOSED, serves="acquirers", institutions="any"), "institutions are any"),
        (HsmConfig(port=1, **{**PAPERS, "tls_names": ()}), "whoever has any certificate"),
        (UpstreamConfig(port=1), "no TLS: who listens in reads cards"),
        (Address(port=1, host="192.0.2.1", plain=True), "no TLS: who listens in reads cards on"),
        (UpstreamConfig(port=1, tls_ca="ca.pem"), "whoever has a certificate for that host"),
        (replace(SHOP, terminals="any"), "any terminal may sell for SHOP"),
        (Policy(refuse_weak_keys=False), "refuse_weak_keys is off"),
    ],
)
def test_what_is_open_is_told(value, what):
    assert [line for line in told(value) if line.startswith(f"here: {what}")]


def test_it_is_told_by_the_key_that_it_stands_under():
    switch = SwitchConfig(
        listeners={"pos": replace(CLOSED, merchants="any")},
        upstreams={"bank": UpstreamConfig(port=2, **PAPERS)},
        routes=(),
        hsm=ModuleConfig(port=3, **PAPERS),
        merchants=(replace(SHOP, terminals="any"),),
    )
    found = list(openings(switch, "switch"))
    assert [each.where for each in found] == ["switch.listeners.pos", "merchants.0"]
    assert found[1] == Opening(
        "merchants.0", "any terminal may sell for SHOP", "name its terminals"
    )
    listening = {where: listens for where, _, listens in places(switch, "switch")}
    assert listening == {
        "switch.listeners.pos": True,
        "switch.upstreams.bank": False,
        "switch.hsm": False,
    }


@pytest.mark.parametrize(
    ("dialect", "is_told"),
    [("pos", False), ("iso93-ascii", False), ("iso2003", True), ("iso2023", True)],
)
def test_totals_that_cannot_be_told_are_named(dialect, is_told):
    place = UpstreamConfig(port=1, dialect=dialect, settles_with="999001", **PAPERS)
    said = f"here.settles_with: totals do not go over in {dialect}"
    assert [line.startswith(said) for line in told(place)] == [True] * is_told
    assert told(replace(place, settles_with="")) == []
