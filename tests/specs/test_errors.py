"""Errors say where, what was expected and what to try, in one line, on both sides of a process."""

import pickle

import pytest

from cardswitch.specs import errors
from cardswitch.specs.errors import DecodeError, EncodeError, Error, FormatError
from cardswitch.specs.message import MessageError


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (FormatError("a digit"), "expected a digit"),
        (FormatError("a digit", field="4"), "field 4: expected a digit"),
        (FormatError("a digit", offset=0), "at byte 0: expected a digit"),
        (FormatError("a digit", field="55", offset=7), "field 55 at byte 7: expected a digit"),
        (FormatError("a digit", seen="1B", hint="try 1"), "expected a digit, seen 1B (try 1)"),
    ],
)
def test_an_error_says_where_and_what(error, says):
    assert str(error) == says


def test_all_errors_have_one_root():
    classes = [
        c for c in vars(errors).values() if isinstance(c, type) and c.__module__ == errors.__name__
    ]
    assert 0 < len(classes) <= 12
    assert all(issubclass(c, Error) for c in classes)
    assert issubclass(DecodeError, FormatError)
    assert issubclass(EncodeError, FormatError)
    assert issubclass(FormatError, ValueError)


@pytest.mark.parametrize("kind", [FormatError, DecodeError, EncodeError, MessageError])
def test_an_error_survives_a_process_boundary(kind):
    error = kind("a digit", field="4", offset=3, seen="1B", hint="byte 30-39")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error)
