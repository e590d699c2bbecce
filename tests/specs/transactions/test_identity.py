"""A request, its repeat and its reversal agree on who they are; others never do."""

import pytest

from cardswitch.specs.errors import DecodeError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity, original_data, original_identity

SALE = Message(
    "0200", {7: "1123120000", 11: "000007", 32: "999001", 41: "TERM0001", 42: "SHOP           "}
)


def reversal_of(message: Message) -> Message:
    fields = {7: "1123120005", 11: "000008", 41: message[41], 42: message[42]}
    return Message("0420", {**fields, 90: original_data(message)})


def test_a_repeat_has_the_identity_of_its_first_send():
    assert identity("pos", Message("0201", SALE.fields)) == identity("pos", SALE)


def test_a_reversal_names_its_original():
    assert original_identity("pos", reversal_of(SALE)) == identity("pos", SALE)
    repeat = Message("0201", SALE.fields)
    assert original_identity("pos", reversal_of(repeat)) == identity("pos", SALE)


@pytest.mark.parametrize(
    "change", [{7: "1124120000"}, {11: "000008"}, {41: "TERM0002"}, {42: "OTHER SHOP     "}]
)
def test_another_request_has_another_identity(change):
    assert identity("pos", SALE.with_fields(change)) != identity("pos", SALE)


def test_another_listener_makes_another_identity():
    assert identity("acquirer", SALE) != identity("pos", SALE)


@pytest.mark.parametrize("original", ["", "0200", "x" * 42, "٣" * 42, "0" * 43])
def test_a_reversal_without_a_readable_original_is_refused(original):
    with pytest.raises(DecodeError, match="field 90"):
        original_identity("pos", reversal_of(SALE).with_fields({90: original}))
