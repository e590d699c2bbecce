"""`cardswitch up`: one process that says where everybody is, serves, and closes bank days."""

import asyncio
import json
import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from cardswitch.hosts.vault import open_vault
from cardswitch.lab.cli import up
from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.running import running
from cardswitch.specs.errors import Error
from cardswitch.switch.operate.closing import cut_over
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import open_session
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator.options import LogOptions
from tests.kit.programs import House

PATIENCE_S = 30.0


@pytest.fixture
def house(tmp_path):
    """A lab on ports that nobody has; what is started ends with the test."""
    house = House(tmp_path)
    try:
        yield house
    finally:
        house.end()


@pytest.fixture
def start(monkeypatch):
    """`cardswitch up` up to the point where it would serve; its result, and whom it would serve."""
    served = []

    async def serve(lab, log, clock):
        served.append((lab, log))

    monkeypatch.setattr(up, "_serve", serve)
    return lambda *words: (CliRunner().invoke(cli, ["up", *map(str, words)]), served)


def test_it_serves_until_it_is_asked_to_stop(house):
    program = house.start("up", "--trace", ready="ready; stop with Ctrl-C")
    said = program.said.read_text()
    listeners = house.lab.switch.listeners
    for port in (listeners["pos"].port, listeners["network"].port, house.lab.hsm.port):
        assert f"127.0.0.1:{port}" in said
    for page in ("https://pay.localhost:", "https://bank.localhost:"):
        assert page in said
    code, outcome = house.sell("12.50 --card good --pin 1234")
    assert (code, outcome["code"]) == (0, "00")
    program.wait_for("-> pos/1 ")  # The trace shows the answer, with the card masked.
    assert re.search(
        r"<- pos/1 +<0200 .*35=\*\*\* \(37\).*52=\*\*\* \(16\)", program.said.read_text()
    )
    assert program.stop() == 0
    assert json.loads(house.run("switch", "journal", "--json", "--limit", "1")[1])["code"] == "00"


def test_the_first_start_makes_a_lab_and_shows_it(start, tmp_path):
    result, served = start("--data", tmp_path / "lab")
    assert result.exit_code == 0
    assert f"made {tmp_path / 'lab' / 'lab.toml'}" in result.stderr
    assert "[switch.listeners.pos]" in result.stdout
    assert "[[issuer.cards]]" not in result.stdout
    assert "9999990000000014" not in result.output
    [(lab, log)] = served
    assert (lab.folder, log) == (tmp_path / "lab", LogOptions())


def test_the_second_start_changes_nothing(start, tmp_path):
    start("--data", tmp_path / "lab")
    before = (tmp_path / "lab" / "lab.toml").read_bytes()
    result, served = start("--data", tmp_path / "lab", "--quiet", "--trace")
    assert result.output == ""
    assert (tmp_path / "lab" / "lab.toml").read_bytes() == before
    assert served[1][1] == LogOptions(is_quiet=True, has_trace=True)


def test_a_configuration_of_ones_own_is_never_made(start, tmp_path):
    result, served = start("--config", tmp_path / "mine.toml")
    assert "mine.toml" in str(result.exception)
    assert not served
    assert not list(tmp_path.iterdir())


def test_a_new_lab_has_ports_in_a_row(start, tmp_path):
    result, [(house, _)] = start("--data", tmp_path / "lab", "--ports-from", 19_000)
    assert result.exit_code == 0
    assert (house.hsm.port, house.issuer.network.port) == (19_000, 19_003)
    assert start("--data", tmp_path / "lab", "--ports-from", 19_000)[0].exit_code == 0
    refused, _ = start("--data", tmp_path / "lab", "--ports-from", 18_000)
    assert refused.exit_code == 2
    assert "--ports-from is for a new lab" in refused.stderr


def test_a_clock_begins_at_a_time_to_come(start, tmp_path, monkeypatch):
    clocks = []

    async def serve(_lab, _log, clock):
        clocks.append(clock)

    monkeypatch.setattr(up, "_serve", serve)
    start("--data", tmp_path / "lab", "--clock", "2099-11-30T22:59+01:00")
    begins = datetime(2099, 11, 30, 21, 59, tzinfo=UTC).timestamp()
    assert begins <= clocks[0].now() < begins + PATIENCE_S
    for text, words in (("2020-01-01", "forward only"), ("tomorrow", "expected a time")):
        result, _ = start("--data", tmp_path / "lab", "--clock", text)
        assert (result.exit_code, words in result.stderr) == (2, True)


def test_those_programs_run_that_the_file_has_sections_of(house):
    text = house.config.read_text("utf-8")
    house.config.write_text("[hsm]" + text.split("\n[hsm]")[1].split("\n[switch]")[0], "utf-8")
    program = house.start("up", ready="ready; stop with Ctrl-C")
    assert "HSM simulator" in program.said.read_text()
    assert "switch, pos" not in program.said.read_text()
    assert program.stop() == 0


async def close_until(lab, holds):
    """Look for ended bank days until *holds()*."""
    await look_until(up._close_days(lab.switch, lab.settlement), holds)


async def look_until(looking, holds):
    """Go on with *looking* until *holds()*."""
    closing = asyncio.create_task(looking)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.005)
    finally:
        closing.cancel()


def test_a_bank_day_that_has_ended_is_closed(house, monkeypatch, capsys):
    monkeypatch.setattr(up, "LOOK_FOR_CUT_OFF_S", 0.005)
    card = find_card(read_cards(house.folder / "cards.toml"), "good")

    async def main():
        async with running(house.lab) as programs:
            await programs.ready()
            async with open_session(house.lab.terminal) as session:
                order = Order(amount=1250, currency="EUR", card=card, entry="swipe", pin="1234")
                async for _ in session.perform(lambda terminal, now: terminal.ask(order, now)):
                    pass
            vault = open_vault(house.lab.switch.vault)
            await asyncio.to_thread(cut_over, house.lab.switch, vault, "end of the test")
            await close_until(house.lab, told)

    def told():
        said.append(capsys.readouterr().err)
        return "closed 20" in "".join(said)

    said = []
    run(main())
    [line] = "".join(said).splitlines()
    [date] = re.findall("closed ([0-9-]+): ", line)
    deposit, reports = f"deposit-{date}", f"reports-{date}"
    wanted = {f"{deposit}.csv", f"{deposit}-sheet.csv", f"{deposit}.xml", reports}
    written = {path.name for path in (house.folder / "deposits").iterdir()}
    assert written == wanted | {f"{reports}.sha256"}


def test_what_the_bank_answers_is_booked(house, monkeypatch, capsys):
    monkeypatch.setattr(up, "LOOK_FOR_CUT_OFF_S", 0.005)
    folder = house.folder / "bank"
    folder.mkdir()
    (folder / "note.xml").write_bytes(b"<a/>")
    said = []

    def told():
        said.append(capsys.readouterr().err)
        return "note.xml: refused, " in "".join(said)

    async def main():
        async with running(house.lab):
            await look_until(up._take_answers(house.lab.switch, house.lab.settlement), told)

    run(main())
    assert len("".join(said).splitlines()) == 1


def test_what_hinders_a_close_is_said_once(house, monkeypatch, capsys):
    monkeypatch.setattr(up, "LOOK_FOR_CUT_OFF_S", 0.001)
    tries = []

    def refuse(*_):
        tries.append(1)
        raise Error("a purchase is open")

    monkeypatch.setattr("cardswitch.switch.operate.settle.close_days", refuse)
    run(close_until(house.lab, lambda: len(tries) > 3))
    assert capsys.readouterr().err == "the bank day cannot be closed yet: a purchase is open\n"


def test_what_a_disk_refuses_is_said_once_and_tried_again(monkeypatch, capsys):
    monkeypatch.setattr(up, "LOOK_FOR_CUT_OFF_S", 0.0)
    tries = []

    def deed():
        tries.append(1)
        if len(tries) < 3:
            raise PermissionError(13, "Permission denied", "bank")
        return ["done"]

    async def main():
        task = asyncio.create_task(up._do_again("not yet", deed))
        while len(tries) < 4:
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(main())
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["not yet: [Errno 13] Permission denied: 'bank'", "done"]


def test_a_folder_that_is_deleted_meanwhile_is_said_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(up, "LOOK_FOR_CUT_OFF_S", 0.01)
    folder = tmp_path / "lab"
    folder.mkdir()

    async def main():
        task = asyncio.create_task(up._miss_folder(folder))
        await asyncio.sleep(0.05)
        assert not task.done()
        folder.rmdir()
        await asyncio.wait_for(task, PATIENCE_S)

    asyncio.run(main())
    assert capsys.readouterr().err.startswith(f"{folder}: the folder is gone; move it back")
