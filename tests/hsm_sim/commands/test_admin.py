"""NC and B2."""

import pytest

from cardswitch.specs.hsm.commands.admin import diagnostics, echo
from tests.kit.hsm.module import ask, module


def test_a_module_says_that_it_simulates() -> None:
    answer = ask(module(), diagnostics())
    assert answer.fields == {"lmk_check": "4F550070D645C657", "firmware": "0000-SIM0"}


@pytest.mark.parametrize("data", ["", "HELLO", "100% ; \r\n\x00\xff", "x" * 65535])
def test_echo(data: str) -> None:
    assert ask(module(), echo(data)).fields == {"data": data}


def test_what_would_look_like_a_trailer_is_not_echoed() -> None:
    assert ask(module(), echo("a\x19b")).error == "15"
