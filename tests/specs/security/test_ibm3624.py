"""IBM 3624 against public fixtures and psec: natural PINs, offsets, tables, validation data."""

import tomllib
from pathlib import Path

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyRefused, PinRefused
from cardswitch.specs.security.ibm3624 import (
    build_validation_data_ibm3624,
    decimalise_ibm3624,
    generate_natural_pin_ibm3624,
    generate_offset_ibm3624,
    generate_pin_ibm3624,
    is_varied_table_ibm3624,
    require_offset_ibm3624,
    require_table_ibm3624,
    verify_pin_ibm3624,
)

VECTORS = tomllib.loads(
    (Path(__file__).parents[2] / "vectors/security_pins.toml").read_text("utf-8")
)
# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
KEYS = st.sampled_from([8, 16, 24]).flatmap(lambda n: st.binary(min_size=n, max_size=n))
PINS = st.from_regex("[0-9]{4,12}", fullmatch=True)
TABLES = st.from_regex("[0-9]{16}", fullmatch=True)
BLOCKS = st.binary(min_size=8, max_size=8)
PVK, DATA, TABLE = bytes.fromhex("1C" * 8), bytes.fromhex("0004012345678909"), "0123456789012345"
BASE = (PVK, DATA, TABLE)


def base(case: dict[str, str]) -> tuple[bytes, bytes, str]:
    return bytes.fromhex(case["pvk"]), bytes.fromhex(case["data"]), case["table"]


@pytest.mark.parametrize("case", VECTORS["ibm3624"], ids=lambda case: case["source"])
def test_known_pins_and_offsets(case: dict[str, str]) -> None:
    natural, pin, offset = case["natural"], case["pin"], case["offset"]
    assert generate_natural_pin_ibm3624(*base(case), len(natural)) == natural
    assert generate_offset_ibm3624(*base(case), pin) == offset
    assert generate_pin_ibm3624(*base(case), offset) == pin
    assert verify_pin_ibm3624(*base(case), pin, offset)


@pytest.mark.parametrize("case", VECTORS["decimalised"], ids=lambda case: case["source"])
def test_known_decimalisations(case: dict[str, str]) -> None:
    digits = decimalise_ibm3624(bytes.fromhex(case["block"]), case["table"])
    assert digits.startswith(case["natural"])
    assert len(digits) == 16


@pytest.mark.parametrize("case", VECTORS["validation_data"], ids=lambda case: case["source"])
def test_known_validation_data(case: dict[str, str]) -> None:
    data = build_validation_data_ibm3624(case["template"], case["pan12"])
    assert data.hex().upper() == case["data"]


@ORACLE
@settings(deadline=None)
@given(KEYS, st.from_regex("[0-9]{16}", fullmatch=True), TABLES, PINS)
def test_the_oracle_agrees(pvk: bytes, digits: str, table: str, pin: str) -> None:
    data = bytes.fromhex(digits)
    offset = generate_offset_ibm3624(pvk, data, table, pin)
    assert offset == psec.pin.generate_ibm3624_offset(pvk, table, pin, digits, 0, 16, "F")
    theirs = psec.pin.generate_ibm3624_pin(pvk, table, pin, digits, 0, 16, "F")
    assert generate_pin_ibm3624(pvk, data, table, pin) == theirs


@settings(deadline=None)
@given(KEYS, BLOCKS, TABLES, PINS, st.data())
def test_a_pin_is_verified_by_its_offset_of_any_length(
    pvk: bytes, validation_data: bytes, table: str, pin: str, data: st.DataObject
) -> None:
    checked = data.draw(st.integers(4, len(pin)))
    place = data.draw(st.integers(0, len(pin) - 1))
    other = pin[:place] + str((int(pin[place]) + 1) % 10) + pin[place + 1 :]
    offset = generate_offset_ibm3624(pvk, validation_data, table, pin, checked)
    assert len(offset) == checked
    assert verify_pin_ibm3624(pvk, validation_data, table, pin, offset)
    # A wrong digit counts where the offset reaches: from the right.
    is_unseen = place < len(pin) - checked
    assert verify_pin_ibm3624(pvk, validation_data, table, other, offset) is is_unseen
    made = generate_pin_ibm3624(pvk, validation_data, table, offset, len(pin))
    assert made[-checked:] == pin[-checked:]


@settings(deadline=None)
@given(KEYS, BLOCKS, TABLES, st.integers(4, 12))
def test_the_natural_pin_has_an_offset_of_zeros(
    pvk: bytes, data: bytes, table: str, length: int
) -> None:
    pin = generate_natural_pin_ibm3624(pvk, data, table, length)
    assert generate_offset_ibm3624(pvk, data, table, pin) == "0" * length
    assert generate_pin_ibm3624(pvk, data, table, "0000", length) == pin
    assert set(pin) <= set(table)


def test_a_pin_shorter_than_its_offset_is_false() -> None:
    offset = generate_offset_ibm3624(*BASE, "123456")
    assert verify_pin_ibm3624(*BASE, "123456", offset)
    assert verify_pin_ibm3624(*BASE, "3456", offset) is False
    assert verify_pin_ibm3624(*BASE, "1234", offset) is False


@pytest.mark.parametrize(
    ("template", "pan12", "expected"),
    [
        ("N1234567890F", "550000025321", "253211234567890F"),
        ("1234567890FN", "000000000000", "1234567890F00000"),
        ("ABCDEFN12345", "111111122222", "ABCDEF2222212345"),
    ],
)
def test_the_account_is_inserted_where_the_mark_is(
    template: str, pan12: str, expected: str
) -> None:
    assert build_validation_data_ibm3624(template, pan12).hex().upper() == expected


@pytest.mark.parametrize(
    "template",
    [
        *("", "N", "123456789012", "12345678901N3", "1234567890N", "123456NN", "NN1234567890"),
        *(
            "1234567890123456",
            "1234567890nF",
            "1234567890Nf",
            "1234567890NG",
            "12345678 0N1",
            "1234567890N٣",
        ),
    ],
)
def test_another_template_is_refused(template: str) -> None:
    with pytest.raises(PinRefused) as refused:
        build_validation_data_ibm3624(template, "000001000376")
    assert refused.value.reason == "validation"


def test_validation_data_needs_an_account() -> None:
    with pytest.raises(PinRefused) as refused:
        build_validation_data_ibm3624("1234567890NF", "00001000376")
    assert refused.value.reason == "account"


@pytest.mark.parametrize("table", ["", "0" * 15, "0" * 17, "012345678901234F", "٣" * 16])
def test_another_table_is_refused(table: str) -> None:
    for call in (
        lambda: require_table_ibm3624(table),
        lambda: is_varied_table_ibm3624(table),
        lambda: decimalise_ibm3624(bytes(8), table),
        lambda: generate_natural_pin_ibm3624(PVK, DATA, table),
        lambda: generate_offset_ibm3624(PVK, DATA, table, "1234"),
        lambda: generate_pin_ibm3624(PVK, DATA, table, "1234"),
        lambda: verify_pin_ibm3624(PVK, DATA, table, "1234", "1234"),
    ):
        with pytest.raises(PinRefused) as refused:
            call()
        assert refused.value.reason == "table"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("0123456789012345", True),
        ("0000111122223333", False),  # four digits
        ("0123456777654321", True),  # eight digits, seven of them once or twice
        ("0123456012345601", False),  # seven digits
        ("0000123456789012", False),  # a digit five times
        ("0000123456789123", True),  # and four times
    ],
)
def test_a_varied_table_has_eight_digits_none_more_than_four_times(
    table: str, expected: bool
) -> None:
    assert is_varied_table_ibm3624(table) is expected


@pytest.mark.parametrize("length", [0, 7, 9, 16])
def test_validation_data_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(PinRefused) as refused:
        generate_natural_pin_ibm3624(PVK, bytes(length), TABLE)
    assert refused.value.reason == "validation"


@pytest.mark.parametrize("length", [0, 9, 32])
def test_a_pvk_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyRefused) as refused:
        generate_natural_pin_ibm3624(bytes(length), DATA, TABLE)
    assert refused.value.reason == "length"


@pytest.mark.parametrize(
    "call",
    [
        lambda: generate_natural_pin_ibm3624(*BASE, 3),
        lambda: generate_natural_pin_ibm3624(*BASE, 13),
        lambda: generate_offset_ibm3624(*BASE, "123"),
        lambda: generate_offset_ibm3624(*BASE, "1234", 3),
        lambda: generate_offset_ibm3624(*BASE, "1234", 5),
        lambda: generate_pin_ibm3624(*BASE, "123"),
        lambda: generate_pin_ibm3624(*BASE, "1" * 13),
        lambda: generate_pin_ibm3624(*BASE, "12345", 4),
        lambda: generate_pin_ibm3624(*BASE, "1234", 13),
        lambda: verify_pin_ibm3624(*BASE, "123", "1234"),
        lambda: verify_pin_ibm3624(*BASE, "1234", ""),
        lambda: require_offset_ibm3624("123"),
    ],
)
def test_another_length_is_refused(call) -> None:
    with pytest.raises(PinRefused) as refused:
        call()
    assert refused.value.reason == "length"


@pytest.mark.parametrize(
    "call",
    [
        lambda: generate_offset_ibm3624(*BASE, "12x4"),
        lambda: generate_pin_ibm3624(*BASE, "12F4"),
        lambda: verify_pin_ibm3624(*BASE, "12x4", "1234"),
        lambda: verify_pin_ibm3624(*BASE, "1234", "123F"),
        lambda: require_offset_ibm3624("١٢٣٤"),
    ],
)
def test_what_is_no_digit_is_refused(call) -> None:
    with pytest.raises(PinRefused) as refused:
        call()
    assert refused.value.reason == "digits"
