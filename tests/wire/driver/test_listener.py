"""A listener counts who comes in, numbers their links, and bounds them by address."""

import pytest

from cardswitch.wire.driver.listener import Listener
from tests.kit.wire import HOST


class Counted:
    listener = None

    def __init__(self, name, address=HOST):
        self.name = name
        self.address = address


def test_a_listener_numbers_its_links_and_bounds_them():
    listener = Listener("pos", 2, Counted)
    first, second, third = (listener.accept() for _ in range(3))
    assert [link.name for link in (first, second, third)] == ["pos/1", "pos/2", "pos/3"]
    assert first.listener is listener
    full = "the listener has its 2 links"
    assert [listener.refusal(link) for link in (first, second, third)] == ["", "", full]
    listener.left(third)
    assert listener.refusal(third) == full
    listener.left(first)
    assert listener.refusal(third) == ""


def test_one_address_takes_only_its_share_and_has_it_again_when_it_has_left():
    listener = Listener("pos", 5, Counted, per_address_max=2)
    flood = [Counted(f"pos/{number}", "192.0.2.1") for number in range(3)]
    share = "its address has its 2 links"
    assert [listener.refusal(link) for link in flood] == ["", "", share]
    assert listener.refusal(Counted("pos/4", "192.0.2.2")) == ""
    listener.left(flood[2])  # It was never in: nothing changes.
    assert listener.refusal(flood[2]) == share
    listener.left(flood[0])
    assert listener.refusal(flood[2]) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_may_take_all_links(address):
    listener = Listener("pos", 3, Counted, per_address_max=1)
    links = [Counted(f"pos/{number}", address) for number in range(4)]
    assert [not listener.refusal(link) for link in links] == [True, True, True, False]


def test_addresses_that_are_gone_are_forgotten():
    listener = Listener("pos", 5, Counted, per_address_max=2)
    for number in range(100):
        link = Counted(f"pos/{number}", f"192.0.2.{number}")
        assert listener.refusal(link) == ""
        listener.left(link)
    assert not listener._of


def test_a_listener_lets_in_whom_its_rule_allows():
    asked = []
    listener = Listener("hsm", 2, Counted, lambda address: asked.append(address) or len(asked) > 1)
    link = listener.accept()
    assert [listener.refusal(link), listener.refusal(link)] == ["its address is not allowed", ""]
    assert asked == [HOST, HOST]
