"""Fuzzing a parser under one seed: the same numbers make the same inputs and the same findings.

    subjects.py      what is fuzzed: a dialect of ours, or a function of yours
    oracles.py       what must hold of every input
    checks.py        what must hold of a message that our own parser read
    accept.py        whether a function of yours reads what ours reads
    limits.py        time and memory of one input
    leaks.py         whether an error carries card data of its message
    chip_grammar.py  BER-TLV as the library construct reads it, to compare with
    campaign.py      seeds, mutations, the growing pool of inputs, the first of each finding
    findings.py      findings as values and as JSON; whether one is still there
    reports.py       findings as text, JUnit XML and a pytest file

The mutations are those of :mod:`cardswitch.specs.fuzzing`. Findings hold inputs, and the card data
in them: fuzz with test cards only.
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
    "accept",
    "chip",
    "secret",
    "time",
    "memory",
)
