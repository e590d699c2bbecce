"""Fuzzing a parser under one seed: the same numbers make the same inputs and the same findings.

    subjects.py      what is fuzzed: a dialect of ours, or a function of yours
    oracles.py       what must hold of every input, whoever made it
    leaks.py         whether an error carries card data of its message
    chip_grammar.py  BER-TLV once more, in construct: an opinion from elsewhere, where installed
    campaign.py      seeds, mutations, the growing pool of inputs, the first of each finding
    findings.py      findings as values and as JSON; whether one is still there
    reports.py       findings as text, JUnit XML and a pytest file

The mutations are those of :mod:`specs.fuzzing`. The findings hold inputs, and so whatever the
inputs hold: fuzz with test cards alone.
"""

from typing import Final

# What is asked of every input: see :mod:`cardswitch.lab.fuzz.oracles`.
ORACLES: Final = (
    "error",
    "roundtrip",
    "walk",
    "lazy",
    "reference",
    "parts",
    "chip",
    "secret",
    "time",
    "memory",
)
