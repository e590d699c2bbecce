"""Older commands for MACs: MA, MC, ME; MQ and MS of long messages."""

import pytest

from cardswitch.specs.hsm.commands.data.macs_older import (
    generate_mac_older,
    generate_mac_x919_older,
    generate_mac_zak_older,
    translate_mac_older,
    verify_mac_older,
)
from cardswitch.specs.security.mac import generate_mac_iso9797
from tests.kit.hsm.module import TAK, ask, key, module, under_lmk

TAK_TEXT, ZAK_TEXT = under_lmk("003", TAK), under_lmk("008", TAK)
DATA = b"Now is the time for all good men!"


def test_a_whole_message() -> None:
    hsm = module()
    made = ask(hsm, generate_mac_zak_older(ZAK_TEXT, DATA)).fields["mac"]
    assert made == generate_mac_iso9797(TAK, DATA, 1, 1).hex().upper()
    for text, zak in ((TAK_TEXT, False), (ZAK_TEXT, True)):
        made = ask(hsm, generate_mac_x919_older(text, DATA, zak=zak)).fields["mac"]
        assert made == generate_mac_iso9797(TAK, DATA, 3, 1).hex().upper()


def test_pieces_give_the_mac_of_the_whole() -> None:
    hsm, iv = module(), ""
    for mode, piece in (("1", DATA[:8]), ("2", DATA[8:24]), ("3", DATA[24:])):
        iv = ask(hsm, generate_mac_x919_older(TAK_TEXT, piece, mode, iv)).fields["mac"]
    assert iv == generate_mac_iso9797(TAK, DATA, 3, 1).hex().upper()


def test_a_key_of_single_length_takes_algorithm_1() -> None:
    single = key(9, 8)
    hsm = module(refuse_single_length=False)
    asked = generate_mac_x919_older(under_lmk("003", single, "Z"), DATA, double=False)
    assert ask(hsm, asked).fields["mac"] == generate_mac_iso9797(single, DATA, 1, 1).hex().upper()


@pytest.mark.parametrize(
    ("text", "zak", "double", "error"),
    [(TAK_TEXT, True, True, "10"), (ZAK_TEXT, False, True, "10"), (TAK_TEXT, False, False, "27")],
)
def test_another_key_is_refused(text: str, zak: bool, double: bool, error: str) -> None:
    asked = generate_mac_x919_older(text, DATA, zak=zak, double=double)
    assert ask(module(), asked).error == error


def test_a_mac_is_made_verified_and_translated() -> None:
    hsm, other = module(), under_lmk("003", key(9))
    made = ask(hsm, generate_mac_older(TAK_TEXT, DATA)).fields["mac"]
    assert made == generate_mac_iso9797(TAK, DATA, 3, 1).hex().upper()[:8]
    assert ask(hsm, verify_mac_older(TAK_TEXT, DATA, made)).ok
    moved = ask(hsm, translate_mac_older(TAK_TEXT, other, DATA, made)).fields["mac"]
    assert ask(hsm, verify_mac_older(other, DATA, moved)).ok


def test_what_has_another_mac_is_not_translated() -> None:
    hsm = module()
    made = ask(hsm, generate_mac_older(TAK_TEXT, DATA)).fields["mac"]
    for command in (
        verify_mac_older(TAK_TEXT, DATA + b"!", made),
        translate_mac_older(TAK_TEXT, TAK_TEXT, DATA + b"!", made),
    ):
        answer = ask(hsm, command)
        assert (answer.error, answer.fields) == ("01", {})
