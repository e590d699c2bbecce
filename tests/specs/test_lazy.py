"""specs.lazy: fields that are bytes until somebody reads them look like any other fields."""

import pytest

from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.lazy import LazyFields
from cardswitch.specs.message import Message

POS = load_dialect("pos")
ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
FIELDS = {2: PAN, 3: "000000", 4: "000000001250", 11: "000007", 35: f"{PAN}=3012", 41: "TERM0001"}
SALE = Message("0200", FIELDS)


def read(dialect, data, how="unpack_lazy"):
    """What *data* is once its shape is usual."""
    for _ in range(SEEN_MIN):
        message = getattr(dialect, how)(data)
    assert isinstance(message.fields, LazyFields)
    return message


@pytest.fixture(params=["unpack_lazy", "index"])
def sale(request):
    return read(POS, POS.pack(SALE), request.param)


def test_it_reads_as_a_mapping(sale):
    fields = sale.fields
    assert sale == SALE
    assert SALE.fields == fields
    assert (len(fields), sorted(fields), dict(fields)) == (len(FIELDS), sorted(FIELDS), FIELDS)
    assert 11 in fields
    assert 12 not in fields
    assert frozenset([11, 12]) - fields.keys() == {12}
    assert (fields.get(12), sale.get(11), {**fields}) == (None, "000007", FIELDS)
    with pytest.raises(KeyError):
        fields[12]
    assert POS.missing(sale) == POS.missing(SALE)


def test_a_value_is_cut_once(sale):
    assert sale.fields[35] is sale.fields[35]
    assert sale.with_fields({3: "010000"}).fields[35] is sale.fields[35]


def test_it_shows_no_secret(sale):
    assert repr(sale) == repr(SALE)
    assert repr(sale.fields) == "<fields 2, 3, 4, 11, 35, 41>"


CHANGES = [
    ({}, ()),
    ({11: "000008"}, ()),
    ({2: "4242424242424242", 35: "4242424242424242=30121"}, ()),
    ({12: "130500", 13: "1123", 42: "MERCHANT0000001"}, ()),
    ({}, (2, 35)),
    ({}, (41,)),
    ({70: "301"}, ()),
    ({70: "301"}, (2, 41, 99)),
    ({2: "4242424242424242"}, (3,)),
]


@pytest.mark.parametrize(("changes", "gone"), CHANGES)
def test_changes_stay_lazy_and_are_spliced(sale, changes, gone):
    changed = sale.with_fields(changes).without(*gone)
    expected = SALE.with_fields(changes).without(*gone)
    assert isinstance(changed.fields, LazyFields)
    assert changed == expected
    assert (len(changed.fields), sorted(changed.fields)) == (
        len(expected.fields),
        sorted(expected.fields),
    )
    assert [n for n in range(129) if n in changed.fields] == sorted(expected.fields)
    assert POS.pack(changed) == POS.pack(expected)
    assert ASCII.pack(changed) == ASCII.pack(expected)  # another dialect: nothing to splice
    assert sale == SALE


def test_what_is_gone_can_come_back(sale):
    gone = sale.without(3, 41)
    with pytest.raises(KeyError):
        gone.fields[3]
    back = gone.with_fields({3: "010000"})
    assert back == SALE.with_fields({3: "010000"}).without(41)
    assert POS.pack(back.with_fields({41: "TERM0001", 3: "000000"})) == POS.pack(SALE)
    assert sale.with_fields({12: "130500"}).without(12) == SALE


def test_another_mti_is_written(sale):
    advice = Message("0220", sale.fields)
    assert POS.pack(advice) == POS.pack(Message("0220", FIELDS))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({11: "7"}, "11"),
        ({2: "x"}, "2"),
        ({12: "13050٠"}, "12"),
        ({65: "0"}, "65"),
        ({3: None}, "3"),
    ],
)
def test_what_cannot_be_written_is_named(sale, changes, field):
    with pytest.raises(EncodeError) as caught:
        POS.pack(sale.with_fields(changes))
    assert caught.value.field == field


def test_no_field_at_all_is_refused(sale):
    with pytest.raises(EncodeError):
        POS.pack(sale.without(*FIELDS))
    with pytest.raises(EncodeError):
        POS.pack(Message("9999", sale.fields))


def test_an_index_finds_a_wrong_value_when_it_is_cut():
    data = ASCII.pack(SALE).replace(b"000007", b"00000X")
    for _ in range(SEEN_MIN + 1):
        with pytest.raises(DecodeError) as refused:
            ASCII.unpack_lazy(data)
    message = read(ASCII, ASCII.pack(SALE), "index")
    message = ASCII.index(data)
    assert message[3] == "000000"
    with pytest.raises(DecodeError) as caught:
        message[11]
    assert str(caught.value) == str(refused.value)
    assert (caught.value.field, data[caught.value.offset]) == ("11", ord("X"))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("how", ["unpack_lazy", "index"])
def test_lengths_are_checked_in_any_case(how):
    data = ASCII.pack(SALE)
    read(ASCII, data, how)
    for wrong in (data[:-1], data + b"0", data.replace(b"16" + PAN.encode(), b"1X" + PAN.encode())):
        with pytest.raises(DecodeError):
            getattr(ASCII, how)(wrong)


@pytest.mark.parametrize("how", ["unpack_lazy", "index"])
def test_bytes_that_may_change_are_copied(how):
    data = bytearray(POS.pack(SALE))
    message = read(POS, data, how)
    data[-1] = 0
    assert message == SALE
    assert read(POS, memoryview(bytes(POS.pack(SALE))), how) == SALE


def test_a_dialect_with_a_header_of_its_own(tmp_path):
    path = tmp_path / "headed.toml"
    path.write_text('extends = "iso87-ascii"\n[header]\n1 = { format = "b 2", value = "0102" }\n')
    dialect = load_dialect(str(path))
    data = dialect.pack(SALE)
    message = read(dialect, data)
    assert (message.header, message.mti, message.fields) == (data[:4], "0200", FIELDS)
    assert dialect.pack(message.with_fields({11: "000008"})) == dialect.pack(
        SALE.with_fields({11: "000008"})
    )
    wrong = data.replace(b"000007", b"00000X")
    read(dialect, data, "index")
    with pytest.raises(DecodeError) as caught:
        dialect.index(wrong)[11]
    assert wrong[caught.value.offset] == ord("X")


def test_fields_come_in_the_order_of_the_message(sale):
    numbers = list(sale.with_fields({127: "01", 41: "TERM0002"}).fields)
    assert numbers == sorted(numbers)


def test_what_its_generated_code_refuses_is_refused():
    data = ASCII.pack(SALE)
    read(ASCII, data)
    assert not ASCII.is_lazily_refused(data)
    for at in (*range(4), *range(20, len(data))):  # not the bitmap: its shape must be usual
        wrong = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        try:
            ASCII.unpack_lazy(wrong)
        except DecodeError:
            assert ASCII.is_lazily_refused(wrong)
        else:
            assert not ASCII.is_lazily_refused(wrong)
