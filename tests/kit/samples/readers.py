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


def clumsy(data):
    """Fails in two ways, in two places."""
    message = careful(data)
    if 2 in message.fields:
        raise KeyError(2)
    raise KeyError(message.mti)


def mapped(data):
    """Gives a mapping, as pyiso8583 does, with bitmaps and what more it has."""
    message = careful(data)
    fields = {str(number): value for number, value in message.fields.items()}
    return {"t": message.mti, "p": "8000000000000000", "bm": {2}, **fields}


def numbered(data):
    """Gives its fields by their numbers: amounts as numbers, bytes as bytes."""
    message = careful(data)
    fields = dict(message.fields)
    for number, value in message.fields.items():
        if ASCII.fields[number].notation.kind == "b":
            fields[number] = bytes.fromhex(value)
        elif ASCII.fields[number].notation.kind == "n":
            fields[number] = int(value)
    return {"mti": int(message.mti), "fields": fields}


def trusting(data):
    """Takes whatever comes."""
    return {"t": data[:4].decode("latin-1")}


def confused(data):
    """Gives the time where the trace number is asked for."""
    return mapped(data) | {"11": "123456"}


def forgetful(data):
    """Leaves out the trace number."""
    found = mapped(data)
    found.pop("11", None)
    return found


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
