"""How a batch is shown: as its merchant is owed it, on which days, and what differs."""

from msgspec.structs import replace

from cardswitch.specs.transactions.totals import Totals
from cardswitch.switch.cli.batches_screen import batch_shown, days_told, show_batches
from cardswitch.switch.store.reconciled import Item, Reconciled

HALVES = {"2026-11-28": Totals().plus(663), "2026-11-29": Totals().plus(663)}
BATCH = Reconciled(
    leg=5,
    at=1795856400.0,
    source="pos",
    merchant="SHOP\x1b",
    terminal="TERM0001",
    batch=1,
    currency="978",
    code="00",
    is_balanced=True,
    there=Totals().plus(663).plus(663),
    days=HALVES,
)


def test_the_days_of_a_batch_that_has_two(capsys):
    show_batches([BATCH], as_json=False)
    _, line, days = capsys.readouterr().out.splitlines()
    assert "13.26 EUR  13.26 EUR  in balance" in line
    assert "\x1b" not in line
    assert days == "  bank days: 6.63 EUR on 2026-11-28, 6.63 EUR on 2026-11-29"
    assert days_told(BATCH) in days


def test_what_is_missing_on_either_side(capsys):
    items = (
        Item(kind="sale", rrn="608800000001", original=7, here=500, there=0),
        Item(kind="sale", rrn="", original=0, here=0, there=600),
        Item(kind="refund", rrn="608800000002", original=8, here=500, there=600),
    )
    one = replace(BATCH, is_balanced=False, days={"2026-11-28": Totals().plus(663)}, items=items)
    show_batches([one], as_json=False)
    _, line, *more = capsys.readouterr().out.splitlines()
    assert line.endswith("out of balance")
    assert more == [
        "  missing there: leg 7, sale, RRN 608800000001, 5.00 EUR",
        "  missing here: sale, RRN not given, 6.00 EUR",
        "  differs: leg 8, refund, RRN 608800000002, 5.00 EUR here, 6.00 EUR there",
    ]


def test_as_json_amounts_are_minor_units_by_side():
    shown = batch_shown(BATCH)
    assert shown["here"]["debits"] == {"count": 2, "amount": 1326}
    assert shown["days"]["2026-11-29"]["debits"] == {"count": 1, "amount": 663}
