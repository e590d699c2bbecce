"""One link's translation: edition, MTIs and what is carried elsewhere, there and back."""

import pytest

from cardswitch.specs.codes import REFUSED_FOR_GOOD, UNDONE
from cardswitch.specs.convert.translation import Translation, translation_for, year_of
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.message import Message

NOW = 1795435200.0  # 2026-11-23T12:00:00Z
SALE = Message(
    "0200",
    {
        2: "9999990000000014",
        3: "000000",
        4: "000000001250",
        7: "1123120000",
        11: "000007",
        12: "130000",
        13: "1123",
        15: "1123",
        18: "5411",
        22: "012",
        25: "00",
        37: "632700000001",
        41: "TERM0001",
        42: "SHOP           ",
        49: "978",
    },
    b"\x60\x00\x01\x00\x00",
)
EDITIONS = ["iso93-ascii", "iso93-binary", "iso2003"]


def there(name: str, message: Message) -> Message:
    """*message* as it is said on a link of the dialect *name*, through its bytes."""
    dialect = load_dialect(name)
    return dialect.unpack(dialect.pack(Translation(dialect).say(message, NOW).message))


def back(name: str, message: Message) -> Message:
    return Translation(load_dialect(name)).hear(there(name, message), NOW).message


@pytest.mark.parametrize("name", EDITIONS)
def test_a_sale_keeps_what_decides(name):
    heard = back(name, SALE)
    kept = (2, 3, 4, 7, 11, 12, 13, 15, 37, 41, 42, 49)
    assert {n: heard.get(n) for n in kept} == {n: SALE[n] for n in kept}
    assert heard.mti == "0200"


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("code", ["00", "10", "05", "51", "54", "55", "94"])
def test_an_answer_keeps_its_reason(name, code):
    assert back(name, SALE.reply(code, {38: "A1B2C3"}))[39] == code


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize(
    ("mti", "theirs", "said"),
    [
        ("0302", "304", {2: SALE[2], 91: "3", 101: "STOPLIST"}),
        ("0303", "305", {2: SALE[2], 91: "1", 101: "STOPLIST"}),
        ("0600", "604", {2: SALE[2], 104: "left in the shop"}),
        (
            "0520",
            "520",
            {15: "1122", 50: "978", 97: "D0000000000001250"},
        ),
    ],
)
def test_what_moves_no_money_is_said_in_its_words(name, mti, theirs, said):
    request = Message(mti, {7: "1123120000", 11: "000007", 41: "OPERATOR", 42: SALE[42], **said})
    assert there(name, request).mti[1:] == theirs
    assert there(name, request)[12].endswith("1123120000"), "later editions want a local time"
    heard = back(name, request)
    kept = {n: text.rstrip() for n, text in heard.fields.items() if n in said}
    assert (heard.mti, kept) == (mti, said)
    answers = [("00", {66: "2"}), ("95", {66: "2"})] if mti[1] == "5" else [("25", {}), ("00", {})]
    for code, more in answers:
        answer = back(name, request.reply(code, more))
        assert (answer[39], answer.get(66)) == (code, more.get(66, ""))


@pytest.mark.parametrize("name", EDITIONS)
def test_a_reversal_is_undone_or_refused_for_good_in_every_edition(name):
    for code in UNDONE | REFUSED_FOR_GOOD:
        told = back(name, Message("0430", {7: "1123120000", 11: "000007", 39: code}))
        assert told[39] == code


@pytest.mark.parametrize("name", EDITIONS)
def test_a_partial_reversal_that_does_not_say_what_stays_is_none(name):
    partial = Message("0420", {**SALE.fields, 95: "000000000900".ljust(42, "0")})
    said = there(name, partial)
    assert back(name, partial)[95][:12] == "000000000900"
    for number in (4, 30):
        with pytest.raises(DecodeError, match="field 30"):
            Translation(load_dialect(name)).hear(said.without(number), NOW)
    answer = said.reply("0400" if name == "iso2003" else "400", {24: "401"}).without(4)
    assert Translation(load_dialect(name)).hear(answer, NOW).message[39] == "00"


@pytest.mark.parametrize("name", EDITIONS)
def test_a_reversal_names_its_original(name):
    original = "0200" + "000007" + "1123120000" + "00000999001" + "0" * 11
    heard = back(name, Message("0420", {**SALE.fields, 90: original}))
    assert (heard.mti, heard[90]) == ("0420", original)


@pytest.mark.parametrize(
    ("now", "local", "original", "year"),
    [
        (1798761605.0, "0101", "1231", "26"),  # undone on 1 January 2027
        (1798761605.0, "1231", "1231", "26"),  # where it is still 31 December
        (1798675205.0, "0101", "1231", "26"),  # on 31 December, where it is 1 January already
        (1798675205.0, "1231", "1230", "26"),
        (1798761605.0, "0101", "0101", "27"),
        (1798761605.0, "0101", "0705", "26"),  # 180 days ago: no older one can be named
        (1801400400.0, "0131", "0201", "27"),  # on 31 January, where it is still that
    ],
)
def test_an_original_was_sent_before_what_names_it(now, local, original, year):
    names = "0200" + "000007" + f"{original}120000" + "0" * 22
    undo = Message("0420", {**SALE.fields, 13: local, 90: names})
    for name, start in (("iso93-ascii", 10), ("iso2003", 18)):
        said = Translation(load_dialect(name)).say(undo, now).message[56]
        assert said[start : start + 6] == year + original


def test_what_is_said_in_1993():
    said = there("iso93-ascii", SALE)
    assert (said.mti, said[12], said[15], said[24], said[26]) == (
        "1200", "261123130000", "261123", "200", "5411",
    )  # fmt: skip


def test_a_header_belongs_to_the_link():
    translation = Translation(load_dialect("iso93-ascii"))
    assert translation.say(SALE, NOW).message.header == SALE.header
    assert translation.hear(translation.say(SALE, NOW).message, NOW).message.header == SALE.header


def test_losses_are_told():
    losses = Translation(load_dialect("iso2003")).say(SALE, NOW).losses
    assert {loss.field for loss in losses} == {"22", "25"}


def test_a_later_edition_may_leave_its_transmission_time_out():
    said = there("iso93-ascii", SALE).without(7)
    assert Translation(load_dialect("iso93-ascii")).hear(said, NOW).message[7] == "1123130000"


@pytest.mark.parametrize(
    ("mti", "said"),
    [("0220", "0120"), ("0221", "0121"), ("0230", "0130"), ("0200", "0200"), ("0420", "0400")],
)
def test_mtis_are_others_there(mti, said):
    translation = Translation(load_dialect("pos"), {"0220": "0120", "0420": "0400"})
    message = Message(mti, {11: "000007"})
    assert translation.say(message, NOW).message.mti == said
    assert translation.hear(Message(said), NOW).message.mti == mti


def test_mtis_of_another_edition():
    translation = Translation(load_dialect("iso93-ascii"), {"0420": "0400"})
    assert translation.say(Message("0421"), NOW).message.mti == "1401"
    assert translation.hear(Message("1410"), NOW).message.mti == "0430"


def test_where_nothing_differs_nothing_is_translated():
    assert translation_for(load_dialect("iso87-ebcdic")) is None
    for name in (*EDITIONS, "example-carried-tags"):
        assert translation_for(load_dialect(name)) is not None
    assert translation_for(load_dialect("pos"), {"0420": "0400"}) is not None


@pytest.mark.parametrize(
    ("date", "now", "year"),
    [
        ("1231", 1798761610.0, "2026"),
        ("0705", 1798761610.0, "2026"),
        ("0101", 1798675210.0, "2027"),
        ("", NOW, "2026"),
    ],
)
def test_the_year_turns_near_its_end(date, now, year):
    assert year_of(Message("0200", {13: date} if date else {}), now) == year
