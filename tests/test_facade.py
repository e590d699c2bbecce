"""`from cardswitch import …`: everything that is promised, and nothing before it is asked for."""

import subprocess
import sys

import pytest

import cardswitch
from cardswitch.hsm_sim.client.client import HsmClient
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing import strategies
from cardswitch.specs.message import Message


def imported(code):
    """The modules that are loaded after *code*, without those that Python itself begins with."""
    tell = f"import sys; before = set(sys.modules)\n{code}\nprint(*set(sys.modules) - before)"
    command = [sys.executable, "-c", tell]
    return set(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())


def test_the_name_alone_loads_nothing_heavy():
    loaded = imported("import cardswitch")
    assert {name for name in loaded if name.startswith("cardswitch")} == {"cardswitch"}
    assert loaded.isdisjoint({"msgspec", "click", "asyncio", "cryptography", "sqlalchemy", "yaml"})


def test_a_message_loads_no_programs():
    loaded = imported("from cardswitch import Message, load_dialect; load_dialect('pos')")
    rooms = {name.split(".")[1] for name in loaded if name.startswith("cardswitch.")}
    assert rooms == {"specs"}
    assert loaded.isdisjoint({"asyncio", "click", "cryptography", "hypothesis", "sqlalchemy"})


def test_everything_that_is_promised_is_there_and_is_told():
    assert sorted(cardswitch.__all__) == cardswitch.__all__
    for name in cardswitch.__all__:
        assert getattr(cardswitch, name) is not None
    assert set(cardswitch.__all__) <= set(dir(cardswitch))


def test_names_are_those_of_the_rooms():
    assert cardswitch.Message is Message
    assert cardswitch.load_dialect is load_dialect
    assert cardswitch.FormatError is FormatError
    assert cardswitch.HsmClient is HsmClient
    assert cardswitch.strategies is strategies


def test_another_name_is_an_error_as_of_any_module():
    with pytest.raises(AttributeError, match="module 'cardswitch' has no attribute 'Mesage'"):
        _ = cardswitch.Mesage
    with pytest.raises(ImportError, match="cannot import name 'nobody'"):
        exec("from cardswitch import nobody")
    assert not hasattr(cardswitch, "__wrapped__")
