"""NC, B2, N0, NO, J2, J4, J8, JK and RA."""

from random import Random

import pytest

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.hsm import Command, HsmFormatError, pack_answer, unpack_command
from cardswitch.specs.hsm.commands.module.status import (
    cancel_authority,
    command_volumes,
    diagnostics,
    echo,
    health,
    health_counts,
    module_load,
    module_status,
    random_value,
    read_loads,
    read_volumes,
)
from tests.kit.hsm.module import ask, module


def test_a_module_says_that_it_simulates() -> None:
    answer = ask(module(), diagnostics())
    assert answer.fields == {"lmk_check": "4F550070D645C657", "firmware": "0000-SIM0"}


@pytest.mark.parametrize(
    "data", ["", "HELLO", "100% ; \r\n\x00\xff", "x" * 65535, "a\x19b", *map(chr, range(256))]
)
def test_echo(data: str) -> None:
    assert ask(module(), echo(data)).fields == {"data": data}


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
    assert ask(module(), module_status("01")).fields == {"pci_mode": "0"}
    with pytest.raises(HsmFormatError):
        unpack_command(b"1234NO02")


# 2026-11-28 at 23:59:50, and ten seconds later.
STARTED = 1795910390.0
PERIOD = {
    "serial": "SIM000000001",
    "start_date": "261128",
    "start_time": "235950",
    "end_date": "261129",
    "end_time": "000000",
    "now_date": "261129",
    "now_time": "000000",
}


def test_load_tells_how_busy_each_second_was() -> None:
    hsm = module()
    hsm.state.started = STARTED
    for number in range(150):
        hsm.answer(diagnostics(), STARTED + 1 + number / 1000)
    hsm.answer(diagnostics(), STARTED + 2)
    answer = hsm.answer(module_load(), STARTED + 10)
    assert (answer.fields | PERIOD, answer.fields["seconds"]) == (answer.fields, f"{9:010d}")
    loads = read_loads(answer)
    assert (loads[0, 10], loads[10, 20], sum(loads.values())) == (8, 1, 9)
    assert list(loads) == [(step, step + 10) for step in range(0, 100, 10)]


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
    state.started, state.now = STARTED, STARTED + 10
    counts = hsm.answer(health_counts(), STARTED + 10).fields
    assert [int(counts[name]) for name in names] == [1, 2, 3, 4, 5]
    assert list(counts.items())[: len(PERIOD)] == list(PERIOD.items())
    failures.hour_limits = 1_000_000
    assert ask(hsm, health_counts()).fields["pin_hour_limits"] == "99999"


def _health(hsm: HsmModule) -> str:
    """The answer to JK, as a client reads it."""
    answer = hsm.answer(unpack_command(b"0001JK"), STARTED)
    return pack_answer(answer).decode("latin-1").removeprefix("0001JL00")


def test_health_is_laid_out_as_clients_read_it() -> None:
    hsm = module()
    head = "SIM000000001" + "261128" + "235950" + "0010" + "00"
    rows = "00000V0Ttest LMK\x14" + "01000K2Ttest LMK\x14"
    well = f"{head}1" + "020202" + rows
    assert _health(hsm) == f"{well}\x15" + "00"
    hsm.state.pin_failures.clients_closed["10.0.0.7"] = None
    assert _health(hsm) == f"{well}\x15" + "10"
    hsm.state.authority.until["export"] = STARTED + 60
    assert "00101V0Ttest LMK\x14" in _health(hsm)
    hsm.state.pin_failures.attacks = 1
    hsm.state.now = STARTED - 3600
    hsm.tamper("test")
    assert _health(hsm) == f"{head}2" + "01261128225950" + "000000" + "\x1511"
    assert ask(hsm, health_counts()).fields["tampers"] == "0000000001"
    assert ask(hsm, diagnostics()).error == "13"
    assert ask(hsm, health()).fields["cause"] == "01"


def test_authority_is_cancelled() -> None:
    hsm = module()
    hsm.state.authority.until["export"] = 60.0
    assert hsm.state.is_authorised("export.001.host")
    assert ask(hsm, cancel_authority()).ok
    assert not hsm.state.is_authorised("export.001.host")
    assert ask(hsm, cancel_authority()).ok
