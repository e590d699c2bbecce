"""Files are read back as a stranger would: what is not ours is named, and nothing else happens."""

import pytest

from cardswitch.switch.settlement.check_files import check_files
from tests.kit.derivations import day_of
from tests.kit.histories import ACQUIRER, CLOSED_AT, History, close


def findings(change):
    history = History()
    history.sale(1250)
    history.sale(5, currency="392")
    history.cut_over()
    day = close(history.rows)
    bank_day = day_of(history.rows, day.business_date)
    files = {name: change(content) for name, content in day.files.items()}
    return list(check_files(files, bank_day, CLOSED_AT, day.payouts, ACQUIRER))


def test_nothing_is_wrong_with_what_the_close_has_written():
    assert findings(lambda content: content) == []


@pytest.mark.parametrize(
    ("find", "put", "named"),
    [
        (b"12.50", b"12.51", "20261123-SHOP-EUR: CdtTrfTxInf/Amt/InstdAmt '12.51', expected"),
        (b"pain.001.001.09", b"pain.001.001.03", "order: {urn:iso:std:iso:20022:tech:xsd:pain.001"),
        (b"<Cd>SEPA</Cd>", b"", "payment DEPOSIT-20261123-EUR: PmtInf/ReqdExctnDt/Dt"),
        (b"2026-11-23,SHOP,Corner Shop,EUR", b'2026-11-23,"SHOP,Corner Shop,EUR', "unreadable"),
        (b"\xef\xbb\xbf", b"", "deposit-2026-11-23-sheet.csv: unreadable (ValueError)"),
        (b"12.50", b"\xff", "unreadable (UnicodeDecodeError)"),
    ],
)
def test_what_is_otherwise_is_named(find, put, named):
    found = findings(lambda content: content.replace(find, put))
    assert any(named in finding for finding in found), found


def test_findings_hold_nothing_that_a_terminal_would_obey():
    found = findings(lambda content: content.replace(b"Corner", b"C\xc2\x9b2J"))
    assert found
    assert all(finding.isprintable() for finding in found)
