"""lab.fuzz.leaks: card data is found wherever an error holds it, in any form of writing."""

import pytest

from cardswitch.lab.fuzz.leaks import leaked, secrets_of
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.message import Message

PAN, TRACK = "9999991234567890", "9999991234567890=3012101"
MESSAGE = Message("0200", {2: PAN, 4: "000000001250", 35: TRACK, 52: "0123456789ABCDEF"})
SECRETS = secrets_of(MESSAGE)


def test_what_is_secret():
    assert {PAN, TRACK, TRACK.replace("=", "D"), "0123456789ABCDEF"} <= set(SECRETS)
    assert PAN.encode().hex() in SECRETS
    assert PAN.encode("cp500").hex().upper() in SECRETS
    assert not [secret for secret in SECRETS if "1250" in secret and secret.startswith("0000")]


def test_what_stands_in_any_text_is_no_secret():
    assert secrets_of(Message("0200", {2: "0" * 16, 45: "B1", 52: "0" * 16})) == ()


def chained():
    try:
        try:
            raise KeyError(PAN)
        except KeyError as inner:
            raise ValueError("bad") from inner
    except ValueError as error:
        return error


def in_context():
    try:
        try:
            raise KeyError(PAN)
        except KeyError:
            raise ValueError("bad") from None
    except ValueError as error:
        return error


def in_attribute():
    error = ValueError("bad")
    error.document = {"2": PAN}
    return error


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (ValueError(f"card {PAN}"), "text"),
        (ValueError("at", PAN.encode().hex()), "text"),
        (ValueError("0123456789abcdef"), "text"),
        (DecodeError("digits", seen=PAN), "text"),
        (chained(), "cause.text"),
        (in_context(), "context.text"),
        (in_attribute(), "document"),
        (DecodeError("digits", field="2", offset=22), ""),
        (ValueError("9999991234567891"), ""),
    ],
)
def test_it_is_found(error, where):
    assert leaked(error, SECRETS) in (where, where.replace("cause", "context"))


def test_our_own_errors_carry_none():
    wire = load_dialect("iso87-ascii").pack(MESSAGE)
    for size in range(len(wire)):
        with pytest.raises(DecodeError) as caught:
            load_dialect("iso87-ascii").unpack(wire[:size])
        assert leaked(caught.value, SECRETS) == ""


def test_errors_that_hold_each_other_come_to_an_end():
    one, other = ValueError("a"), ValueError("b")
    one.__context__, other.__context__ = other, one
    assert leaked(one, SECRETS) == ""
