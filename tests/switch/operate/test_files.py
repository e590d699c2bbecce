"""Files of closed days that were lost are written once more; none is written over."""

import shutil

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.files import missing, write_missing
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.operate.show import closed_days
from cardswitch.switch.operate.verify_books import Findings
from tests.kit.histories import DAYS

ORDER = f"deposit-{DAYS[0]}.xml"


@pytest.fixture
def closed(lab):
    for _ in range(2):
        lab.history.sale()
        lab.history.cut_over()
    lab.commit()
    close_days(lab.switch, lab.settlement, lab.record)
    return lab


def lose(lab):
    """All files are gone; what they were."""
    written = lab.files_below()
    shutil.rmtree(lab.deposits)
    return written


def test_what_is_missing_is_named_and_written_again(closed):
    written = lose(closed)
    reports = list(closed_days(closed.switch, closed.settlement))
    gone = [path.replace("/SHOP.csv", "") for path in written]
    assert sorted(name for report in reports for name in report.missing) == sorted(gone)
    assert sorted(write_missing(closed.settlement, DAYS[1])) == sorted(
        name for name in gone if DAYS[1] in name
    )
    write_missing(closed.settlement)
    assert closed.files_below() == written
    assert write_missing(closed.settlement) == []
    assert missing(closed.settlement.deposits, written) == ()


def test_what_says_something_else_is_not_written_over(closed):
    (closed.deposits / ORDER).write_bytes(b"perhaps paid")
    (closed.deposits / f"deposit-{DAYS[0]}.csv").unlink()
    with pytest.raises(Findings, match=f"{ORDER} is there and says something else"):
        write_missing(closed.settlement)
    with pytest.raises(Findings, match=f"{ORDER} is there and says something else"):
        close_days(closed.switch, closed.settlement, closed.record, DAYS[0])
    assert (closed.deposits / ORDER).read_bytes() == b"perhaps paid"
    assert not (closed.deposits / f"deposit-{DAYS[0]}.csv").exists()


def test_an_order_whose_close_nobody_knows_any_more_is_not_made_again(lab):
    """It was written, and books and journal were lost before they said so."""
    lab.history.sale()
    lab.history.cut_over()
    lab.commit()

    def crash(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        close_days(lab.switch, lab.settlement, crash)
    (lab.folder / "books.db").unlink()
    with pytest.raises(Findings, match=f"{ORDER} is there and says something else: see whether a"):
        close_days(lab.switch, lab.settlement, lab.record)


def test_a_day_that_is_not_closed(closed):
    with pytest.raises(Error, match=f"{DAYS[2]} is not closed"):
        write_missing(closed.settlement, DAYS[2])
