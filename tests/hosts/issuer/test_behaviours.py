"""Magic amounts: every line of the table is a reason that exists, and says one thing."""

import pytest

from cardswitch.hosts.issuer.behaviours import MAGIC, NORMAL, behaviour_of
from cardswitch.specs.codes import REASONS


@pytest.mark.parametrize("digits", MAGIC)
def test_the_last_two_digits_decide(digits: str) -> None:
    assert behaviour_of(f"0000000012{digits}") is MAGIC[digits]
    assert behaviour_of(f"00000000{digits}00") is NORMAL


def test_the_design_names_these() -> None:
    assert {digits: b.decline for digits, b in MAGIC.items() if b.decline} == {
        "05": "05",
        "51": "51",
        "54": "54",
    }
    assert MAGIC["10"].divisor == 2
    assert (MAGIC["68"].answer, MAGIC["69"].answer) == ("late", "never")


def test_every_decline_has_a_reason_and_every_line_a_text() -> None:
    assert all(b.decline in REASONS for b in MAGIC.values() if b.decline)
    assert len({behaviour.text for behaviour in MAGIC.values()}) == len(MAGIC)
