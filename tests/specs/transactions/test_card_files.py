"""File actions: which may be asked for, and of which file."""

import pytest

from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.card_files import ACTIONS, action_of, file_fields


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_asked_for_is_read_back(action):
    assert action_of(Message("0302", file_fields(action))) == ACTIONS[action]


@pytest.mark.parametrize(("number", "value"), [(91, "2"), (91, ""), (101, "OTHER"), (101, "")])
def test_another_action_or_file_is_named(number, value):
    with pytest.raises(Decline) as caught:
        action_of(Message("0302", {**file_fields("add"), number: value}))
    assert (caught.value.code, caught.value.field) == ("30", str(number))
