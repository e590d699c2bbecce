"""specs.fuzzing.seeds: what is made is right, in every dialect, and can be anything."""

from random import Random

import pytest

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.fuzzing.chance import simplest
from cardswitch.specs.fuzzing.seeds import make_message, make_pan, make_tlv, make_track2, make_value
from cardswitch.specs.tlv import pack_tlv, unpack_tlv
from cardswitch.specs.tracks import is_luhn_valid, pack_track2, unpack_track2

PICKS = [Random(seed).randrange for seed in range(40)]


@pytest.mark.parametrize("name", list_dialects())
def test_messages_can_be_written_and_read(name):
    dialect = load_dialect(name)
    for pick in PICKS:
        message = make_message(dialect, pick)
        assert dialect.missing(message) == []
        read = dialect.unpack(dialect.pack(message))
        assert (read.mti, read.fields) == (message.mti, message.fields)


@pytest.mark.parametrize("name", list_dialects())
def test_the_simplest_message_can_be_written(name):
    dialect = load_dialect(name)
    assert dialect.pack(make_message(dialect, simplest))


def test_values_reach_the_shortest_and_the_longest():
    field = load_dialect("pos").fields[48]
    sizes = {len(make_value(field, Random(seed).randrange)) for seed in range(300)}
    assert {1, 999} <= sizes


def test_cards_tracks_and_chip_data_are_right():
    for pick in PICKS:
        assert is_luhn_valid(make_pan(pick))
        track = make_track2(pick)
        assert unpack_track2(pack_track2(track)) == track
        objects = make_tlv(pick)
        assert unpack_tlv(pack_tlv(objects)) == objects


def test_chip_data_nests_and_field_55_has_some():
    assert any(item.children for pick in PICKS for item in make_tlv(pick))
    field = load_dialect("pos").fields[55]
    values = [make_value(field, Random(seed).randrange) for seed in range(40)]
    assert any(value.startswith(("9F", "70", "E1")) for value in values)
    assert all(len(value) in field.legal_lengths for value in values)
