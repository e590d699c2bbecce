"""Commands about components, forms and the user storage: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.keys.forms import (
    COMMANDS,
    change_key_scheme,
    form_key,
    generate_component,
    read_texts,
    renew_key,
    store_bytes,
    store_texts,
)
from tests.kit.hsm.lines import TPK, ZPK, check_line

LINES = {
    "LAB0220005a%01b": store_bytes(0x22, b"a%01b"),
    "A2001U": generate_component("001"),
    f"A42000X{TPK}{ZPK}": form_key("000", [TPK, ZPK], "X"),
    f"B0001{ZPK}X": change_key_scheme("001", ZPK, "X"),
    f"BWFFF{ZPK};001;0U0": renew_key("001", ZPK),
    f"LAK00A02{TPK}{ZPK}": store_texts(10, [TPK, ZPK]),
    "LEK00A01": read_texts(10),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
