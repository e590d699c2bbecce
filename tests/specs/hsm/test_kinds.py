"""The kinds of fields: which texts have their form, and which do not."""

import pytest

from cardswitch.specs.hsm import kinds
from cardswitch.specs.hsm.grammar import HsmKind

TDES_BLOCK, AES_BLOCK = (f"SD0072P0{cipher}" + "0" * 64 for cipher in "TA")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (kinds.KEY, "1A" * 8, "1A" * 16),
        (kinds.KEY, "U" + "1A" * 16, "U" + "1A" * 15),
        (kinds.KEY, TDES_BLOCK, TDES_BLOCK[:-1]),
        (kinds.KEY_PAIR, "1A" * 16, "1A" * 8),
        (kinds.ANY_KEY, "K0FF", "K0F"),
        (kinds.AES_KEY, AES_BLOCK, TDES_BLOCK),
        (kinds.TDES_KEY, TDES_BLOCK, AES_BLOCK),
        (kinds.KSN, "0" * 24, "0" * 23),
        (kinds.DESCRIBED_KSN, "A05" + "0" * 20, "A05" + "0" * 19),
        (kinds.DESCRIBED_KSN, "808" + "0" * 24, "808" + "0" * 20),
        (kinds.TABLE, "L" + "5E" * 16, "5E" * 16),
        (kinds.VALIDATION, "1234567890NF", "1234567890GF"),
        (kinds.OFFSET, "1234FFFFFFFF", "123FFFFFFFFF"),
        (kinds.PIN_UNDER_LMK, "J" + "4D" * 16, "0123"),
        (kinds.MAC, "5F1448EE", "5F1448EEA8"),
        (kinds.BYTES_2, "\n%", "\n"),
    ],
)
def test_a_kind_admits_its_form_alone(kind: HsmKind, good: str, bad: str) -> None:
    assert kind.admits(good)
    assert not kind.admits(bad)
    assert not kind.admits(good + "\n")
