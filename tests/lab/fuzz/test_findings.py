"""lab.fuzz.findings: written and read again, and gone once the fault is mended."""

import msgspec
import pytest

from cardswitch.lab.fuzz.findings import Finding, fault_of, key_of, read_findings, write_findings
from cardswitch.lab.fuzz.oracles import Fault
from cardswitch.lab.fuzz.subjects import our_reader
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError, DialectError

BAD = Finding(
    key="0123456789ab",
    dialect="iso87-ascii",
    oracle="error",
    what="IndexError in readers.py, careless: raise IndexError(length)",
    data=(b"0" * 20 + b"-5").hex(),
    target="tests.kit.samples.readers:careless",
    allow=("Refused", "ValueError"),
    secrets=("9999991234567890",),
)


def test_findings_come_back():
    assert read_findings(write_findings([BAD, BAD]).encode(), "x.json") == [BAD, BAD]


@pytest.mark.parametrize("text", [b"", b"{}", b'[{"key": "x"}]', b"\xff", b"[" * 100_000])
def test_other_files_are_refused(text):
    with pytest.raises(ConfigError, match=r"x\.json: findings as .* are expected"):
        read_findings(text, "x.json")


def test_data_must_be_hex():
    bad = msgspec.structs.replace(BAD, data="0x")
    with pytest.raises(ConfigError, match="hex"):
        read_findings(write_findings([bad]).encode(), "x.json")


def test_a_finding_is_replayed():
    assert fault_of(BAD) == Fault(
        "error", "IndexError in readers.py, careless: raise IndexError(length)"
    )
    mended = msgspec.structs.replace(BAD, target="tests.kit.samples.readers:careful")
    assert fault_of(mended) is None
    with pytest.raises(DialectError):
        fault_of(msgspec.structs.replace(BAD, dialect="iso99"))


def test_one_key_is_one_kind_of_fault():
    ascii_, pos = our_reader(load_dialect("iso87-ascii")), our_reader(load_dialect("pos"))
    keys = {
        key_of(subject, Fault(oracle, what))
        for subject in (ascii_, pos)
        for oracle in ("error", "walk")
        for what in ("a", "b")
    }
    assert len(keys) == 8
    assert key_of(pos, Fault("error", "a")) == key_of(pos, Fault("error", "a"))


def test_it_shows_no_input():
    assert BAD.data not in repr(BAD)
    assert "9999991234567890" not in repr(BAD)
