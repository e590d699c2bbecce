"""Closes that are held: days end, nothing is paid, and it is all there once they are released."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.bank.closes import hold_closes, release_closes
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.settle import settling
from cardswitch.switch.operate.show import preview
from cardswitch.switch.operate.verify_books import verify
from tests.kit.histories import DAYS
from tests.kit.settling import amounts, close, labels


def decide(lab, deed, because="ticket 4711"):
    lab.commit()
    with settling(lab.switch, lab.settlement, lab.record) as opened:
        return deed(opened, because)


def test_a_held_day_is_not_closed_by_anybody_and_loses_nothing(lab):
    lab.history.sale(1250)
    lab.history.cut_over()
    decide(lab, hold_closes)
    lab.history.sale(80)
    lab.history.cut_over()
    for day in (None, DAYS[0]):
        with pytest.raises(Error, match=r"is not closed, closes are held by .*: ticket 4711; card"):
            close(lab, day)
    assert not lab.deposits.exists() or not lab.files()
    assert preview(lab.switch, lab.settlement).held.endswith(": ticket 4711")
    with pytest.raises(Error, match=r"closes are held already, by .*: ticket 4711"):
        decide(lab, hold_closes)

    decide(lab, release_closes)
    assert preview(lab.switch, lab.settlement).held == ""
    closed = close(lab)
    assert labels(closed) == [*DAYS[:2]]
    assert [amounts(day)["SHOP", "978"] for day in closed] == [1250, 80]
    assert verify(lab.switch, lab.settlement).findings == ()
    with pytest.raises(Error, match="nobody holds closes"):
        decide(lab, release_closes)


def test_a_hold_outlives_lost_books(lab):
    lab.history.sale(1250)
    lab.history.cut_over()
    close(lab)
    decide(lab, hold_closes)
    for path in lab.folder.glob("books.db*"):
        path.unlink()
    rebuild(lab.switch, lab.settlement)
    lab.history.cut_over()
    with pytest.raises(Error, match="closes are held by"):
        close(lab)
