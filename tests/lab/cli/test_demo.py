"""The demo as people see it: every chapter, figures that add up by hand, and nothing secret."""

import json
import random
import re
import tempfile
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from lxml import etree

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.topology import read_lab
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.customer.card import find_card
from tests.kit.canaries import found, secrets_of

SCHEMA = etree.XMLSchema(etree.parse(Path("tests/vectors/xsd/pain.001.001.09.xsd")))
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
# Of every chapter, in their order, what must be read there.
CHAPTERS = [
    ("1. Keys are made in the HSM, and shared", "check value"),
    ("2. All links are up and signed on", "terminal > switch > acquirer > switch > issuer"),
    ("3. A purchase with PIN, approved", "*** APPROVED ***"),
    ("4. The same purchase again", "same answer: 00"),
    ("5. A purchase declined, with the reason", "Insufficient funds (51)"),
    ("6. A purchase that the issuer never answers", "forwarded > reversing > reversed"),
    ("7. One more purchase, approved", "approved"),
    ("8. Cut-off", "deposit for SHOP0001"),
    ("9. The bank takes the order, pays, and says so", "DE02120300000000202051 is credited 42.50"),
    ("10. Do all books agree?", "they agree, to the cent"),
    ("Try next:", "cardswitch up"),
]
SALE = re.compile(r"^  ([0-9]+\.[0-9]{2}) EUR with card ([0-9*]+): (\w+)", re.MULTILINE)
BOOK = re.compile(r"^  (\w[\w', ]+?) +([0-9]+\.[0-9]{2}) EUR$", re.MULTILINE)


def demo(*words):
    return CliRunner().invoke(cli, ["demo", *words])


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A demo that was kept: its exit code, what it said, and its folder."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    result = demo("--keep", str(folder))
    return SimpleNamespace(code=result.exit_code, text=result.output, folder=folder)


def cents(amount):
    euros, _, rest = amount.partition(".")
    return 100 * int(euros) + int(rest)


def chapters(text):
    """The text of each chapter, its title first."""
    starts = [text.index(f"\n{title}") for title, _ in CHAPTERS]
    assert starts == sorted(starts)
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def test_every_chapter_is_told_in_order(told):
    assert told.code == 0
    for chapter, (title, expected) in zip(chapters(told.text), CHAPTERS, strict=True):
        assert expected in chapter, title


def test_it_ends_with_three_commands_to_try(told):
    commands = chapters(told.text)[-1].splitlines()[2:]
    assert [line.split()[0] for line in commands if line] == ["cardswitch"] * 3


def test_the_figures_add_up_by_hand(told):
    sales = [(cents(amount), kind) for amount, _, kind in SALE.findall(told.text)]
    assert [kind for _, kind in sales] == ["approved", "declined", "declined", "approved"]
    approved = sum(amount for amount, kind in sales if kind == "approved")
    books = dict(BOOK.findall(chapters(told.text)[9]))
    assert len(books) == 7
    assert {cents(amount) for amount in books.values()} == {approved}
    [deposit] = re.findall(r"deposit for SHOP0001: ([0-9.]+) EUR", told.text)
    assert cents(deposit) == approved


def test_the_deposit_file_is_valid_and_pays_what_was_sold(told):
    [path] = (told.folder / "deposits").glob("*.xml")
    document = etree.parse(path)
    SCHEMA.assertValid(document)
    [paid] = [element.text for element in document.iterfind(".//p:InstdAmt", NAMESPACE)]
    sales = SALE.findall(told.text)
    assert cents(paid) == sum(cents(amount) for amount, _, kind in sales if kind == "approved")
    assert path.with_suffix(".csv").exists()


def test_what_is_kept_is_a_lab_to_go_on_with(told):
    names = {path.name for path in told.folder.iterdir()}
    assert {"lab.toml", "cards.toml", "switch.db", "books.db", "deposits", "terminal"} <= names
    config = str(told.folder / "lab.toml")
    shown = CliRunner().invoke(cli, ["switch", "journal", "--json", "--config", config]).stdout
    assert len(shown.splitlines()) == 8  # Four purchases, on both sides of the switch.


def test_nothing_secret_is_told_or_kept(told, tmp_path):
    said = tmp_path / "said.txt"
    said.write_text(told.text)
    lab = read_lab(told.folder / "lab.toml")
    card = find_card(read_cards(told.folder / "cards.toml"), "good")
    secrets = secrets_of(card, "1234", lab, HsmModule(random.Random(0).randbytes).answer)
    files = [path for path in told.folder.rglob("*") if path.is_file()]
    by_design = {"lab.toml", "cards.toml"}
    assert not found([said, *(p for p in files if p.name not in by_design)], secrets)
    assert not found([said], keys_of(told.folder))


def keys_of(folder):
    """Every key of the lab in *folder*: as its file has it, and in clear where we know how."""
    data = tomllib.loads((folder / "lab.toml").read_text())
    tpk = data["switch"]["listeners"]["pos"]["pin_key"]
    zpk = data["switch"]["listeners"]["network"]["pin_key"]
    keys = {"TPK": tpk, "ZPK": zpk} | {n: data["issuer"][n] for n in ("zpk", "pvk", "cvk")}
    keys = {name: key.lstrip("U") for name, key in keys.items()}
    clear = {"clear TPK": ("002", tpk), "clear ZPK": ("001", zpk)}
    keys |= {n: unwrap_key(TEST_LMK, *key).hex().upper() for n, key in clear.items()}
    return keys | {"vault": (folder / "vault.key").read_text().strip().upper()}


def test_json_says_the_same_and_nothing_is_left_behind(tmp_path_factory, monkeypatch):
    tmp_path = tmp_path_factory.mktemp("d")  # A short name: a socket's path has room for no other.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    result = demo("--json")
    assert result.exit_code == 0
    facts = json.loads(result.stdout)
    assert facts["agrees"] is True
    approved = sum(cents(s["amount"]) for s in facts["sales"] if s["outcome"] == "approved")
    assert set(facts["books"].values()) == {approved}
    assert len(facts["books"]) == 7
    assert [sale["code"] for sale in facts["sales"]] == ["00", "51", "91", "00"]
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_is_left_alone(tmp_path):
    result = demo("--keep", str(tmp_path))
    assert "exists already" in str(result.exception)
    assert not list(tmp_path.iterdir())
