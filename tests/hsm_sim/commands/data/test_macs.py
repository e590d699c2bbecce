"""M6 and M8: in one go, in pieces, and what is refused."""

import msgspec
import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.data.macs import generate_mac, verify_mac
from cardswitch.specs.security.mac import generate_mac_iso9797
from tests.kit.hsm.module import TAK, ask, key, module, under_lmk

TEXT = under_lmk("003", TAK)
DATA = b"Now is the time for all good men"


def changed(command: Command, **fields: str) -> Command:
    """*command* with other fields."""
    return msgspec.structs.replace(command, fields={**command.fields, **fields})


@pytest.mark.parametrize("algorithm", ["1", "3"])
@pytest.mark.parametrize("padding", ["0", "1", "2"])
@pytest.mark.parametrize("length", [8, 16])
def test_a_mac_is_made_and_verified(algorithm: str, padding: str, length: int) -> None:
    hsm = module()
    mac = ask(hsm, generate_mac("003", TEXT, DATA, algorithm, padding, length)).fields["mac"]
    whole = generate_mac_iso9797(TAK, DATA, int(algorithm), int(padding))  # type: ignore[arg-type]
    assert mac == whole.hex().upper()[:length]
    assert ask(hsm, verify_mac("003", TEXT, DATA, mac, algorithm, padding)).ok
    wrong = mac[:-1] + ("0" if mac[-1] != "0" else "1")
    assert ask(hsm, verify_mac("003", TEXT, DATA, wrong, algorithm, padding)).error == "01"
    assert ask(hsm, verify_mac("003", TEXT, DATA + b"!", mac, algorithm, "1")).error == "01"


@pytest.mark.parametrize("input_format", ["0", "2"])
def test_data_may_come_as_it_is(input_format: str) -> None:
    raw = bytes(range(256)).decode("latin-1")
    asked = changed(generate_mac("003", TEXT, b""), input_format=input_format, data=raw)
    same = generate_mac("003", TEXT, bytes(range(256)))
    hsm = module()
    assert ask(hsm, asked).fields == ask(hsm, same).fields


@pytest.mark.parametrize("algorithm", ["1", "3"])
def test_pieces_give_the_mac_of_the_whole(algorithm: str) -> None:
    hsm = module()
    pieces = [generate_mac("003", TEXT, DATA[at : at + 8], algorithm) for at in (0, 8, 16)]
    iv = ask(hsm, changed(pieces[0], mode="1")).fields["mac"]
    assert len(iv) == 16
    iv = ask(hsm, changed(pieces[1], mode="2", iv=iv)).fields["mac"]
    last = ask(hsm, changed(pieces[2], mode="3", iv=iv)).fields["mac"]
    assert last == ask(hsm, generate_mac("003", TEXT, DATA[:24], algorithm)).fields["mac"]
    check = verify_mac("003", TEXT, DATA[16:24], last, algorithm)
    assert ask(hsm, changed(check, mode="3", iv=iv)).ok
    assert ask(hsm, changed(check, mode="3", iv="0" * 16)).error == "01"


def test_a_verification_may_chain_as_well() -> None:
    hsm = module()
    first = changed(generate_mac("003", TEXT, DATA[:8]), mode="1")
    second = changed(generate_mac("003", TEXT, DATA[8:16]), mode="2")
    iv = ask(hsm, first).fields["mac"]
    assert ask(hsm, msgspec.structs.replace(first, code="M8")).fields == {"mac": iv}
    second = changed(second, iv=iv)
    verifying = msgspec.structs.replace(second, code="M8")
    assert ask(hsm, verifying).fields == ask(hsm, second).fields


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (generate_mac("001", TEXT, DATA), "28"),
        (generate_mac("FFF", TEXT, DATA), "28"),
        (generate_mac("008", TEXT, DATA), "10"),
        (generate_mac("003", TEXT, b"seven b", padding="0"), "80"),
        (changed(generate_mac("003", TEXT, b"seven b"), mode="1"), "80"),
        (changed(generate_mac("003", TEXT, b""), mode="1"), "80"),
        (generate_mac("003", under_lmk("003", key(9, 24), "T"), DATA), "27"),
        (changed(generate_mac("003", TEXT, b""), data="0"), "15"),
        (changed(generate_mac("003", TEXT, b""), data="0a"), "15"),
        (changed(verify_mac("003", TEXT, DATA, "0" * 8), mac_size="1"), "15"),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    answer = ask(module(), command)
    assert (answer.error, answer.fields) == (error, {})
