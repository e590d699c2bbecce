"""What a movement is called: no two have one name, and none has two."""

from cardswitch.switch.settlement.movements import movement_kind
from tests.kit.derivations import movements_of
from tests.kit.histories import History


def test_what_a_movement_adds_and_is_called():
    history = History()
    history.reverse(history.sale(1250), stays=500)
    capture, reversal = movements_of(history.rows)
    assert (capture.amount, capture.name) == (1250, "sale:3")
    assert (reversal.amount, reversal.name) == (-750, "sale-reversal:4")
    assert reversal.kind == movement_kind("sale", is_undone=True)
