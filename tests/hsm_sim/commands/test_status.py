"""NC, B2, N0, NO, J2, J4, J8, JK and RA."""

from random import Random

import pytest

from cardswitch.specs.hsm import Command, HsmFormatError, unpack_command
from cardswitch.specs.hsm.commands.admin import (
    cancel_authority,
    command_volumes,
    diagnostics,
    echo,
    health,
    health_counts,
    module_load,
    module_status,
    random_value,
    read_volumes,
)
from tests.kit.hsm.module import ask, module


def test_a_module_says_that_it_simulates() -> None:
    answer = ask(module(), diagnostics())
    assert answer.fields == {"lmk_check": "4F550070D645C657", "firmware": "0000-SIM0"}


@pytest.mark.parametrize("data", ["", "HELLO", "100% ; \r\n\x00\xff", "x" * 65535])
def test_echo(data: str) -> None:
    assert ask(module(), echo(data)).fields == {"data": data}


def test_what_would_look_like_a_trailer_is_not_echoed() -> None:
    assert ask(module(), echo("a\x19b")).error == "15"


@pytest.mark.parametrize("length", [1, 8, 256])
def test_random_bytes_are_as_many_as_asked_for(length: int) -> None:
    seen = ask(module(), random_value(length)).fields["random"]
    assert seen.encode("latin-1") == Random(2024).randbytes(length)


@pytest.mark.parametrize("length", ["000", "257", "1", "999"])
def test_no_other_length(length: str) -> None:
    with pytest.raises(HsmFormatError):
        unpack_command(f"1234N0{length}".encode())


def test_status() -> None:
    status = {"buffer": "3", "net_type": "1", "sockets": "64"}
    status |= {"firmware": "0000-SIM0", "reserved": "00000"}
    assert ask(module(), module_status()).fields == status
    with pytest.raises(HsmFormatError):
        unpack_command(b"1234NO01")


def test_load_is_that_of_the_last_ten_seconds() -> None:
    hsm = module()
    for number in range(50):
        hsm.answer(diagnostics(), 100.0 + number / 10)
    answer = hsm.answer(module_load(), 111.0)
    assert answer.fields == {"commands_per_second": "0000005", "commands": "0000000051"}
    assert hsm.answer(module_load(), 200.0).fields["commands_per_second"] == "0000000"


def test_volumes_count_what_was_asked() -> None:
    hsm = module()
    for command in (diagnostics(), diagnostics(), Command("", "ZZ")):
        hsm.answer(command)
    assert read_volumes(ask(hsm, command_volumes())) == {"NC": 2, "ZZ": 1, "J4": 1}


def test_counts_of_what_should_be_rare() -> None:
    hsm = module()
    names = ["reboots", "tampers", "pin_minute_limits", "pin_hour_limits", "pin_attacks"]
    state, failures = hsm.state, hsm.state.pin_failures
    state.reboots, state.tampers = 1, 2
    failures.minute_limits, failures.hour_limits, failures.attacks = 3, 4, 5
    counts = ask(hsm, health_counts()).fields
    assert list(counts) == names
    assert [int(count) for count in counts.values()] == [1, 2, 3, 4, 5]
    failures.hour_limits = 1_000_000
    assert ask(hsm, health_counts()).fields["pin_hour_limits"] == "99999"


def test_health_shows_a_tamper_and_closed_pins() -> None:
    hsm = module()
    well = {"tampered": "0", "cause": "00", "lmks": "02", "test_lmks": "02", "pins_closed": "0"}
    assert ask(hsm, health()).fields == well
    hsm.state.pin_failures.is_closed = True
    assert ask(hsm, health()).fields == {**well, "pins_closed": "1"}
    hsm.tamper("test")
    erased = {"tampered": "1", "cause": "01", "lmks": "00", "test_lmks": "00", "pins_closed": "1"}
    assert ask(hsm, health()).fields == erased
    assert ask(hsm, health_counts()).fields["tampers"] == "0000000001"
    assert ask(hsm, diagnostics()).error == "13"


def test_authority_is_cancelled() -> None:
    hsm = module()
    hsm.state.authority.until["export"] = 60.0
    assert hsm.state.is_authorised("export.001.host")
    assert ask(hsm, cancel_authority()).ok
    assert not hsm.state.is_authorised("export.001.host")
    assert ask(hsm, cancel_authority()).ok
