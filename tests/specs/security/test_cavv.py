"""The CAVV: one that OpenSSL made, and what is none."""

import pytest

from cardswitch.specs.security.cavv import CAVV_LENGTH, is_cavv, make_cavv

KEY = bytes(range(32))
SAID = ("9999990000000014", 1250, "978", "d1", "05")


def test_a_known_answer():
    """printf '9999990000000014|1250|978|d1|05' | openssl dgst -sha256 -binary
    -mac HMAC -macopt hexkey:000102…1f | head -c 20 | base64"""
    made = make_cavv(KEY, *SAID)
    assert made == "XVDeTzxBkwEmmEEzKUSo0i9yrLg="
    assert len(made) == CAVV_LENGTH
    assert is_cavv(made)


@pytest.mark.parametrize("place", range(5))
def test_whatever_else_is_said_makes_another(place):
    others = ("9999990000000022", 1251, "840", "d2", "06")
    changed = (*SAID[:place], others[place], *SAID[place + 1 :])
    assert make_cavv(KEY, *changed) != make_cavv(KEY, *SAID)


@pytest.mark.parametrize("text", ["", "AAAA", "A" * 28, "é" * 28, "A" * 27 + "=="])
def test_what_is_no_cavv(text):
    assert not is_cavv(text)
