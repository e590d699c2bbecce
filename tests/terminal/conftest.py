"""A switch that is just large enough to talk to, in a thread, and a terminal set up for it."""

import asyncio
import threading

import pytest

from cardswitch.specs.security.keys import adjust_parity, key_check_value
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.specs.transactions.totals import Totals, pack_days
from cardswitch.terminal.config import TerminalConfig
from cardswitch.terminal.pinpad.pad import TEST_TMK
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.machine.program import Program

TPK = adjust_parity(bytes.fromhex("89B07B35A1B3F47E98C18C46B2C4058F"))
CARDS = """
[[card]]
alias = "good"
pan = "9999990000000014"
expiry = "3012"
service_code = "201"
pvki = "1"
pvv = "1234"
cvv = "567"
cvv2 = "890"
pin = "1234"
"""


SPOKEN = TerminalConfig(port=1, id="T", merchant="M").channel()
NEW_TPK = adjust_parity(bytes(range(20, 36)))
NEW_KCV = key_check_value(NEW_TPK).hex().upper()
NEW_KEY = f"P{NEW_KCV}{wrap_key_under_key(TEST_TMK, 'X', NEW_TPK)}"
BALANCES = "0001978C000000010000" + "0002978D000000001250"


class SmallSwitch(Program):
    """Answers by the last two digits of the amount; remembers all it was asked."""

    def __init__(self):
        super().__init__({"pos": IsoExchange()})
        self.seen = []
        self.agrees = "00"  # what a reversal is answered
        self.silent = 0  # so many reversals stay without an answer
        self.is_mute = False  # nothing is answered
        self.manages = "00"  # what an 0800 is answered
        self.differs = 0  # so many closes of a batch do not agree
        self.closes = "00"  # what they are answered at last
        self.has = {"2026-11-28": Totals().plus(100)}

    def asked(self, link, question):
        self.seen.append(question)
        if question.mti.startswith("04"):
            self.silent -= 1
            if self.silent < 0:
                self.desk.send(link, question.reply(self.agrees))
            return None
        if self.is_mute:
            return None
        if question.mti == "0800":
            key = {} if question[70] in ("001", "002", "301") else {48: NEW_KEY}
            self.desk.send(link, question.reply(self.manages, key))
            return None
        if question.mti[:3] == "050":
            return self._close(link, question)
        if question.mti[:3] == "032":
            return self.desk.send(link, question.reply("25"))
        cents = question.get(4)[-2:]
        if question.get(3).startswith("31"):
            self.desk.send(link, question.reply("00", {54: BALANCES, 38: "A1B2C3"}))
        elif question.get(25) == "51":
            self.desk.send(link, question.reply("85"))
        elif cents == "10":
            half = f"{int(question[4]) // 2:012d}"
            self.desk.send(link, question.reply("10", {4: half, 38: "A1B2C3"}))
        elif cents == "51":
            self.desk.send(link, question.reply("51", {37: "608801000001"}))
        elif cents == "91":  # Performed twice: declined, and approved after all.
            self.desk.send(link, question.reply("91"))
            self.desk.send(link, question.reply("00", {37: "608801000002", 38: "A1B2C3"}))
        elif cents != "69":
            self.desk.send(link, question.reply("00", {37: "608801000001", 38: "A1B2C3"}))
        return None

    def _close(self, link, question):
        """Totals agree, or are told to differ; at last the batch is closed all the same."""
        is_balanced = self.differs == 0
        asked = [m for m in self.seen if m.mti == "0500"]
        code = "95" if len(asked) <= self.differs else self.closes
        said = {66: "1" if is_balanced else "2", 63: pack_days(self.has)}
        self.desk.send(link, question.reply(code, said))


@pytest.fixture
def small_switch():
    """The switch; its `port` is where it listens."""
    switch, ready = SmallSwitch(), threading.Event()

    async def serve():
        runtime = Runtime(switch)
        switch.port = await runtime.listen("pos", "127.0.0.1", 0, SPOKEN)
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        switch.stop = lambda: loop.call_soon_threadsafe(stopped.set)
        ready.set()
        await stopped.wait()
        await runtime.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(5)
    yield switch
    switch.stop()
    thread.join(5)
    assert not thread.is_alive()


@pytest.fixture
def lab(tmp_path, small_switch):
    """The path of a configuration for that switch."""
    (tmp_path / "cards.toml").write_text(CARDS)
    path = tmp_path / "lab.toml"
    path.write_text(f"""
[terminal]
host = "127.0.0.1"
port = {small_switch.port}
id = "TERM01"
merchant = "SHOP"
tpk = "{wrap_key_under_key(TEST_TMK, "U", TPK)}"
timeout_s = 1.5
""")
    return path
