"""The commands `calc lmk`."""

import pytest

from tests.kit.hsm.calc import results, run

TEXT = "U34E2FC8EAD7CD07BFA2B7ED5FE4D8212"  # jPOS JCESecurityModuleTest
CLEAR = "13345779133457791334577913345779"


def test_both_ways():
    assert results("lmk", "encrypt", "--type", "ZPK", CLEAR)["key"] == TEXT
    assert results("lmk", "decrypt", "--type", "001", TEXT.lower())["key"] == CLEAR
    assert results("lmk", "check", "--trace")["steps"]


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (["encrypt", CLEAR], 2),
        (["encrypt", "--type", "XYZ", CLEAR], 2),
        (["encrypt", "--type", "ZPK", CLEAR, "--scheme", "T"], 1),
        (["decrypt", TEXT], 2),
        (["decrypt", "--type", "TAK", TEXT], 1),
        (["decrypt", "--type", "ZPK", "U00"], 1),
        (["decrypt", "S0072"], 1),
    ],
)
def test_what_is_wrong_is_told_without_keys(words, exit_code):
    code, out, err = run("lmk", *words)
    assert (code, out) == (exit_code, "")
    assert CLEAR not in err
