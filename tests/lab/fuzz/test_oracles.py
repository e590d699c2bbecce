"""lab.fuzz.oracles: each notices a reader that is wrong in its way, and repeats no input."""

import time

import pytest

from cardswitch.lab.fuzz import ORACLES, checks, limits, oracles
from cardswitch.lab.fuzz.oracles import Fault, examine
from cardswitch.lab.fuzz.subjects import Subject, your_reader
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.message import Message
from tests.kit.samples import readers

ASCII = load_dialect("iso87-ascii")
PAN = "9999991234567890"
SALE = Message("0200", {2: PAN, 3: "000000", 11: "000007", 55: "9F36028001", 60: "1234"})
WIRE = ASCII.pack(SALE)


def ours(read=ASCII.unpack):
    return Subject(ASCII, read)


def yours(name):
    return your_reader(f"tests.kit.samples.readers:{name}", ASCII, ("Refused",))


def raising(error):
    def read(data):
        raise error

    return read


def hangs(data):
    while True:
        pass


def test_all_is_well_with_our_own():
    assert examine(ours(), WIRE, (PAN,), True).fault is None
    assert examine(ours(), WIRE).ending == ("read", "0200", "2 3 11 55 60")
    assert examine(ours(), WIRE[:-1], (PAN,), True).ending[:2] == ("MessageError", "60")


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (raising(KeyError(PAN)), Fault("error", "KeyError in test_oracles.py, read")),
        (raising(RecursionError()), Fault("error", "RecursionError in test_oracles.py, read")),
        (raising(SystemExit(1)), Fault("error", "SystemExit in test_oracles.py, read")),
        (raising(DecodeError("x", seen=PAN)), Fault("secret", "DecodeError: its text")),
        (lambda data: SALE.without(3), Fault("roundtrip", "other bytes are written")),
        (lambda data: Message("0200", {4: "1"}), Fault("roundtrip", "EncodeError in fields.py")),
    ],
)
def test_what_readers_do_wrong(read, expected):
    found = examine(ours(read), WIRE, (PAN,)).fault
    assert found.oracle == expected.oracle
    assert found.what.startswith(expected.what)
    assert PAN not in found.what


def test_a_fault_is_known_by_its_place():
    """Two places in one function are two faults; one that moves with its line is the same."""
    one, other = (
        examine(yours("clumsy"), ASCII.pack(message)).fault for message in (SALE, SALE.without(2))
    )
    assert one.what == "KeyError in readers.py, clumsy: raise KeyError(2)"
    assert other.what == "KeyError in readers.py, clumsy: raise KeyError(message.mti)"


@pytest.mark.parametrize("name", ["mapped", "numbered", "careful"])
def test_a_mapping_that_says_what_ours_reads_is_right(name):
    assert examine(yours(name), WIRE).fault is None


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("trusting", WIRE[:-1], "reads what ours refuses, field 60: message-short"),
        ("confused", WIRE, "another value of field 11"),
        ("forgetful", WIRE, "no field 11"),
    ],
)
def test_a_mapping_that_says_something_else(name, data, what):
    found = examine(yours(name), data).fault
    assert found == Fault("accept", what)


def test_two_readers_of_ours_that_differ(monkeypatch):
    monkeypatch.setattr(checks, "unpack_by_table", lambda *_: SALE.with_fields({3: "1"}))
    assert examine(ours(), WIRE).fault == Fault("walk", "other values are read")


class LazyDialect:
    """A dialect whose lazy reader does something else."""

    def __init__(self, lazily):
        self.unpack_lazy = lazily
        self.is_lazily_refused = lambda data: False

    def __getattr__(self, name):
        return getattr(ASCII, name)


@pytest.mark.parametrize(
    ("lazily", "data", "what"),
    [
        (lambda data: SALE.without(3), WIRE, "other bytes are written"),
        (lambda data: SALE, WIRE[:-1], "reads what the strict reader refuses"),
        (raising(KeyError()), WIRE[:-1], "KeyError in test_oracles.py, read: raise error"),
        (raising(KeyError()), WIRE, "KeyError in test_oracles.py, read: raise error"),
    ],
)
def test_a_lazy_reader_that_differs(lazily, data, what):
    subject = Subject(LazyDialect(lazily), ASCII.unpack)
    assert examine(subject, data).fault == Fault("lazy", what)


@pytest.mark.parametrize(
    ("name", "data", "oracle"),
    [
        ("careful", WIRE, ""),
        ("careful", WIRE[:-1], ""),
        ("careless", WIRE[:20] + b"xx", "error"),
        ("careless", WIRE[:20] + b"-1", "error"),
        ("talkative", WIRE[:-1], "secret"),
        ("greedy", WIRE, "memory"),
        ("leaves", WIRE, "error"),
    ],
)
def test_of_yours_less_is_asked(name, data, oracle):
    fault = examine(yours(name), data, (PAN,), measured=True).fault
    assert (fault.oracle if fault else "") == oracle


def test_every_oracle_is_explained():
    assert all(f"\n{name} " in oracles.__doc__ for name in ORACLES)


def test_every_check_is_one_of_the_oracles_in_their_order():
    names = [check.__name__ for check in checks.CHECKS]
    assert names == [name for name in ORACLES if name in names]


def test_what_is_slow_or_hangs_is_a_fault(monkeypatch):
    monkeypatch.setattr(limits, "TIME_MAX_S", 0.01)
    assert examine(yours("lazy"), WIRE).fault == Fault("time", "more than 0.01 s")
    once = iter([0.02])
    slow_once = ours(lambda data: time.sleep(next(once, 0)) or readers.careful(WIRE))
    assert examine(slow_once, WIRE).fault is None
    monkeypatch.setattr(limits, "HANG_S", 0.05)
    with limits.watched():
        assert examine(ours(hangs), WIRE).fault == Fault("time", "more than 0.05 s")


def test_memory_is_not_looked_at_unless_it_is_asked_for():
    assert examine(yours("greedy"), WIRE).fault is None
