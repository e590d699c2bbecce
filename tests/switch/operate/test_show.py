"""What was closed, and what the day that runs would pay: the same that a close then does."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.operate.show import closed_days, preview
from cardswitch.switch.store.books import Books
from cardswitch.wire.store.database import Missing
from tests.kit.histories import CUT, DAYS


def closed(lab):
    lab.commit()
    return [report.closed for report in close_days(lab.switch, lab.settlement, lab.record)]


def amounts(day):
    return {(p.merchant, p.currency): p.amount for p in day.payouts}


def test_a_preview_counts_what_has_an_outcome_and_records_nothing(lab):
    lab.history.sale(1250)
    leg = lab.history.sale(700, ending="open")
    lab.history.sale(700, ending="open", serves="acquirers")
    lab.history.reverse(lab.history.sale(300))
    lab.commit()
    seen = preview(lab.switch, lab.settlement)
    assert (seen.business_date, seen.ends_at) == (DAYS[0], CUT)
    assert ([line.leg for line in seen.undecided], seen.unclosed) == ([leg], ())
    assert amounts(seen) == {("SHOP", "978"): 1250}
    assert [(b.kind, b.count, b.amount) for b in seen.batches] == [
        ("sale", 2, 1550),
        ("sale-reversal", 1, -300),
    ]
    assert not (lab.folder / "books.db").exists()


def test_a_preview_says_which_days_are_to_be_closed_before(lab):
    lab.history.sale()
    lab.history.cut_over()
    lab.commit()
    assert preview(lab.switch, lab.settlement).unclosed == (DAYS[0],)
    closed(lab)
    assert preview(lab.switch, lab.settlement).unclosed == ()


def test_a_preview_shows_what_the_close_then_pays(lab):
    leg, late = lab.history.sale(300), lab.history.begin(50)
    lab.history.cut_over()
    closed(lab)
    lab.history.reverse(leg)
    lab.history.add(late, State.APPROVED)
    lab.history.sale(1250)
    lab.commit()
    seen = preview(lab.switch, lab.settlement)
    lab.history.cut_over()
    [day] = closed(lab)
    assert (seen.batches, seen.payouts) == (day.batches, day.payouts)
    assert amounts(seen) == {("SHOP", "978"): 1000}


def test_a_preview_of_a_journal_without_a_day(lab):
    assert preview(lab.switch, lab.settlement) is None


def test_what_was_closed_is_seen_also_while_somebody_settles(lab):
    lab.history.sale()
    lab.history.cut_over()
    lab.history.cut_over()
    done = closed(lab)
    books = Books(lab.settlement.books)
    assert [r.closed for r in closed_days(lab.switch, lab.settlement)] == done
    assert [r.closed for r in closed_days(lab.switch, lab.settlement, DAYS[1])] == done[1:]
    assert preview(lab.switch, lab.settlement).payouts == ()
    with pytest.raises(Error, match=f"{DAYS[2]} is not closed"):
        list(closed_days(lab.switch, lab.settlement, DAYS[2]))
    books.close()


def test_without_books_nothing_was_closed(lab):
    assert list(closed_days(lab.switch, lab.settlement)) == []
    with pytest.raises(Missing, match="no bank day was ever closed"):
        list(closed_days(lab.switch, lab.settlement, DAYS[0]))


def test_what_waits_for_a_person_is_shown_until_it_is_resolved(lab):
    waiting, resolved = (lab.history.sale(ending="stuck") for _ in range(2))
    said = '{"by":"olga","because":"confirmed"}'
    lab.history.cut_over()
    lab.history.add(resolved, State.RESOLVED, fields=said)
    lab.history.cut_over()
    lab.history.cut_over()
    lab.commit()
    reports = close_days(lab.switch, lab.settlement, lab.record)
    shown = [[(line.leg, line.by) for line in report.left_to_people] for report in reports]
    assert shown == [[(waiting, "")], [(waiting, ""), (resolved, "olga")], [(waiting, "")]]
    assert [line.leg for line in preview(lab.switch, lab.settlement).left_to_people] == [waiting]
