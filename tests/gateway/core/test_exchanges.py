"""An exchange: what was approved of it, and why it was not."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.exchanges import Exchange, Stand
from cardswitch.specs.message import Message
from tests.kit.gateway import CARD

ASKED = Message("0200", {4: "000000001000", 11: "000001"})
SENT = Exchange(number=1, asked="sale", amount=1000, at=1.0, request=ASKED, card=CARD)
PARTLY = ASKED.reply("10", {4: "000000000400"})


def test_a_part_counts_where_it_was_asked_for_alone():
    wanted = replace(SENT, takes_part=True, stand=Stand.APPROVED, answer=PARTLY)
    assert (wanted.approved, wanted.is_approval(PARTLY)) == (400, True)
    assert not SENT.is_approval(PARTLY)
    assert replace(SENT, stand=Stand.APPROVED, answer=ASKED.reply("00")).approved == 1000


def test_why_it_is_not_approved_is_told_of_each():
    assert SENT.problem is None
    declined = replace(SENT, stand=Stand.DECLINED, answer=ASKED.reply("51"))
    assert declined.problem.decline_code == "insufficient_funds"
    partly = replace(SENT, stand=Stand.DECLINED, answer=PARTLY)
    assert partly.problem.network_decline_code == "10"
    assert replace(SENT, stand=Stand.UNDONE).problem.code == "processing_error"


@pytest.mark.parametrize(
    ("said", "stands", "code"),
    [("8701N", False, "incorrect_cvc"), ("8301A", False, "incorrect_zip"), ("8701M", True, None)],
)
def test_an_approval_whose_check_has_failed_is_one_for_who_does_not_mind(said, stands, code):
    answer = ASKED.reply("00", {44: said})
    strict = replace(SENT, declines_failed=("cvc", "postal_code"))
    assert SENT.is_approval(answer)
    assert strict.is_approval(answer) is stands
    if code is not None:
        problem = replace(strict, stand=Stand.DECLINED, answer=answer).problem
        assert (problem.code, problem.decline_code, problem.network_decline_code) == (
            code,
            code,
            None,
        )
