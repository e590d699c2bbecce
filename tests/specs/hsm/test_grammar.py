"""Layouts by themselves: reading, writing, and where a line breaks."""

from itertools import permutations

import pytest

from cardswitch.specs.hsm.grammar import (
    COUNTED,
    DER_SEQUENCE,
    FORMS_MAX,
    HsmFault,
    HsmField,
    HsmKind,
    HsmLayout,
    digits,
    hexadecimal,
    one_of,
)

AMOUNT = HsmLayout(HsmField("sign", one_of("CD", "sign")), HsmField("digits", digits(3)))
OPTION = HsmLayout(
    HsmField("a", hexadecimal(2)),
    HsmField("b", digits(1), ";", optional=True),
    HsmField("c", digits(2)),
)
DER = HsmLayout(
    HsmField("a", digits(1)), HsmField("der", DER_SEQUENCE, ";"), HsmField("z", digits(1))
)
SHIFTING = HsmLayout(
    HsmField("a", HsmKind("[0-9]{1,2}", "1 or 2 digits")),
    HsmField("b", HsmKind("[0-9]{1,2}", "1 or 2 digits")),
    HsmField("c", digits(1), optional=True),
)
PARCEL = HsmLayout(HsmField("a", digits(1)), HsmField("data", COUNTED), HsmField("z", digits(1)))


@pytest.mark.parametrize(
    ("layout", "line", "fields"),
    [
        (AMOUNT, "C123", {"sign": "C", "digits": "123"}),
        (OPTION, "0F42", {"a": "0F", "c": "42"}),
        (OPTION, "0F;742", {"a": "0F", "b": "7", "c": "42"}),
        (PARCEL, "10003a%\x192", {"a": "1", "data": "a%\x19", "z": "2"}),
        (PARCEL, "100002", {"a": "1", "data": "", "z": "2"}),
        (DER, "1;0\x009", {"a": "1", "der": "0\x00", "z": "9"}),
        (DER, "1;0\x02%;9", {"a": "1", "der": "0\x02%;", "z": "9"}),
        *(
            (DER, f"1;{der}9", {"a": "1", "der": der, "z": "9"})
            for der in (
                "0\x7f" + "x" * 127,
                "0\x81\x80" + "x" * 128,
                "0\x81\xff" + "x" * 255,
                "0\x82\x01\x00" + "x" * 256,
                "0\x82\x02\x0a" + "\n" * 522,
            )
        ),
        (HsmLayout(), "", {}),
    ],
)
def test_a_line_is_read_and_written(layout: HsmLayout, line: str, fields: dict[str, str]) -> None:
    assert layout.read(f"..{line}", 2) == (fields, 2 + len(line))
    assert layout.write(fields) == layout.write_checked(fields) == line


@pytest.mark.parametrize(
    ("layout", "fields"),
    [
        (AMOUNT, {"sign": "X", "digits": "123"}),
        (AMOUNT, {"sign": "C", "digits": "12"}),
        (OPTION, {"a": "0F", "b": "", "c": "42"}),
        (PARCEL, {"a": "11", "data": "", "z": "2"}),
        (SHIFTING, {"a": "1", "b": "23", "c": "4"}),
    ],
)
def test_a_line_that_would_not_read_back_to_the_same_is_not_written(
    layout: HsmLayout, fields: dict[str, str]
) -> None:
    assert layout.write_checked(fields) is None


@pytest.mark.parametrize(
    "fields", [{"c": "42", "a": "0F"}, {"a": "0F", "c": "42"}, {"c": "42", "b": "7", "a": "0F"}]
)
def test_a_line_is_the_same_in_whatever_order_its_fields_are_given(fields: dict[str, str]) -> None:
    assert OPTION.write_checked(fields) == ("0F;742" if "b" in fields else "0F42")


@pytest.mark.parametrize("fields", [{}, {"a": "0F"}, {"a": "0F", "c": "42", "d": "1"}])
def test_fields_of_other_names_make_no_line(fields: dict[str, str]) -> None:
    assert OPTION.write_checked(fields) is None
    assert PARCEL.write_checked(fields) is None


def test_a_percent_sign_before_a_field_is_written_as_it_is() -> None:
    layout = HsmLayout(HsmField("a", digits(1)), HsmField("b", digits(1), "%"))
    assert layout.write_checked({"a": "1", "b": "2"}) == "1%2"


def test_how_a_line_is_written_is_kept_for_some_orders_of_its_fields_alone() -> None:
    names = [f"f{number}" for number in range(6)]
    layout = HsmLayout(*(HsmField(name, digits(1)) for name in names))
    for order in permutations(names):
        assert layout.write_checked({name: name[1] for name in order}) == "012345"
        assert len(layout._forms) <= FORMS_MAX


@pytest.mark.parametrize("after", ["%00", "\x19tail"])
def test_a_line_ends_before_an_lmk_id_or_trailer(after: str) -> None:
    assert AMOUNT.read(f"C123{after}", 0) == ({"sign": "C", "digits": "123"}, 4)


@pytest.mark.parametrize(
    ("layout", "line", "fault"),
    [
        (AMOUNT, "X123", HsmFault(0, "sign", "sign: one of C, D", "15")),
        (AMOUNT, "C12", HsmFault(1, "digits", "3 digits", "15")),
        (AMOUNT, "C1234", HsmFault(4, "", "the end of the line", "15")),
        (OPTION, "0f42", HsmFault(0, "a", "2 upper-case hex digits", "15")),
        (PARCEL, "1000x", HsmFault(1, "data", COUNTED.words, "15")),
        (PARCEL, "10003ab", HsmFault(5, "data", "3 characters", "80")),
        (DER, "1;1\x00", HsmFault(1, "der", DER_SEQUENCE.words, "15")),
        (DER, "1;0\x80", HsmFault(1, "der", DER_SEQUENCE.words, "15")),
        (DER, "1;0\x81\x7f", HsmFault(1, "der", DER_SEQUENCE.words, "15")),
        (DER, "1;0\x82\x00\xff", HsmFault(1, "der", DER_SEQUENCE.words, "15")),
        (DER, "1;0\x02x", HsmFault(4, "der", "2 characters", "80")),
        (PARCEL, "10002abx", HsmFault(7, "z", "1 digits", "15")),
    ],
)
def test_a_broken_line_is_not_read_and_says_where(
    layout: HsmLayout, line: str, fault: HsmFault
) -> None:
    assert layout.read(line, 0) is None
    assert layout.fault(line, 0) == fault


@pytest.mark.parametrize(("seen", "error"), [("Q", "26"), ("u", "15"), ("", "15"), ("\r", "15")])
def test_a_key_with_an_unknown_scheme_has_its_own_code(seen: str, error: str) -> None:
    assert HsmKind("x", "a key", is_key=True).blame(seen) == error
    assert HsmKind("x", "no key").blame(seen) == "15"


def test_other_digits_are_no_digits() -> None:
    assert not digits(1).admits("٣")
    assert not digits(1).admits("3\n")
