"""A lab whose gateway is a process of its own, killed again and again while shoppers insist."""

from __future__ import annotations

import json
import os
import select
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

import tomli_w

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.wire.operator.config import read_config
from tests.kit.insisting import Shopper
from tests.kit.programs import ROOT, House, Program, until, until_none
from tests.kit.receiver import Receiver

OURS = ("gateway", "shop")  # Sections of programs that are apart, or of none.
READY = "gateway on https"
SHOPPERS = 3
# What orders have received, less what they gave back, as the rows of the journal tell it.
ORDERS = """
    SELECT coalesce(sum(CASE s.fields ->> '$.asked' WHEN 'refund' THEN -1
                        WHEN 'authorisation' THEN 0 ELSE 1 END * (s.fields ->> '$.amount')), 0)
    FROM gateway_journal s JOIN gateway_journal a ON a.leg = s.leg AND a.state = 'Answered'
         AND a.fields ->> '$.number' = s.fields ->> '$.number'
    WHERE s.state = 'Sent' AND a.fields ->> '$.answer.fields.39' = '00'
"""
BATCHES = "SELECT coalesce(sum(amount), 0) FROM batches"
DEPOSIT = "SELECT coalesce(sum(amount), 0) FROM transfers"
# What has left and has neither an answer nor a reversal that was acknowledged.
OPEN = """
    SELECT count(*) FROM gateway_journal s WHERE s.state = 'Sent' AND NOT EXISTS (
        SELECT 1 FROM gateway_journal a
        WHERE a.leg = s.leg AND a.fields ->> '$.number' = s.fields ->> '$.number'
              AND a.state IN ('Answered', 'Undone'))
"""
TWICE = """
    SELECT count(*) FROM (
        SELECT identity FROM gateway_journal WHERE sent_on = 'key'
        GROUP BY identity HAVING count(*) > 1)
"""
UNTOLD = "SELECT count(*) FROM gateway_deliveries WHERE state <> 'delivered'"
# What was tried in vain so often that it is tried again much later.
PUT_OFF = """
    SELECT e.id FROM gateway_deliveries d JOIN gateway_events e ON e.number = d.event
    WHERE d.state <> 'delivered' AND d.due > {}
"""
SOON_S = 40.0
EVENTS = "SELECT id FROM gateway_events"
LEFT = "SELECT count(*) FROM gateway_journal WHERE state IN ('Refused', 'Spent')"


class DyingGateway:
    """The rest of *house* runs; its gateway is started to die, and at last to stay."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._patience_s = patience_s = house.patience_s
        self._lives: Lives | None = None
        gateway = house.lab.gateway
        assert gateway is not None
        self._rest = house.folder / "rest.toml"
        told = read_config(house.config)
        self._rest.write_text(tomli_w.dumps({k: v for k, v in told.items() if k not in OURS}))
        (_, secret), _ = KeyFile(Path(gateway.keys)).add("SHOP0001", 1)
        context = ssl.create_default_context(cafile=house.folder / "tls" / "ca.pem")
        self.shoppers = [
            Shopper(f"shopper {n}", gateway.api.port, context, secret, patience_s)
            for n in range(SHOPPERS)
        ]

    def start(self) -> None:
        """Everything but the gateway."""
        self.house.start("up", ready="ready; stop with", config=self._rest)

    def dies(self, point: str) -> None:
        """Start the gateway, and return when it has died at *point*."""
        if self._lives is None:
            self._lives = Lives(self.house, self._patience_s)
            self.house.programs.append(self._lives)  # So it is ended with them, however it went.
        self._lives.begin(point)
        self._lives.ended(point)

    def stays(self) -> Program:
        """Start the gateway; it lives on."""
        return self.house.start("gateway", "serve", ready=READY)

    def ask(self, query: str, database: str = "gateway.db") -> list[tuple[object, ...]]:
        """What a database of the lab says, by SQLite alone."""
        with closing(sqlite3.connect(self.house.folder / database)) as connection:
            return connection.execute(query).fetchall()

    def count(self, query: str, database: str = "gateway.db") -> int:
        """The one number that it says."""
        [(number,)] = self.ask(query, database)
        assert isinstance(number, int)
        return number

    def assert_sold(self, receiver: Receiver) -> int:
        """Everything came to rest, and all books say the same; how much that is."""
        left = self.count(LEFT)
        assert not left, f"{left} are left to people: `gateway exceptions list` names them"
        until_none(lambda: self.count(OPEN), "sent, without an outcome", self._patience_s)
        self.house.settled()
        until_none(self._untold, "events that are to be told", self._patience_s)
        ids = {id_ for shopper in self.shoppers for id_ in shopper.refs}
        assert len(ids) == sum(len(shopper.refs) for shopper in self.shoppers)
        received = sum(shopper.received() for shopper in self.shoppers)
        assert not self.count(TWICE), "a key was kept twice"
        whole = [e for e in receiver.told if len(e.body) == int(e.headers["Content-Length"])]
        told = {json.loads(each.body)["id"] for each in whole}
        happened = {id_ for (id_,) in self.ask(EVENTS, "gateway-events.db")}
        assert told == happened, f"events told and happened differ: {len(told ^ happened)}"
        code, said = self.house.run("settle", "close", "--now", "--json")
        assert code == 0, said
        sums = {
            "orders by SQL": self.count(ORDERS),
            "batches": self.count(BATCHES, "books.db"),
            "deposit": self.count(DEPOSIT, "books.db"),
        }
        assert set(sums.values()) == {received}, f"merchants were told {received}, {sums}"
        return received

    def _untold(self) -> int:
        """How many events are still to be told; those that would wait for minutes are sent now."""
        for (id_,) in self.ask(PUT_OFF.format(time.time() + SOON_S), "gateway-events.db"):
            code, said = self.house.run("gateway", "events", "resend", str(id_))
            assert code == 0, said
        return self.count(UNTOLD, "gateway-events.db")


class Lives:
    """A process that lives as a gateway again and again, in its own group."""

    def __init__(self, house: House, patience_s: float) -> None:
        self._patience_s = patience_s
        self._said = house.said / "dying-gateway.txt"
        self._said.touch()
        words = ["gateway", "serve", "--config", str(house.config)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.dying", self._said, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def begin(self, point: str) -> None:
        """Begin a life that ends at *point*; return when it serves."""
        before = self._starts()
        into = self._process.stdin
        assert into is not None
        into.write(f"{point}\n".encode())
        into.flush()
        until(lambda: self._starts() > before, "a start", self._patience_s)

    def ended(self, point: str) -> None:
        """Return when it has died at *point*."""
        out = self._process.stdout
        assert out is not None
        is_over, _, _ = select.select([out], [], [], self._patience_s)
        assert is_over, f"it did not come to: {point}\n{self._said.read_text()}"
        status = int(out.readline())
        assert os.WIFSIGNALED(status), self._said.read_text()
        assert os.WTERMSIG(status) == signal.SIGKILL

    def _starts(self) -> int:
        return self._said.read_text().count(READY)

    def end(self) -> None:
        """Leave nothing running."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


def sell_while_dying(dying: DyingGateway, points: Iterable[str]) -> int:
    """What shoppers, who insist, have paid in the end: the gateway dies at each of *points*."""
    papers = dying.house.folder / "tls" / "gateway"
    with Receiver(papers) as receiver:
        dying.start()
        gateway = dying.stays()
        dying.shoppers[0].listen(receiver.url)
        assert gateway.stop() == 0
        for shopper in dying.shoppers:
            shopper.begin()
        try:
            for point in points:
                dying.dies(point)
            dying.stays()
        finally:
            for shopper in dying.shoppers:
                shopper.stop()
        for shopper in dying.shoppers:
            shopper.finish()
        return dying.assert_sold(receiver)
