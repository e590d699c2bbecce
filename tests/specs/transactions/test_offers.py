"""The terminal's commands are those of the table."""

from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.offers import offers


def test_there_is_a_command_for_each_row_that_names_one():
    rows = [kind for kind in KINDS.all.values() if kind.command]
    assert [(offer.kind, offer.command) for offer in offers()] == [
        (kind.name, kind.command) for kind in rows
    ]
    for offer, kind in zip(offers(), rows, strict=True):
        assert (offer.text, offer.examples) == (kind.text, kind.examples)
        assert offer.takes_pin is (kind.pin != "refused")
