"""Tombstones of inexact reversals: what they bind, for how long, and how many there may be."""

import pytest

from cardswitch.specs.transactions.reversals import Reference
from cardswitch.specs.transactions.tombstones import LIVES_S, Tombstone, Tombstones, keys_of

NOW = 1000.0
WHO = "pos|T|M|"
SALE = {"card": "print", "amount": 1250, "currency": "978"}


def stone(at=NOW, **changes):
    said = {"card": "", "amount": 0, "currency": "", "keys": (f"{WHO}2|000007|",), **changes}
    return Tombstone(until=at + LIVES_S, **said)


def holding(*stones, tombstones_max=10):
    held = Tombstones(tombstones_max)
    for leg, each in enumerate(stones, 1):
        held.add(leg, each)
    return held


def binds(held, number="000007", rrn="", at=NOW, who=WHO, **changes):
    identity = f"{who}2|{number}|20260329010000"
    return held.binds(identity, rrn, at, **{**SALE, **changes})


@pytest.mark.parametrize(
    ("said", "request_is", "bound"),
    [
        ({}, {}, True),
        ({}, {"number": "000008"}, False),
        ({}, {"who": "pos|T|OTHER|"}, False),
        ({}, {"at": NOW + LIVES_S - 1}, True),
        ({}, {"at": NOW + LIVES_S}, False),
        (SALE, {}, True),
        (SALE, {"card": "other"}, False),
        (SALE, {"amount": 1251}, False),
        (SALE, {"currency": "840"}, False),
        ({"keys": (f"{WHO}rrn|42",)}, {"rrn": "42"}, True),
        ({"keys": (f"{WHO}rrn|42",)}, {"rrn": "43"}, False),
        ({"keys": (f"{WHO}rrn|42",)}, {"rrn": ""}, False),
    ],
)
def test_what_one_binds(said, request_is, bound):
    assert binds(holding(stone(**said)), **request_is) is bound


def test_it_lives_longer_than_any_queue_in_front_of_us():
    assert LIVES_S >= 120.0


def test_one_that_agrees_is_enough():
    assert binds(holding(stone(amount=9), stone()))


def test_the_oldest_end_first_and_make_room():
    held = holding(stone(), stone(at=NOW + 10), tombstones_max=2)
    assert held.is_full(NOW + 10)
    assert held.legs(NOW + 10) == [1, 2]
    assert held.legs(NOW + LIVES_S) == [2]
    assert not held.is_full(NOW + LIVES_S)
    assert binds(held, at=NOW + LIVES_S)


def test_the_keys_of_a_reference_do_not_depend_on_the_day():
    begins = tuple((day, f"{WHO}2|000007|") for day in ("2026-03-28", "2026-03-29"))
    assert keys_of(Reference(begins=begins)) == (f"{WHO}2|000007|",)
    assert keys_of(Reference(rrns=(("42", WHO),))) == (f"{WHO}rrn|42",)
