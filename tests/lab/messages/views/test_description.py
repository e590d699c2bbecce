"""Messages explained."""

import pytest
from hypothesis import given

from cardswitch.lab.messages.showing import show, show_partial
from cardswitch.lab.messages.views.description import DescriptionView, bitmap_grid, summary
from cardswitch.specs.codes import entry_text
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message
from cardswitch.specs.review.partial import Partial

ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
SALE = Message(
    "0200",
    {2: PAN, 3: "000000", 4: "000000001250", 11: "000007", 22: "021", 41: "TERM0001", 49: "978"},
)


def test_a_sale_in_one_line():
    assert summary(show(ASCII, SALE)) == (
        "0200 financial request, purchase, 12.50 EUR, card 999999******0014, "
        "terminal TERM0001, STAN 000007"
    )


def test_an_answer_says_why():
    answer = Message("0210", {11: "000007", 39: "51"})
    assert summary(show(ASCII, answer)).startswith("0210 financial request response, STAN 000007, ")
    assert summary(show(ASCII, answer)).endswith("answer 51: Insufficient funds")


def test_the_card_is_found_on_the_track():
    swiped = Message("0200", {35: f"{PAN}=30121010000012300000"})
    assert "card 999999******0014" in summary(show(ASCII, swiped))
    assert "card" not in summary(show(ASCII, Message("0200", {35: f"{PAN}=29"})))


def test_a_description_has_all_its_parts():
    lines = DescriptionView().lines(show(ASCII, SALE))
    assert "MTI 0200: 1987 financial request, acquirer" in lines
    assert "  2  class     financial" in lines
    assert f" 22  {entry_text('021')}" in lines
    missing = lines[lines.index("Missing, though mandatory in 0200") + 1 :]
    assert [line.split()[0] for line in missing] == ["7", "42"]


@pytest.mark.parametrize(("numbers", "rows"), [([2, 64], 8), ([2, 70, 128], 16)])
def test_the_grid_marks_what_is_set(numbers, rows):
    head, *grid = bitmap_grid(show(None, Message("0200", dict.fromkeys(numbers, "0"))))
    assert len(grid) == rows
    text = "\n".join(grid)
    for number in range(1, rows * 8 + 1):
        is_set = number in numbers or (number == 1 and rows == 16)
        assert (f"[{number:>3}]" in text) is is_set
    assert head.startswith("Bitmap")


def test_the_grid_is_as_long_as_the_bitmap_of_the_dialect(tmp_path):
    path = tmp_path / "always.toml"
    path.write_text('extends = "pos"\nbitmaps = "16, bit 1 never set"\n', "utf-8")
    grid = bitmap_grid(show(load_dialect(str(path)), Message("0110", {2: PAN})))
    assert [row[:2] for row in grid[1:]] == ["40", *["00"] * 15]


@given(messages(ASCII))
def test_every_message_can_be_described_without_its_card(message):
    hidden = [message.get(number) for number in (2, 35, 52, 55)]
    text = "\n".join(DescriptionView().lines(show(ASCII, message)))
    assert not any(value in text for value in hidden if len(value) > 12)


def test_a_description_is_also_data_and_holds_no_value_of_a_secret_field():
    document = DescriptionView().document(show(ASCII, SALE))
    assert document["fields"] == [2, 3, 4, 11, 22, 41, 49]
    assert document["missing"] == [7, 42]
    assert PAN not in repr(document)


def test_of_the_start_of_a_message_nobody_knows_what_is_missing():
    start = Message("0200", {3: "000000"})
    whole = DescriptionView().lines(show(ASCII, start))
    lines = DescriptionView().lines(
        show_partial(ASCII, Partial(message=start, fault=DecodeError("more"), rest=0))
    )
    assert any("Bitmap" in line for line in whole)
    assert not any("Bitmap" in line or "Missing" in line for line in lines)


def test_an_mti_that_no_edition_knows_is_described_as_far_as_it_goes():
    lines = DescriptionView().lines(show(ASCII, Message("0190", {11: "000001"})))
    assert lines[0] == "0190 authorization unknown, STAN 000001"
    assert "MTI 0190" in lines


def test_chip_data_is_described_in_words():
    shown = show(ASCII, SALE.with_fields({55: "95058000000000" + "9C0120"}))
    lines = DescriptionView().lines(shown)
    at = lines.index("Chip data")
    assert "offline data authentication not performed" in lines[at + 2]
    assert DescriptionView().document(shown)["chip"]["55.9C"] == ["refund"]
    assert not any(line.startswith(" 55") for line in lines)


def test_bits_of_a_part_are_what_its_field_means():
    message = Message("2100", {22: "20000000080000000200000002000000"})
    said = DescriptionView().document(show(load_dialect("iso2003"), message))["meanings"]["22"]
    assert said == "chip, online PIN, attended, private network"
