"""Each entry has its place in the table; those that are of no sale may come at any time."""

from typing import get_args

from cardswitch.terminal.core.entries import KeyProven, KeyTaken, KsnUsed, SaleBegun, TerminalEntry
from cardswitch.terminal.core.follows import FOLLOWS
from cardswitch.terminal.core.outcome import SaleState


def test_every_entry_has_its_place():
    assert set(FOLLOWS) == set(get_args(TerminalEntry))


def test_keys_come_at_any_time_and_a_sale_only_when_none_is_under_way():
    anytime = {None, *SaleState}
    assert all(FOLLOWS[entry] == anytime for entry in (KeyTaken, KeyProven, KsnUsed))
    assert not FOLLOWS[SaleBegun] & {SaleState.BEGUN, SaleState.PENDING}
