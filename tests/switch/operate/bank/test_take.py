"""What a bank makes of our orders is booked: each file once, whole or not at all, in any order."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.settlement.parties import OwnAccount
from cardswitch.switch.store.books import BooksReader
from tests.kit.banking import WENT, answers, closed, taken
from tests.kit.histories import DAYS
from tests.kit.statements import balance, camt053, camt054, entry, part

SHOP = "20261123-SHOP-EUR"
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"


def outcomes(found):
    return [(m.outcome, m.merchant, m.amount) for each in found for m in each.matched]


def owed(lab):
    """What merchants are owed, and what the other accounts hold, without those of nothing."""
    balances = BooksReader(lab.settlement.books).balances()
    return {name.rpartition(":")[2]: total for (name, _), total in balances.items() if total}


def test_all_is_booked_as_it_was_ordered(lab):
    closed(lab)
    before = owed(lab)
    found = taken(lab, answers(lab))
    assert outcomes(found) == [("booked", "CAFE", -5), ("booked", "SHOP", -1250)]
    assert [each.state for each in found] == ["taken", "taken"]
    assert all(each.is_settled for each in found)
    assert owed(lab) == before
    assert verify(lab.switch, lab.settlement).findings == ()


def test_what_is_rejected_and_what_comes_back_is_owed_again(lab):
    closed(lab, SHOP="Shop ERRAC04RTRN", CAFE="Cafe ERRAG01RJCT")
    found = taken(lab, answers(lab))
    assert outcomes(found) == [
        ("rejected", "CAFE", -5),
        ("booked", "SHOP", -1250),
        ("returned", "SHOP", 1250),
    ]
    assert [m.code for each in found for m in each.matched] == ["AG01", "", "AC04"]
    assert not found[0].is_settled
    assert owed(lab) == {"scheme_settlement": 1255, "SHOP": -1250, "CAFE": -5}
    assert verify(lab.switch, lab.settlement).findings == ()


def test_in_whatever_order_files_come_it_comes_to_the_same(lab_in, tmp_path):
    seen = set()
    for number, places in enumerate(permutations(range(3))):
        lab = lab_in(tmp_path / str(number))
        closed(lab, CAFE="Cafe ERRAG01RJCT")
        status, statement = answers(lab).items()
        back = entry("12.50", "CRDT", part("12.50", "CRDT", SHOP, BACK))
        third = "back.xml", camt053([back], name="M9")
        files = [status, statement, third]
        found = taken(lab, dict(files[place] for place in places))
        assert sorted(outcomes(found)) == [
            ("booked", "SHOP", -1250), ("rejected", "CAFE", -5), ("returned", "SHOP", 1250),
        ]  # fmt: skip
        seen.add(tuple(sorted(owed(lab).items())))
        lab.store.close()
    assert seen == {(("CAFE", -5), ("SHOP", -1250), ("scheme_settlement", 1255))}


def test_a_file_is_taken_once(lab):
    closed(lab, SHOP="Shop ERRAC04RTRN")
    files = answers(lab)
    first = taken(lab, files)
    books = BooksReader(lab.settlement.books)
    entries, left = books.entries(), owed(lab)
    again = taken(lab, {f"again-{name}": content for name, content in files.items()})
    assert [each.state for each in again] == ["taken before"] * 2
    assert outcomes(again) == outcomes(first)
    assert (books.entries(), owed(lab)) == (entries, left)


def test_another_file_of_the_same_name_at_the_bank_is_refused_whole(lab):
    closed(lab)
    files = answers(lab)
    taken(lab, files)
    entries = BooksReader(lab.settlement.books).entries()
    changed = {name: content + b"\n" for name, content in files.items()}
    found = taken(lab, changed)
    assert [each.state for each in found] == ["refused"] * 2
    assert found[1].faults == (
        "statement-000001-EUR.xml had the same name at the bank, and says something else",
    )
    assert BooksReader(lab.settlement.books).entries() == entries


def test_what_does_not_add_up_is_refused_whole_and_the_next_file_is_taken(lab):
    closed(lab)
    told = [entry("0.05", "DBIT", part("0.05", "DBIT", "20261123-CAFE-EUR"))]
    wrong = [balance("OPBD", "10.00"), balance("CLBD", "9.96")]
    right = [balance("OPBD", "10.00"), balance("CLBD", "9.95")]
    files = {"a.xml": camt053(told, wrong), "b.xml": b"<a/>", "c.xml": camt053(told, right)}
    first, second, third = taken(lab, files)
    assert first.faults == ("opening balance and entries come to 995, the closing balance is 996",)
    assert (second.state, second.matched) == ("refused", ())
    assert outcomes([third]) == [("booked", "CAFE", -5)]
    assert [(m.outcome, m.merchant) for m in third.missing] == [("only ours", "SHOP")]
    assert len(BooksReader(lab.settlement.books).entries()) == 1


def test_a_statement_in_euro_misses_no_transfer_in_dollars(lab):
    accounts = {"USD": OwnAccount("DE89370400440532013000", "COBADEFFXXX")}
    lab.settlement = replace(
        lab.settlement, acquirer=replace(lab.settlement.acquirer, accounts=accounts)
    )
    lab.history.sale(700, currency="840")
    closed(lab)
    [euro] = taken(lab, {"a.xml": camt053([WENT], [balance("CLBD", "0.00", day="2026-11-30")])})
    assert [(m.outcome, m.merchant, m.currency) for m in euro.missing] == [
        ("only ours", "CAFE", "978")
    ]
    dollars = camt053([], [balance("CLBD", "0.00", day="2026-11-30")], name="M2")
    [other] = taken(lab, {"b.xml": dollars.replace(b'"EUR"', b'"USD"')})
    assert [(m.merchant, m.currency) for m in other.missing] == [("SHOP", "840")]


def test_what_was_ordered_otherwise_stands_against_suspense(lab):
    closed(lab)
    told = [
        entry("12.51", "DBIT", part("12.51", "DBIT", SHOP)),
        entry("7.00", "DBIT"),
        entry("3.00", "CRDT"),
    ]
    found = taken(lab, {"a.xml": camt053(told)})
    assert [m.outcome for m in found[0].matched] == ["amount differs", "only theirs", "only theirs"]
    assert owed(lab)["unreconciled_suspense"] == 1251 + 700 - 300
    assert not found[0].is_settled


def test_a_notice_and_then_its_statement_book_a_return_once(lab):
    closed(lab)
    back = entry("12.50", "CRDT", part("12.50", "CRDT", SHOP, BACK))
    went = entry("12.50", "DBIT", part("12.50", "DBIT", SHOP)).replace("REF12.50", "REF1")
    found = taken(lab, {"a.xml": camt054([back]), "b.xml": camt053([went, back])})
    assert outcomes(found) == [
        ("returned", "SHOP", 1250), ("booked", "SHOP", -1250), ("returned", "SHOP", 1250),
    ]  # fmt: skip
    assert owed(lab)["SHOP"] == -1250
    assert "unreconciled_suspense" not in owed(lab)


def unnamed(amount, direction, *inside):
    """An entry without a name of the bank's, or with one that says so."""
    told = entry(amount, direction, part(amount, direction, SHOP, *inside))
    return told.replace(f"<AcctSvcrRef>REF{amount}</AcctSvcrRef>", "")


OUT, IN = unnamed("12.50", "DBIT"), unnamed("12.50", "CRDT", BACK)
NOTICE, STATEMENT = ("notice", camt054([OUT])), ("statement", camt053([OUT]))
SECOND = ("second", camt053([OUT], name="M2"))
RETURN = ("return", camt053([IN], name="M3"))
RETURN_NOTICE = ("return notice", camt054([IN], name="N3"))
NAMED = ("named", camt054([WENT], name="N4"))
# Files in their order; how often the shop's 12.50 stand in suspense, and are owed to it again.
UNNAMED = {
    "notice, statement": ([NOTICE, STATEMENT], 0, 0),
    "statement, notice": ([STATEMENT, NOTICE], 0, 0),
    "two debits, and a notice of one": ([NOTICE, STATEMENT, SECOND], 1, 0),
    "the same, told in between": ([STATEMENT, NOTICE, SECOND], 1, 0),
    "two in one statement": ([NOTICE, ("two", camt053([OUT, OUT]))], 1, 0),
    "two of each": ([("two", camt054([OUT, OUT])), ("both", camt053([OUT, OUT]))], 1, 0),
    "a notice that names its entry": ([NAMED, STATEMENT], 1, 0),
    "a return": ([STATEMENT, RETURN_NOTICE, RETURN], 0, 1),
    "a return, statement first": ([STATEMENT, RETURN, RETURN_NOTICE], 0, 1),
}


@pytest.mark.parametrize(("files", "suspense", "again"), UNNAMED.values(), ids=UNNAMED)
def test_entries_without_a_name_are_booked_once_for_each_debit(lab, files, suspense, again):
    closed(lab)
    found = taken(lab, dict(files))
    assert owed(lab).get("unreconciled_suspense", 0) == 1250 * suspense
    assert owed(lab).get("SHOP", 0) == -1250 * again
    if not (suspense or again):
        assert {m.outcome for each in found for m in each.matched} == {"booked"}
    assert verify(lab.switch, lab.settlement).findings == ()


def test_the_next_close_pays_what_came_back_to_another_account(lab):
    closed(lab, SHOP="Shop ERRAC04RTRN")
    taken(lab, answers(lab))
    lab.history.sale(100)
    lab.history.cut_over()
    lab.commit()
    [second] = close_days(lab.switch, lab.settlement, lab.record)
    assert [p.merchant for p in second.closed.payouts] == []
    [suspense] = second.closed.suspense
    assert (suspense.merchant, suspense.amount) == ("SHOP", 1350)
    assert suspense.because.startswith(f"{SHOP} was returned: AC04 the account is closed")
    shop, cafe = lab.settlement.merchants
    mended = replace(shop, iban="DE02120300000000202051", bic="BYLADEM1001")
    lab.settlement = replace(lab.settlement, merchants=(mended, cafe))
    lab.history.cut_over()
    lab.commit()
    [third] = close_days(lab.switch, lab.settlement, lab.record)
    assert [(p.merchant, p.amount) for p in third.closed.payouts] == [("SHOP", 1350)]
    order = third.closed.files[f"deposit-{DAYS[2]}.xml"].decode()
    assert f"<Ustrd>Card sales {DAYS[2]} SHOP / replaces {SHOP}</Ustrd>" in order
    assert "<MsgId>DEPOSIT-20261125</MsgId>" in order
    assert f",{SHOP}\r\n" in third.closed.files[f"deposit-{DAYS[2]}.csv"].decode()
    assert verify(lab.switch, lab.settlement).findings == ()
    assert owed(lab).keys() == {"scheme_settlement", "acquirer_cash"}


# What is no longer done where a crash comes.
CRASHES = {
    "before the books": ["cardswitch.switch.store.books.Books.record_bank"],
    "before the copy has its name": [
        "cardswitch.wire.operator.files.rename_file",
        "cardswitch.wire.operator.files.suppress",
    ],
    "journal": [],
}


@pytest.mark.parametrize("place", CRASHES)
def test_a_crash_anywhere_and_it_is_done_again(lab_in, tmp_path, monkeypatch, place):
    whole, crashed = lab_in(tmp_path / "a"), lab_in(tmp_path / "b")
    for lab in (whole, crashed):
        closed(lab, SHOP="Shop ERRAC04RTRN")
    files = answers(whole)
    taken(whole, files)

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if place == "journal":
            patched.setattr(crashed, "record", crash)
        for name in CRASHES[place]:
            patched.setattr(name, crash)
        with pytest.raises(KeyboardInterrupt):
            taken(crashed, files)
    taken(crashed, files)
    assert BooksReader(crashed.settlement.books).entries() == (
        BooksReader(whole.settlement.books).entries()
    )
    assert crashed.files_below() == whole.files_below()
    for lab in (whole, crashed):
        assert verify(lab.switch, lab.settlement).findings == ()
        lab.store.close()


def test_books_that_lack_what_the_journal_names_are_refused(lab, damage):
    closed(lab)
    taken(lab, answers(lab))
    damage("DELETE FROM bank WHERE number = 2")
    with pytest.raises(Findings, match=r"the journal names statement-000001-EUR\.xml, taken"):
        taken(lab, {})
