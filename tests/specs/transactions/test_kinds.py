"""The table of transactions: how a message finds its row, and what no table may say."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS, NEVER_CAME, read_kinds

ROW = """
text = "x"
shape = "ask"
sent_by = ["merchants"]
requires = [3]
"""
TABLE = f"""
[sale]
mti = ["0200"]
processing = "00"
money = "debit"
bucket = "sales"
undone_by = "undo"
{ROW}
[check]
mti = ["0200"]
processing = "00"
condition = "51"
{ROW}
[hold]
mti = ["0100"]
processing = "00"
money = "hold"
bucket = "sales"
{ROW}
[credit]
mti = ["0200"]
processing = "20"
money = "credit"
bucket = "back"
undone_by = "undo"
{ROW}
[undo]
mti = ["0420", "0400"]
text = "x"
shape = "reverse"
sent_by = ["merchants"]
requires = []
"""
SOME = read_kinds(TABLE)


@pytest.mark.parametrize(
    ("mti", "fields", "name"),
    [
        ("0200", {3: "000000"}, "sale"),
        ("0201", {3: "001020"}, "sale"),
        ("0200", {3: "000000", 25: "00"}, "sale"),
        ("0200", {3: "000000", 25: "51"}, "check"),
        ("0200", {3: "200000", 25: "51"}, "credit"),
        ("0100", {3: "000000"}, "hold"),
        ("0400", {}, "undo"),
        ("0421", {3: "000000"}, "undo"),
    ],
)
def test_a_message_finds_its_row(mti, fields, name):
    assert SOME.find(Message(mti, fields)) is SOME.named(name)


@pytest.mark.parametrize(
    ("mti", "fields"),
    [
        ("0200", {}),
        ("0200", {3: "010000"}),
        ("0100", {3: "200000"}),
        ("0220", {3: "000000"}),
        ("0202", {3: "000000"}),
        ("0422", {}),
        ("0800", {}),
    ],
)
def test_what_has_no_row_cannot_be_asked_for(mti, fields):
    assert SOME.find(Message(mti, fields)) is None
    assert SOME.of(Message(mti, fields)) is NEVER_CAME


def test_money_for_the_merchant_has_a_bucket_and_a_direction():
    assert [kind.sign for kind in SOME.all.values()] == [1, 0, 0, -1, 0]


def test_what_asks_for_no_money_moves_none():
    assert [kind.name for kind in SOME.all.values() if not kind.moves_money] == ["check", "undo"]


@pytest.mark.parametrize(
    ("mti", "fields", "name"),
    [
        ("0100", {3: "310000"}, "balance"),
        ("0201", {3: "311000", 25: "00"}, "balance"),
        ("0100", {3: "000000", 25: "51"}, "verification"),
        ("0100", {3: "000000", 25: "00"}, "authorisation"),
    ],
)
def test_what_can_be_asked_for_without_money(mti, fields, name):
    assert KINDS.find(Message(mti, fields)) is KINDS.named(name)


def test_what_is_undone_tells_which_classes_a_reversal_may_name():
    assert SOME.undone() == ("2",)


def test_a_journal_may_name_what_never_came_and_nothing_else():
    assert SOME.named("") is NEVER_CAME
    with pytest.raises(ConfigError, match=r"'lease'.*start the version that wrote it"):
        SOME.named("lease")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TABLE.replace('"debit"', '"debt"'), "sale: .*debt.*money"),
        (TABLE.replace("condition", "conditon"), "check: .*conditon"),
        (TABLE.replace('["0100"]', '["200"]'), "hold: .*mti"),
        (TABLE.replace('processing = "20"', 'processing = "00"'), "credit: .*same message as sale"),
        (TABLE.replace('undone_by = "undo"', 'undone_by = "redo"'), "sale: .*no row 'redo'"),
        (TABLE.replace('money = "debit"', ""), "sale: no money moves: nothing to undo"),
        (TABLE.replace('money = "hold"', ""), "hold: no money moves: .*no bucket"),
        (TABLE.replace('"51"', '"51"\napproval = "850"'), "check: .*approval"),
    ],
)
def test_a_wrong_table_says_where(table, says):
    with pytest.raises(ConfigError, match=says):
        read_kinds(table)


def test_every_row_that_a_terminal_offers_has_title_and_examples():
    offered = [kind for kind in KINDS.all.values() if kind.command]
    assert offered
    for kind in offered:
        assert kind.receipt
        assert kind.examples
        assert all(f"{kind.command} " in f"{typed} " for typed, _ in kind.examples)
        is_told = kind.shape == "advise"
        assert kind.moves_money == bool(kind.undone_by or kind.original or is_told)
