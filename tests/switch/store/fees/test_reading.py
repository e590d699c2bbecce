"""What of reserves is due, and who has paid for a month: by the charges, and by the ledger."""

from sqlalchemy import create_engine

from cardswitch.switch.store.books import BooksReader
from cardswitch.switch.store.fees.reading import charged_before, charged_before_again, has_charges
from tests.kit.settling import close


def test_reserves_and_months_by_two_ways(charged):
    for amount in (10_000, 2_000):
        charged.history.sale(amount, merchant="CAFE")
        charged.history.cut_over()
    close(charged)
    engine = create_engine(charged.settlement.books)
    with engine.connect() as reader:
        assert has_charges(reader)
        for label, due in (("2026-11-24", 0), ("2026-11-25", 100), ("2026-12-01", 100)):
            first = charged_before(reader, label)
            again = charged_before_again(reader, label)
            assert {key: kept for key, kept in first.due.items() if kept} == {
                key: kept for key, kept in again.due.items() if kept
            }
            assert first.due["CAFE", "978"] == due
            assert first.monthly == again.monthly
            assert first.monthly == (set() if label > "2026-12" else {("CAFE", "978")})
    engine.dispose()


def test_fees_of_an_rrn_with_their_rate(charged):
    leg = charged.history.sale(1250)
    charged.history.reverse(leg)
    charged.history.cut_over()
    close(charged)
    books = BooksReader(charged.settlement.books)
    assert [(each.kind, each.fee, each.rest) for each in books.fees_of(f"{leg:012d}")] == [
        ("sale", 19, 1250),
        ("sale-reversal", -19, 0),
    ]
    assert {each.rate.version for each in books.fees_of(f"{leg:012d}")} == {"blended-1"}
    assert books.fees_of("nobody's") == []
