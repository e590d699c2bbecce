"""What an operator has compared with an upstream goes by a switch that runs."""

import asyncio

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.totals import TOTALS, ask_totals, due_of, totals_verbs
from tests.kit.operated import config_in

from .test_network import Runs


class Comparer:
    """A machine whose upstream answers after a while."""

    def __init__(self, looks=2):
        self.looks = looks
        self.asked = []

    def ask_totals(self, now, who, place, date, currency, because):
        self.asked.append((who, place, date, currency, because))
        return ()

    def status(self):
        self.looks -= 1
        return {"totals": [{"place": "acquirer", "is_under_way": self.looks > 0}]}


def asked(machine, **told):
    verb = totals_verbs(Runs(), machine)[TOTALS]
    return asyncio.run(verb({"who": "ann", "place": "acquirer", **told}))


def test_it_waits_for_the_answer():
    machine = Comparer()
    told = {"date": "2026-11-28", "currency": "978", "because": "why"}
    assert not asked(machine, wait_s=5.0, **told)["is_under_way"]
    assert machine.asked == [("ann", "acquirer", "2026-11-28", "978", "why")]


def test_but_no_longer_than_it_is_told():
    assert asked(Comparer(looks=1_000), wait_s=0.0)["is_under_way"]


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"date": 1}, "totals: "),
        ({"currency": "EUR"}, "totals: "),
        ({"extra": 1}, "totals: "),
        ({"because": "9999990000000014"}, "card"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_asked(told, match):
    machine = Comparer()
    with pytest.raises(Error, match=match):
        asked(machine, **told)
    assert not machine.asked


def test_a_switch_that_does_not_run_asks_nothing_and_says_what_is_due(tmp_path):
    config, _ = config_in(tmp_path)
    with pytest.raises(Error, match="needs one that runs"):
        ask_totals(config, "acquirer", "", "", "", 1.0)
    assert due_of(config, None) == {}
