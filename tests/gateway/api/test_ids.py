"""Ids by chance: of one length, and none twice."""

from collections import Counter
from uuid import UUID

from cardswitch.gateway.api import ids
from cardswitch.gateway.api.ids import new_id, new_ref, new_transaction, random_text
from cardswitch.gateway.core.ids import ALPHABET, INTENT, REF_LENGTH, id_of, parts_of


def test_none_comes_twice_and_all_are_of_the_alphabet():
    made = {new_id("req_") for _ in range(500)}
    assert len(made) == 500
    assert {len(each) for each in made} == {28}
    assert set(random_text(1000)) <= set(ALPHABET)


def test_a_new_ref_makes_ids_that_can_be_read():
    ref = new_ref()
    assert parts_of(INTENT, id_of(INTENT, ref)) == (ref, 0)


def test_a_number_of_3d_secure_is_a_uuid_by_chance():
    made = {new_transaction() for _ in range(500)}
    assert len(made) == 500
    assert {(str(UUID(each)) == each, UUID(each).version, each[19]) for each in made} == {
        (True, 4, "8")
    }


def test_what_is_made_later_comes_behind(monkeypatch):
    seconds = [1, 61, 62, 1_764_363_134, 62**6 - 1]
    made = []
    for second in seconds:
        monkeypatch.setattr(ids, "time", lambda second=second: second + 0.9)
        made.append((new_ref(), new_id("pm_")))
    assert made == sorted(made)
    assert [len(ref) for ref, _ in made] == [REF_LENGTH] * len(seconds)
    assert len({new_ref() for _ in range(500)}) == 500


def test_every_letter_is_as_likely_as_another():
    kept = bytes(range(256)).translate(ids._LETTERS, ids._UNFAIR).decode()
    assert set(Counter(kept).values()) == {4}
    assert set(kept) == set(ALPHABET)
    assert {len(random_text(length)) for length in (1, 24, 300)} == {1, 24, 300}
