"""The commands of payment links: made, listed, ended; the address pays."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from cardswitch.specs.errors import Error
from tests.kit.visitor import Visitor


def run(shop, *words):
    said = CliRunner().invoke(cli, ["gateway", "links", *words, "--config", str(shop.lab.config)])
    if said.exception and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said.stdout


def made(shop, *words):
    return json.loads(run(shop, "create", *words, "--json"))


def test_a_link_is_made_and_its_address_pays_once(shop):
    link = made(shop, "24.90", "Two bags of beans")
    assert (link["x_amount_total"], link["currency"], link["active"]) == (2490, "eur", True)
    assert link["restrictions"] == {"completed_sessions": {"limit": 1}}
    browser = Visitor(shop.ca).get(link["url"])
    assert "Two bags of beans" in browser.text
    browser.submit(browser.form())
    browser.submit(browser.form("number"), number="4242424242424242", expiry="12/30", cvc="123")
    assert "EUR\u00a024.90" in browser.text
    assert browser.get(link["url"]).submit(browser.form()).text.count("Paid")


def test_a_line_says_what_is_to_be_paid_and_where(shop):
    line = run(shop, "create", "5", "Donation", "--often", "--quantity", "3")
    assert "active" in line
    assert "EUR 15.00" in line
    assert "/l/plink_" in line


def test_links_are_listed_and_deactivated(shop):
    link = made(shop, "1.00", "Tea", "--often")
    assert link["restrictions"] is None
    newest = json.loads(run(shop, "list", "--last", "1", "--json"))
    assert newest == [link]
    assert json.loads(run(shop, "deactivate", link["id"], "--json"))["active"] is False
    assert "inactive" in run(shop, "list", "--last", "1")
    assert "has expired" in Visitor(shop.ca).get(link["url"]).text


def test_another_merchants_links_are_not_there(shop):
    link = made(shop, "1.00", "Tea", "--merchant", "SHOP0002")
    assert link["id"] not in run(shop, "list", "--last", "100")
    assert link["id"] in run(shop, "list", "--merchant", "SHOP0002")
    with pytest.raises(Error, match="No such payment_link"):
        run(shop, "deactivate", link["id"])


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["0", "Tea"], "above zero"),
        (["1.00", "Tea", "--back", "https://evil.example/"], "none of this merchant's origins"),
        (["1.00", "Tea", "--merchant", "NOBODY"], "expected one of SHOP0001"),
        (["1.00", "4242 4242 4242 4242"], "card"),
    ],
)
def test_what_is_wrong_is_named(shop, words, match):
    with pytest.raises(Error, match=match):
        made(shop, *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1.234", "Tea"], "AMOUNT or --currency: expected at most 2 decimals"),
        (["nothing", "Tea"], "AMOUNT or --currency: expected an amount"),
        (["1.00", "Tea", "--currency", "XXX"], "seen XXX"),
    ],
)
def test_what_is_no_amount_is_a_usage_error(words, said):
    result = CliRunner().invoke(cli, ["gateway", "links", "create", *words])
    assert (result.exit_code, said in result.stderr) == (2, True)
