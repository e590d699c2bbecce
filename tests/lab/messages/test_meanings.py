"""What codes and amounts mean."""

import pytest

from cardswitch.lab.messages.meanings import meaning_of
from cardswitch.specs.dialect import load_dialect

ASCII = load_dialect("iso87-ascii")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({4: "000000000100"}, {4: "100 minor units of an unknown currency"}),
        ({4: "000000000100", 49: "392"}, {4: "100 JPY", 49: "JPY, Yen"}),
        ({4: "AB"}, {4: "no amount"}),
        ({49: "000"}, {49: "000: no currency of ISO 4217"}),
        ({70: "301"}, {70: "echo"}),
        ({70: "999"}, {70: "network management code 999"}),
        ({22: "051"}, {22: "chip, PIN pad"}),
        ({3: "012000"}, {3: "cash withdrawal from current"}),
    ],
)
def test_codes_have_meanings(fields, expected):
    told = {
        number: meaning_of(ASCII, number, fields[number], fields.get(49, "")) for number in expected
    }
    assert told == expected
