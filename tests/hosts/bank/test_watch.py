"""The bank looks into a folder: each order is taken once, and one that is none is left alone."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from cardswitch.hosts.bank import watch as watching
from cardswitch.hosts.bank.config import BankConfig
from cardswitch.hosts.bank.offline import accounts_of, alone, recall
from cardswitch.hosts.bank.watch import BankWatch
from cardswitch.specs.errors import Error
from tests.kit.histories import CLOSED_AT
from tests.kit.orders import order_of

ORDER = order_of({"SHOP": 1250})
DAY_S = 86_400.0


class Told:
    """A clock that says what it is told."""

    at = CLOSED_AT

    def now(self):
        return self.at


@pytest.fixture
def orders(tmp_path):
    folder = tmp_path / "deposits"
    folder.mkdir()
    return folder


@pytest.fixture
def watch(tmp_path, orders):
    """A bank that books at once."""
    said = []
    made = BankWatch(BankConfig().placed(tmp_path), Told(), said.append)
    made.said = said
    return made


def test_an_order_is_taken_once(watch, orders):
    assert watch.look() == []
    (orders / "a.xml").write_bytes(ORDER)
    (orders / "a.csv").write_bytes(b"no order")
    assert watch.look() == ["status-000001.xml", "statement-000001-EUR.xml"]
    assert watch.look() == []
    (orders / "a.xml").write_bytes(ORDER)  # written once more, as it was
    assert watch.look() == []
    assert watch.said == ["bank: a.xml taken: status-000001.xml, statement-000001-EUR.xml"]


@pytest.mark.timeout(60)
@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_what_is_no_file_or_too_large_stands_in_the_way_of_no_order(watch, orders):
    (orders / "a.xml").mkdir()
    os.mkfifo(orders / "b.xml")
    with (orders / "c.xml").open("wb") as file:
        file.truncate(1 << 40)
    (orders / "d.xml").write_bytes(ORDER)
    assert watch.look() == ["status-000001.xml", "statement-000001-EUR.xml"]
    assert watch.said[0].startswith("bank: c.xml is no order")
    assert watch.look() == []


def test_a_bank_that_is_started_anew_knows_what_it_has_taken(watch, orders, tmp_path):
    (orders / "a.xml").write_bytes(ORDER)
    watch.look()
    again = BankWatch(BankConfig().placed(tmp_path), Told(), print)
    assert again.look() == []


def test_a_folder_that_is_as_it_was_is_not_listed(watch, orders, monkeypatch):
    (orders / "a.xml").write_bytes(ORDER)
    watch.look()
    monkeypatch.setattr(watching, "recall", lambda _: pytest.fail("looked again"))
    assert watch.look() == []


def test_what_is_no_order_is_named_once(watch, orders):
    (orders / "a.xml").write_bytes(b"<a/>")
    assert watch.look() == watch.look() == []
    assert watch.said == ["bank: a.xml is no order: no document of pain.001.001.09"]
    (orders / "b.xml").write_bytes(ORDER)
    assert len(watch.look()) == 2


def test_a_rejection_is_told(watch, orders):
    (orders / "a.xml").write_bytes(ORDER.replace(b"WESTGB22", b"WESTGB2"))
    assert watch.look() == ["status-000001.xml"]
    assert watch.said == ["bank: a.xml taken, 1 rejected: status-000001.xml"]


def test_orders_may_wait_for_their_day(tmp_path, orders):
    clock = Told()
    config = BankConfig(at_once=False).placed(tmp_path)
    watch = BankWatch(config, clock, print)
    (orders / "a.xml").write_bytes(ORDER)
    assert watch.look() == ["status-000001.xml"]
    [pays] = accounts_of(tmp_path / "bank")
    assert pays.amount == Decimal(1_000_000)
    clock.at += DAY_S
    assert watch.look() == ["statement-000002-EUR.xml"]
    assert accounts_of(tmp_path / "bank")[1].amount == Decimal("12.50")
    assert watch.look() == []


def test_one_that_cannot_be_read_yet_is_tried_again(watch, orders, monkeypatch):
    (orders / "a.xml").write_bytes(ORDER)
    with monkeypatch.context() as patched:
        patched.setattr(watching, "take", raising(OSError("no room")))
        assert watch.look() == watch.look() == []
    assert watch.said == ["bank: a.xml cannot be taken yet: no room"]  # once
    assert len(watch.look()) == 2


def raising(error):
    def fail(*_):
        raise error

    return fail


def test_it_goes_on_until_it_is_stopped(watch, orders, tmp_path):
    async def main():
        watch.start()
        (orders / "a.xml").write_bytes(ORDER)
        async with asyncio.timeout(30):
            while not recall(tmp_path / "bank").files:
                await asyncio.sleep(0.01)
        waiting = asyncio.ensure_future(watch.wait())
        await watch.stop()
        await waiting

    asyncio.run(main())


@pytest.mark.parametrize("content", [ORDER, b"<a/>"])
def test_what_a_full_disk_refuses_is_said_once_and_tried_again(
    watch, orders, tmp_path, monkeypatch, content
):
    asked = []

    def full(*_):
        asked.append(1)
        raise Error("no room")

    monkeypatch.setattr(watching, "LOOK_S", 0.01)

    async def until(true):
        async with asyncio.timeout(30):
            while not true():
                await asyncio.sleep(0.01)

    async def main():
        watch.start()
        with monkeypatch.context() as patched:
            patched.setattr(watching, "book_due", full)
            patched.setattr(watching, "leave_alone", full)
            (orders / "a.xml").write_bytes(content)
            await until(lambda: len(asked) > 2)
        await until(lambda: "a.xml" in recall(tmp_path / "bank").files)
        await watch.stop()

    asyncio.run(main())
    assert watch.said.count("bank: no room; it tries again") == 1


def test_a_look_that_is_under_way_ends_before_another_bank_may_begin(watch, orders, monkeypatch):
    begun, taken = threading.Event(), []

    def slow(*_):
        begun.set()
        time.sleep(0.3)
        taken.append(1)
        raise Error("no room")

    monkeypatch.setattr(watching, "take", slow)
    (orders / "a.xml").write_bytes(ORDER)

    async def main():
        watch.start()
        await asyncio.to_thread(begun.wait, 30)
        await watch.stop()
        assert taken

    asyncio.run(main())


def test_a_memory_that_is_damaged_is_said_at_the_start(watch, tmp_path):
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "bank.json").write_text("{")

    async def main():
        watch.start()

    with pytest.raises(Error, match="is damaged: move it away"):
        asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="a program that runs is ended by a signal")
def test_the_command_serves_until_it_is_stopped(tmp_path, orders):
    (tmp_path / "lab.toml").write_text("[bank]\n", "utf-8")
    (orders / "a.xml").write_bytes(ORDER)
    words = [sys.executable, "-m", "cardswitch", "host", "serve", "bank", "--config", "lab.toml"]
    with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as bank:
        said = [bank.stderr.readline() for _ in range(2)]
        bank.send_signal(signal.SIGTERM)
        assert bank.wait(30) == 0
        bank.stderr.read()
    assert said[0].startswith("bank: orders in deposits, answers in bank")
    # Its day is past by now.
    assert said[1] == "bank: a.xml taken, 1 rejected: status-000001.xml\n"
    assert Path(tmp_path / "bank" / "status-000001.xml").exists()


def test_two_banks_never_answer_into_one_folder(watch, orders, tmp_path):
    async def main():
        watch.start()
        second = BankWatch(BankConfig().placed(tmp_path), Told(), print)
        with pytest.raises(Error, match=r"a bank answers into that folder already: stop it"):
            second.start()
        with pytest.raises(Error, match="already"), alone(tmp_path / "bank"):
            pass
        await watch.stop()
        second.start()
        await second.stop()

    asyncio.run(main())
