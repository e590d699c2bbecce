"""The scripts of bench/ start: what they import is still where they look for it."""

import importlib
from pathlib import Path

import pytest

SCRIPTS = sorted(path.stem for path in Path("bench").glob("*.py"))
OF_A_PEER = frozenset({"atheris_decode"})  # needs the fuzzer that it feeds


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in OF_A_PEER])
def test_a_script_can_be_imported(name):
    importlib.import_module(f"bench.{name}")
