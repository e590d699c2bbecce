"""Readers with faults, for the tests of what finds them."""

import time

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError

ASCII = load_dialect("iso87-ascii")


class Refused(ValueError):
    """The documented error of these readers."""


def careful(data):
    """Reads or refuses."""
    try:
        return ASCII.unpack(data)
    except DecodeError as error:
        raise Refused(error.field) from None


def careless(data):
    """Takes what int() takes, and fails on what it does not."""
    length = int(data[20:22])
    if length < 0:
        raise IndexError(length)
    return careful(data)


def talkative(data):
    """Says the whole message."""
    try:
        return careful(data)
    except Refused:
        raise Refused(data.decode("latin-1")) from None


def greedy(data):
    """Takes a MiB for each byte, up to 4."""
    return bytes(min(len(data), 4) << 20)


def lazy(data):
    """Takes its time."""
    time.sleep(0.02)


def leaves(data):
    """Ends the program."""
    raise SystemExit(1)


NO_FUNCTION = 1
