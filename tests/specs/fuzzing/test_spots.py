"""specs.fuzzing.spots: every byte of a message that is right has its spot; others end early."""

from random import Random

import pytest

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.fuzzing.seeds import make_message
from cardswitch.specs.fuzzing.spots import find_spots
from cardswitch.specs.message import Message

POS, ASCII = load_dialect("pos"), load_dialect("iso87-ascii")
SALE = {2: "9999990000000014", 3: "000000", 11: "000007", 35: "9999990000000014=3012101"}


@pytest.mark.parametrize("name", list_dialects())
def test_a_message_is_covered_without_gaps(name):
    dialect = load_dialect(name)
    for seed in range(30):
        data = dialect.pack(make_message(dialect, Random(seed).randrange))
        at = 0
        for spot in find_spots(dialect, data):
            assert spot.start == at
            at = spot.end
        assert at == len(data)


def test_spots_name_fields_and_lengths():
    data = ASCII.pack(Message("0200", SALE))
    spots = {(spot.kind, spot.field and spot.field.path): spot for spot in find_spots(ASCII, data)}
    length, value = spots["length", "2"], spots["value", "2"]
    assert data[length.start : length.end] == b"16"
    assert data[value.start : value.end] == SALE[2].encode()
    assert value.length == 16
    assert ("length", "3") not in spots


def test_what_cannot_be_followed_ends_the_list():
    data = POS.pack(Message("0200", SALE))
    assert [spot.kind for spot in find_spots(POS, data[:1])] == []
    assert [spot.kind for spot in find_spots(POS, data[:2])] == ["MTI"]
    assert [spot.kind for spot in find_spots(POS, data[:9])] == ["MTI"]
    wrong = data[:10] + b"\xaa" + data[11:]
    kinds = [spot.kind for spot in find_spots(POS, wrong)]
    assert kinds == ["MTI", "bitmap", "length"]
    blank = b"0200" + b" " * 16 + b"16"
    assert [spot.kind for spot in find_spots(ASCII, blank)] == ["MTI", "bitmap"]


@pytest.mark.parametrize("name", list_dialects())
def test_anything_has_spots_within_its_bytes(name):
    dialect, random = load_dialect(name), Random(1)
    whole = dialect.pack(make_message(dialect, random.randrange))
    for _ in range(200):
        data = whole[: random.randrange(len(whole))] + random.randbytes(random.randrange(60))
        assert all(0 <= spot.start < spot.end <= len(data) for spot in find_spots(dialect, data))


def test_a_third_bitmap_among_the_fields_is_followed(tmp_path):
    path = tmp_path / "third.toml"
    path.write_text(
        'extends = "iso87-binary"\ntertiary = "field 65"\n[fields]\n'
        '130 = { format = "n 12", name = "tip" }\n132 = { format = "an..20", name = "order" }\n'
    )
    dialect = load_dialect(str(path))
    data = dialect.pack(Message("0200", {11: "000007", 130: "000000000100", 132: "A1"}))
    spots = find_spots(dialect, data)
    assert [(spot.kind, spot.field and spot.field.path) for spot in spots] == [
        ("MTI", None),
        ("bitmap", None),
        ("value", "11"),
        ("bitmap", None),
        ("value", "130"),
        ("length", "132"),
        ("value", "132"),
    ]
    assert spots[-1].end == len(data)
