"""`demo --shop`: orders become a deposit, and one of them is told whole; nothing secret is said."""

import json

from click.testing import CliRunner

from cardswitch.lab.cli.main import cli

CHAPTERS = (
    "1. A shop has a key", "2. An order, paid at once", "3. An order declined, with the reason",
    "4. An order whose money is set aside", "5. A part of the first order", "6. Cut-off",
    "7. One id, the whole story", "8. Is the deposit what the orders brought?",
)  # fmt: skip


def test_every_chapter_is_there_in_its_order():
    said = CliRunner().invoke(cli, ["demo", "--shop"])
    assert said.exit_code == 0, said.output
    told = said.output
    places = [told.index(chapter) for chapter in CHAPTERS]
    assert places == sorted(places)
    assert "they agree, to the cent" in told
    assert "insufficient_funds" in told
    assert "4242424242424242" not in told


def test_as_data_it_says_the_same():
    said = CliRunner().invoke(cli, ["demo", "--shop", "--json"])
    facts = json.loads(said.stdout)
    assert (facts["agrees"], facts["received"]) == (True, facts["deposited"])
    assert "deposit" in [step["step"] for step in facts["story"]]
