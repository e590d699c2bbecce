"""Tips at the issuer: taken besides their sale, once, and though that overdraws the account."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseDecided, SaleFollowed
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.followed import Followed
from cardswitch.wire.ports import Received
from tests.kit.hosts import NETWORK, outcome, purchase, reversal_of, wrote
from tests.kit.play import sent

from .test_completions import account, held, rebuilt
from .test_refunds import SALE, refund


def tip(amount: int = 250, trace: int = 30) -> Message:
    return Message("0220", {**refund(amount, trace).fields, 3: "020000"})


def test_it_is_held_besides() -> None:
    play = held(SALE) >> Received(NETWORK, tip())
    play << wrote(SaleFollowed, leg=2, followed=Followed(tipped=250))
    play << wrote(PurchaseDecided, code="00", amount=250)
    assert play << sent(NETWORK, "0230", {39: "00"})
    assert account(play) == account(rebuilt(play)) == (3_500, 6_500)


@pytest.mark.parametrize("rebuild", [False, True])
def test_it_comes_once_and_is_no_more_than_the_sale(rebuild: bool) -> None:
    play = held(SALE)
    assert outcome(play, tip(2_001))[39] == "13"
    assert outcome(play, tip(2_000, 31))[39] == "00"
    play = rebuilt(play) if rebuild else play
    assert outcome(play, tip(1, 32))[39] == "94"
    assert outcome(play, Message("0221", tip(2_000, 31).fields))[39] == "00"
    assert outcome(play, reversal_of(SALE))[39] == "64"


def test_nobody_declines_it_for_want_of_money() -> None:
    play = held(SALE, purchase(6_750, 9))
    assert account(play)[1] == 0
    assert outcome(play, tip())[39] == "00"
    assert account(play) == (10_250, -250)
