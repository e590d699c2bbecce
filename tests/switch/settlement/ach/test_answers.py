"""Returns and notices of change of others are read; what is neither is refused."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.switch.settlement.ach.answers import read_returns
from cardswitch.switch.settlement.answers import read_answer
from tests.kit.ach import SAMPLES


def test_returns_of_another_bank():
    statement = read_returns(SAMPLES["returns"])
    assert [(p.reference, p.amount, p.code, p.is_return) for p in statement.parts] == [
        ("MjMxNDAwMjAtOGQ", -12354, "R01", True),
        ("NmRjZTJmMzItMGN", 4565, "R03", True),
    ]
    assert statement.parts[1].payment == "091400600000003"
    assert statement.parts[1].entry == "ACH 021000029461242"


def test_a_notice_of_change_moves_nothing_and_says_what_to_write():
    [part] = read_returns(SAMPLES["notice-of-change"]).parts
    assert (part.amount, part.is_change, part.code, part.text) == (0, True, "C01", "1918171614")


def test_the_kind_is_found_by_the_content():
    answer = read_answer(SAMPLES["returns"])
    assert (answer.kind, answer.message) == ("notice", "ach ACH-201810170306A")


def test_a_file_of_orders_is_no_answer():
    with pytest.raises(FormatError, match="addenda 98 or 99"):
        read_answer(SAMPLES["ccd-debit"])
