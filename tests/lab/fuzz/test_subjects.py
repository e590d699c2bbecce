"""lab.fuzz.subjects: what is fuzzed is found, and which of its errors are documented."""

import json
import sys

import pytest

from cardswitch.lab.fuzz.subjects import our_reader, reference_of, subject_of, your_reader
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError, DecodeError, DialectError
from tests.kit.samples import readers

POS = load_dialect("pos")
READERS = "tests.kit.samples.readers"


def test_ours_may_raise_errors_of_format():
    ours = our_reader(POS)
    assert ours.allows(DecodeError("digits"))
    assert not ours.allows(ValueError())
    with pytest.raises(DecodeError):
        ours.read(b"")


@pytest.mark.parametrize(
    ("allow", "allowed"),
    [
        ("KeyError", True),
        ("LookupError", True),
        ("builtins.KeyError", True),
        ("IndexError", False),
        ("json.JSONDecodeError", False),
    ],
)
def test_yours_may_raise_what_you_say(allow, allowed):
    assert your_reader(f"{READERS}:careful", POS, (allow,)).allows(KeyError()) is allowed


@pytest.mark.parametrize(
    ("allow", "error"),
    [
        ("Refused", readers.Refused()),
        ("tests.kit.samples.readers.Refused", readers.Refused()),
        ("DecodeError", DecodeError("digits")),
        ("json.JSONDecodeError", json.JSONDecodeError("x", "", 0)),
    ],
)
def test_errors_have_the_names_that_their_users_know(allow, error):
    assert your_reader(f"{READERS}:careful", POS, (allow,)).allows(error)


@pytest.mark.parametrize(
    "name", ["ValueEror", "mine.KeyError", "json.nothing", "json.loads", "", "tests.kit.nowhere.X"]
)
def test_an_error_that_nobody_has_is_refused_by_name(name):
    with pytest.raises(ConfigError, match=f"--allow '{name}'"):
        your_reader(f"{READERS}:careful", POS, ("ValueError", name))


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere", "module:function is expected"),
        (":f", "module:function is expected"),
        ("tests.lab.fuzz.nowhere:f", "ModuleNotFoundError"),
        (f"{READERS}:nothing", "AttributeError"),
        (f"{READERS}:NO_FUNCTION", "a function of bytes"),
    ],
)
def test_what_is_not_there_is_named(target, said):
    with pytest.raises(ConfigError, match=said):
        your_reader(target, POS)


def test_a_target_is_found_in_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "their_parser.py").write_text(
        "class P:\n    @staticmethod\n    def read(b): return 7\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p])
    assert your_reader("their_parser:P.read", POS).read(b"") == 7


def test_a_finding_finds_its_subject():
    assert subject_of("pos", "", ()).dialect.name == POS.name
    assert subject_of("pos", f"{READERS}:careful", ("Refused",)).allow == ("Refused",)
    with pytest.raises(DialectError):
        subject_of("iso99", "", ())


def test_the_reference_reads_or_has_no_opinion():
    reference = reference_of(POS)
    assert reference.read(bytes.fromhex("081000200000020000000000013030")).fields[39] == "00"
    assert reference.read(b"\x08") is None
    assert reference_of(POS) is reference
