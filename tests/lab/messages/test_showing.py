"""From a message to what people see of it: names, meanings and parts, and nothing secret."""

from hypothesis import given

from cardswitch.lab.messages.showing import show, show_partial, show_parts
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message
from cardswitch.specs.review.partial import Partial, read_partly

ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
TRACK = f"{PAN}=30121010000012300000"
CHIP = "9F3602003C" + "E1055F34020001" + "5A08" + PAN


def cut(message):
    """*message*, behind which something could not be read."""
    return Partial(message=message, fault=DecodeError("more"), rest=0)


def every(shown):
    """All that is shown, part by part."""
    waiting = [*shown.header, *shown.fields]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.children


def test_a_field_has_its_name_value_and_meaning():
    field = show(ASCII, Message("0210", {39: "51"})).at("39")
    assert (field.name, field.text, field.meaning) == (
        "response code",
        "51",
        "Insufficient funds",
    )


def test_positions_have_names_and_meanings():
    first, *others = show(ASCII, Message("0200", {3: "003000"})).at("3").children
    assert (first.label, first.text, first.meaning) == ("1 transaction type", "00", "purchase")
    assert len(others) == 2


def test_tags_of_a_template_are_its_children():
    shown = show(ASCII, Message("0200", {55: CHIP}), unsafe=True)
    assert [part.path for part in shown.at("55").children] == ["55.9F36", "55.E1", "55.5A"]
    assert shown.at("55.E1.5F34").text == "0001"


def test_parts_of_a_secret_field_are_sizes_unless_unsafe():
    assert show(ASCII, Message("0200", {55: CHIP})).at("55.5A").text == "*** (16)"
    assert show(ASCII, Message("0200", {55: CHIP}), unsafe=True).at("55.5A").text == PAN


def test_a_track_has_four_parts_and_its_card_number_is_masked():
    parts = [
        (part.name, part.text)
        for part in show(ASCII, Message("0200", {35: TRACK})).at("35").children
    ]
    assert parts[0] == ("card number", "999999******0014")
    assert [text for _, text in parts[1:]] == ["*** (4)", "*** (3)", "*** (13)"]
    shown = show(ASCII, Message("0200", {35: TRACK}), unsafe=True)
    assert [part.text for part in shown.at("35").children] == [PAN, "3012", "101", "0000012300000"]


def test_what_is_broken_says_why_and_hides_nothing_before_it():
    parts, fault = show_parts(ASCII, "55", "9F3602003C" + "E1039F3605")
    assert ([part.text for part in parts], fault is not None) == (["003C"], True)
    field = show(ASCII, Message("0200", {35: f"{PAN}=29"})).at("35")
    assert (field.children, bool(field.fault), PAN in field.fault) == ((), True, False)


def test_a_field_without_a_layout_has_no_parts():
    assert show_parts(ASCII, "11", "000001") == ((), None)


def test_of_the_start_of_a_message_nobody_knows_what_is_missing():
    start = Message("0200", {3: "000000"})
    assert [field.path for field in show(ASCII, start).missing][:2] == ["4", "7"]
    assert show_partial(ASCII, cut(start)).missing == ()


def test_data_sets_of_a_shop_are_taken_apart_and_show_no_card_number():
    name = f"STREET {PAN}".encode().hex().upper()
    shop = f"2000{len(name) // 2:02}{name}"
    message = Message("2200", {43: f"71{len(shop) // 2:04X}{shop}"})
    shown = show(load_dialect("iso2023"), message)
    assert (shown.at("43.71.2").name, shown.at("43.71.2").text) == ("name", "*** (23)")
    assert not any(PAN in one.text or name in one.text for one in every(shown))
    assert show(load_dialect("iso2023"), message, unsafe=True).at("43.71.2").text == f"STREET {PAN}"


def test_what_slipped_into_an_open_field_is_masked_where_a_length_may_be_wrong():
    slipped = Message("0200", {42: PAN[:-1]})
    assert show_partial(ASCII, cut(slipped)).at("42").text == "*" * 15


def test_without_a_dialect_there_are_values_alone():
    shown = show(None, Message("0200", {39: "51", 200: "x"}))
    assert [(field.name, field.text) for field in shown.fields] == [("", "51"), ("", "*** (1)")]


@given(messages(ASCII))
def test_every_message_is_shown_and_the_same_parts_whether_unsafe_or_not(message):
    safe, unsafe = show(ASCII, message), show(ASCII, message, unsafe=True)
    assert [one.path for one in every(safe)] == [one.path for one in every(unsafe)]
    assert len(safe.fields) == len(message.fields)


def test_what_is_odd_is_shown_and_its_bytes_if_unsafe():
    partial = read_partly(ASCII, b"0800" + b"0020000000000000" + b"00x001")
    assert show_partial(ASCII, partial).oddities == partial.oddities
    assert show_partial(ASCII, partial).as_received == {}
    assert show_partial(ASCII, partial, unsafe=True).as_received == {"11": b"00x001"}


def test_tags_that_say_nothing_of_the_cardholder_are_open_if_they_are_short():
    shown = show(ASCII, Message("0200", {55: f"950580000000009F3704{PAN[:8]}8408{PAN}"}))
    assert shown.at("55.95").text == "8000000000"
    assert [word.text for word in shown.at("55.95").children] == [
        "offline data authentication not performed"
    ]
    assert [shown.at(path).text for path in ("55.9F37", "55.84")] == ["*** (8)", "*** (16)"]


def test_words_stand_beside_what_is_masked():
    listed = show(ASCII, Message("0200", {55: "8E0A" + "0" * 16 + "1F00"})).at("55.8E")
    assert (listed.text, [word.name for word in listed.children]) == ("*** (20)", ["rule 1"])


def test_padding_between_tags_hides_nothing():
    shown = show(ASCII, Message("0200", {55: "FF9F3602003CFFFF9A03251128FF"}))
    paths = [part.path for part in shown.at("55").children]
    assert paths == ["55.FF", "55.9F36", "55.FF", "55.9A", "55.FF"]
    assert shown.at("55").fault == ""
    broken = show(ASCII, Message("0200", {55: "9F3602003CFF9A0325"})).at("55")
    assert ([part.path for part in broken.children], bool(broken.fault)) == (
        ["55.9F36", "55.FF"],
        True,
    )


def test_a_value_that_comes_again_is_shown_as_its_own_message_says():
    first = Message("0200", {2: PAN, 4: "000000000100", 49: "978"})
    for message, unsafe, texts in (
        (first, False, ["999999******0014", "1.00 EUR", "978"]),
        (first, True, [PAN, "1.00 EUR", "978"]),
        (first.with_fields({49: "392"}), False, ["999999******0014", "100 JPY", "392"]),
        (Message("2200", first.fields), False, ["999999******0014", "", "*** (3)"]),
        (first, False, ["999999******0014", "1.00 EUR", "978"]),
    ):
        dialect = ASCII if message.mti[0] == "0" else None
        pan, amount, currency = show(dialect, message, unsafe).fields
        assert [pan.text, amount.meaning, currency.text] == texts


def test_the_point_of_service_of_2003_is_said_in_words():
    """Four bytes a part, a word for each bit that is set."""
    field = show(
        load_dialect("iso2003"), Message("2100", {22: "20080000080000000200000006000100"})
    ).get("22")
    words = [[word.text for word in part.children] for part in field.children]
    assert words[:3] == [["chip", "chip tried and failed"], ["online PIN"], ["attended"]]
    assert len(words[3]) == 3
    of_1987 = show(load_dialect("iso87-ascii"), Message("0100", {22: "051"})).get("22")
    assert not any(part.children for part in of_1987.children)


def test_tags_in_a_data_set_have_their_names():
    value = "01" + "000A" + "9F3602003C9A03260101"
    field = show(load_dialect("iso87-bcd-ebcdic"), Message("0200", {55: value})).get("55")
    [dataset] = field.children
    assert [part.name for part in dataset.children] == [
        "application transaction counter",
        "transaction date",
    ]
