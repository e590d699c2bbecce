"""specs.interop.jpos.classes: every class of the core set, each meaning one of ours."""

import pytest

from cardswitch.specs.interop.jpos.classes import (
    BITMAP_CLASSES,
    BY_PAD,
    BY_PAD_F,
    FIELD_CLASSES,
    NOTHING,
)

CORE = {
    "IF": "CHAR NOP ECHAR",
    "IFA": "NUMERIC BINARY AMOUNT BITMAP LLNUM LLLNUM LLCHAR LLLCHAR LLLLCHAR LLBINARY LLLBINARY "
    "LLLLLLBINARY LLLLLCHAR FLLNUM FLLCHAR",
    "IFB": "NUMERIC BINARY AMOUNT AMOUNT2003 BITMAP LLNUM LLLNUM LLCHAR LLLCHAR LLLLCHAR LLBINARY "
    "LLLBINARY LLLLBINARY LLHNUM LLHCHAR LLHECHAR LLHBINARY",
    "IFE": "CHAR NUMERIC AMOUNT BINARY BITMAP LLNUM LLCHAR LLLCHAR LLBINARY LLLBINARY",
    "IFEB": "LLNUM",
}


@pytest.mark.parametrize(
    "name", [f"{family}_{name}" for family, names in CORE.items() for name in names.split()]
)
def test_the_core_set_is_known(name):
    assert name in {*FIELD_CLASSES, *BITMAP_CLASSES, NOTHING}


@pytest.mark.parametrize(
    ("name", "kind", "encoding", "digits", "length"),
    [
        ("IFA_BINARY", "b", "hex", 0, "ascii"),
        ("IFA_LLBINARY", "b", "binary", 2, "ascii"),
        ("IFA_LLABINARY", "b", "hex", 2, "ascii"),
        ("IFB_LLLCHAR", "ans", "ascii", 3, "bcd"),
        ("IFB_LLLHCHAR", "ans", "ascii", 3, "binary"),
        ("IFB_LLNUM", "n", BY_PAD, 2, "bcd"),
        ("IFB_FLLNUM", "n", BY_PAD_F, 2, "bcd"),
        ("IFE_LLLBINARY", "b", "binary", 3, "ebcdic-1047"),
        ("IFAE_LLCHAR", "ans", "ebcdic-1047", 2, "ascii"),
        ("IFEA_LLCHAR", "ans", "ascii", 2, "ebcdic-1047"),
        ("IFB_AMOUNT2003", "n", BY_PAD, 0, "ascii"),
    ],
)
def test_names_mean_what_their_rule_says(name, kind, encoding, digits, length):
    made = FIELD_CLASSES[name]
    assert (made.kind, made.encoding, made.digits, made.length) == (kind, encoding, digits, length)
