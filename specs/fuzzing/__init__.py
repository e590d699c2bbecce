"""Fuzzing without chance of its own: seeds, where their parts stand, what is done to them.

    seeds.py         messages, card numbers, tracks and TLV trees that are right
    spots.py         where header, MTI, bitmaps, lengths and values stand in bytes
    mutators.py      bytes that are nearly right: each function makes one kind of fault
    hostile_tlv.py   chip data that nests, repeats or promises too much
    shrink.py        the least of an input that still shows a fault

Every choice is a number that comes in through a :data:`specs.fuzzing.chance.Pick`. A seeded
generator picks for ``cardswitch fuzz``, Hypothesis for :mod:`strategies`, an engine that is
guided by coverage for ``bench/atheris_decode.py``.
"""
