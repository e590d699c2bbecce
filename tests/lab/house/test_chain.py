"""One id, the whole story, in a lab: every hop, in time, masked; and the money, once it is paid."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.chain import LabChain
from cardswitch.switch.store.reader import JournalReader
from tests.kit.histories import DAYS
from tests.kit.settling import close
from tests.kit.shop import Shop, card
from tests.switch.conftest import SettlementLab

PAN, CVC = "4242424242424242", "987"
WRONG_CODE = "4000000000000127"


def run(shop, *words):
    said = CliRunner().invoke(cli, [*words, "--config", str(shop.lab.config)])
    assert said.exit_code == 0, said.output
    return said.stdout


def test_a_payment_is_told_from_the_request_to_the_deposit(tmp_path):
    with Shop(tmp_path / "lab") as shop:
        paid = shop.create(amount=1250, idempotency="one", **card(PAN)).body
        other = shop.create(amount=500).body
        declined = shop.create(**card(WRONG_CODE, cvc=CVC)).body["error"]["payment_intent"]["id"]
        shop.ask("POST", "/v1/refunds", {"payment_intent": paid["id"], "amount": 250})
        before = shop.ask("GET", f"/v1/x/trace/{paid['latest_charge']}").body["steps"]
        assert not [step for step in before if step["where"] == "settlement"]
        run(shop, "settle", "close", "--now")
        steps = json.loads(run(shop, "gateway", "show", paid["id"], "--json"))
        assert shop.ask("GET", f"/v1/x/trace/{paid['id']}", key=shop.other).status == 404
        assert shop.ask("GET", "/v1/x/trace/pi_x").status == 404
        assert run(shop, "gateway", "show", other["id"])
        refused = run(shop, "gateway", "show", declined, "--json")
    wheres = {step["where"] for step in steps}
    assert {
        "shop", "gateway", "events", "switch, shop", "acquirer", "switch, network", "issuer",
        "settlement",
    } <= wheres  # fmt: skip
    batches = {step["kind"]: step["amount"] for step in steps if step["step"] == "batch"}
    assert batches == {"sale": 1750, "refund": -250}
    [deposit] = [step for step in steps if step["step"] == "deposit"]
    assert deposit["amount"] == 1500
    for step in steps:
        if "hex" in step:
            assert bytes.fromhex(step["hex"]).decode("latin-1")[:2] in ("01", "02", "04")
    told = json.dumps(steps) + refused
    for secret in (PAN, PAN.encode().hex(), CVC.encode().hex(), paid["client_secret"]):
        assert secret not in told


def test_of_nothing_nothing_is_known(tmp_path):
    with Shop(tmp_path / "lab") as shop:
        assert LabChain(shop.lab.lab).hops([]) == []


@pytest.fixture
def lab(tmp_path):
    made = SettlementLab(tmp_path)
    yield made
    made.store.close()


def money_of(lab, leg):
    """What the story of *leg* tells of settlement: the step, its day, and of a batch the sum."""
    house = SimpleNamespace(
        switch=lab.switch, settlement=lab.settlement, acquirer=None, issuer=None
    )
    rows = JournalReader(lab.switch.database).steps_of(leg)
    hops = LabChain(house)._money(rows)
    return [(hop.step, hop.more["day"], hop.more["amount"]) for hop in hops]


def test_a_sale_made_before_the_close_of_the_day_before_is_told_of_its_own(lab):
    lab.history.sale(1250)
    lab.history.cut_over()
    leg = lab.history.sale(77_700)
    close(lab)
    assert money_of(lab, leg) == []
    lab.history.cut_over()
    close(lab)
    day = DAYS[1]
    assert money_of(lab, leg) == [("batch", day, 77_700), ("deposit", day, 77_700)]


def test_of_batches_that_differ_in_their_channel_alone_one_is_told(lab):
    leg = lab.history.sale(1250)
    lab.history.sale(300, source="shop")
    lab.history.cut_over()
    close(lab)
    day = DAYS[0]
    assert money_of(lab, leg) == [("batch", day, 1250), ("deposit", day, 1550)]
