"""What the day that runs would be charged is what its close charges, and nothing of it is kept."""

from hashlib import sha256

from msgspec.structs import replace

from cardswitch.switch.operate.show import preview
from cardswitch.switch.store.books import Books, BooksReader
from tests.kit.charging import BLENDED, PLUS
from tests.kit.settling import amounts, close


def sell(lab):
    lab.history.sale(10_000)
    lab.history.sale(20_000, merchant="CAFE")
    lab.commit()


def looked(lab):
    seen = preview(lab.switch, lab.settlement)
    return seen, {(p.merchant, p.currency): p.amount for p in seen.payouts}


def test_before_any_close_and_behind_one(charged):
    lab = charged
    leg = lab.history.sale(5_000, merchant="CAFE")
    for reverses in (False, True):
        sell(lab)
        if reverses:
            lab.history.reverse(leg, stays=1_000)
            lab.commit()
        seen, paid = looked(lab)
        assert seen.charges
        lab.history.cut_over()
        [closed] = close(lab)
        assert closed.charges == seen.charges
        assert amounts(closed) == paid


def test_nothing_is_kept_and_no_books_are_made(charged):
    lab = charged
    sell(lab)
    looked(lab)
    assert [path.name for path in lab.folder.glob("books*")] == []
    lab.history.cut_over()
    close(lab)
    sell(lab)
    before = contents(lab)
    looked(lab)
    assert contents(lab) == before


def contents(lab):
    books = BooksReader(lab.settlement.books)
    counts = [books.last_batch(), len(books.closes()), len(books.all_charges())]
    return counts, sha256(repr(sorted(books.balances().items())).encode()).hexdigest()


def test_without_schedules_nothing_is_charged_unless_something_is_given_back(lab):
    lab.history.sale(100)
    lab.commit()
    assert looked(lab)[0].charges == ()


def test_what_was_kept_is_given_back_though_there_is_no_schedule_any_more(charged):
    lab = charged
    sell(lab)
    lab.history.cut_over()
    close(lab)
    lab.settlement = replace(lab.settlement, fees=())
    lab.history.cut_over()
    close(lab)
    seen, _ = looked(lab)
    assert all(each.kind == "release" for each in seen.charges)


def test_it_is_not_said_while_a_day_is_to_be_closed_or_somebody_settles(charged):
    lab = charged
    sell(lab)
    lab.history.cut_over()
    lab.commit()
    assert looked(lab)[0].charges is None
    close(lab)
    sell(lab)
    books = Books(lab.settlement.books)
    try:
        assert looked(lab)[0].charges is None
    finally:
        books.close()
    assert {each.version for each in looked(lab)[0].charges} >= {BLENDED.version, PLUS.version}
