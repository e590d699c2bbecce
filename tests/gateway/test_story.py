"""The story of a payment: every step in order, masked, by any id that belongs to it."""

import pytest

from cardswitch.gateway.core.calls import Refund
from cardswitch.gateway.core.ids import CHARGE, INTENT, REFUND, id_of
from cardswitch.gateway.store import open_journal
from cardswitch.gateway.story import story_of
from cardswitch.specs.errors import Error
from tests.kit.gateway import PAN, REF, call, order, played
from tests.kit.play import answered


@pytest.fixture
def url(tmp_path):
    play = (played() >> order()).skip()
    play = (play >> answered("switch", "51")).skip()
    play = (play >> order(ref="b" * 22)).skip()
    play = (play >> answered("switch", "00")).skip()
    play = (play >> call(Refund(amount=1), "b" * 22)).skip()
    play = (play >> answered("switch", "00")).skip()
    url = f"sqlite:///{tmp_path}/gateway.db"
    journal = open_journal(url)
    journal.commit(play.entries)
    journal.close()
    return url


@pytest.mark.parametrize(("prefix", "number"), [(INTENT, 0), (CHARGE, 1)])
def test_a_decline_is_told_with_its_reason(url, prefix, number):
    steps = story_of(url, id_of(prefix, REF, number))
    assert [step["step"] for step in steps] == ["created", "sent", "answered"]
    assert steps[-1]["reason"] == "insufficient_funds"
    assert PAN not in str(steps)


def test_a_refund_is_told_with_its_payment(url):
    steps = story_of(url, id_of(REFUND, "b" * 22, 2))
    assert [step["step"] for step in steps] == ["created", "sent", "answered", "sent", "answered"]
    assert steps[3]["id"] == id_of(REFUND, "b" * 22, 2)


@pytest.mark.parametrize("id_", ["pi_x", "x", "pi_" + "c" * 22 + "00"])
def test_what_is_not_there_is_said(url, id_):
    with pytest.raises(Error, match="no such payment"):
        story_of(url, id_)
