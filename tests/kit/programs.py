"""A lab of real processes: started, waited for, killed and ended by their pid, read afterwards."""

import json
import random
import ssl
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner

from cardswitch.hosts.acquirer.books import books_of
from cardswitch.hosts.issuer.entries import PurchaseDecided
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hosts.row import HostRow
from cardswitch.hosts.store import (
    ACQUIRER_JOURNAL,
    ACQUIRER_SCHEMA,
    ISSUER_JOURNAL,
    ISSUER_SCHEMA,
)
from cardswitch.hosts.vault import open_vault
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.topology import Timing, free_ports, make_lab, read_lab
from cardswitch.switch.core.states import CAPTURED
from cardswitch.switch.store.reader import GOES_ON, JournalReader
from cardswitch.terminal.core.entries import TerminalEntry
from cardswitch.terminal.core.outcome import PAID, SaleState
from cardswitch.terminal.core.state import outcomes
from cardswitch.wire.driver.journal import FileJournal
from cardswitch.wire.store.journal import JournalStoreReader
from tests.kit.hsm.module import attended
from tests.kit.registry import let_any_terminal_sell

ROOT = Path(__file__).parents[2]
PURCHASES = "02"  # How the MTI of a leg's first row begins.
PATIENCE_S = 60.0  # Reached only when something is broken.
LOOK_S = 0.005
MANY_LOOK_S = 0.1  # where all of a large journal is looked at
LEGS_MAX = 1_000_000  # What a run of hundreds of kills leaves is a fifth of it.
SEED = (
    8583  # Keys of a lab are always the same: so no wrong PIN is right by chance, once in 10,000.
)
# Longer than a busy machine needs, shorter than a reader of this test likes to wait.
TIMING = Timing(terminal_s=6.0, front_s=5.0, acquirer_s=4.0, issuer_s=2.0, late_s=3.0)
# Nothing runs out: whatever happens, a crash made it happen.
PATIENT = Timing(terminal_s=90.0, front_s=80.0, acquirer_s=75.0, issuer_s=70.0)
ALONE = {
    ("hsm", "serve"): "HSM simulator",
    ("host", "serve", "issuer"): "issuer on",
    ("host", "serve", "acquirer"): "acquirer on",
    ("switch", "serve"): "network on",
}


def until(holds, what, within_s=PATIENCE_S):
    """Return once *holds()* is true; *what* says what was waited for in vain."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(LOOK_S)


def until_none(count, what, within_s=PATIENCE_S):
    """Return once *count()* is 0: however long that takes, it must fall within each *within_s*."""
    least, end = count(), time.monotonic() + within_s
    while least:
        assert time.monotonic() < end, f"still {least}: {what}"
        time.sleep(MANY_LOOK_S)
        now = count()
        if now < least:
            least, end = now, time.monotonic() + within_s


class Program:
    """One process of ours, with all that it says in files."""

    def __init__(self, command, said: Path, patience_s=PATIENCE_S):
        self.said = said
        self._patience_s = patience_s
        with said.open("wb") as file:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)

    def wait_for(self, words):
        """Return once it has said *words*."""

        def has_said():
            assert self.process.poll() is None, f"it has ended:\n{self.said.read_text()}"
            return words in self.said.read_text()

        until(has_said, f"a line with {words!r}", self._patience_s)
        return self

    def kill(self):
        """Kill it with -9."""
        self.process.kill()
        self.process.wait(self._patience_s)

    def stop(self):
        """Ask it to stop; its exit code."""
        self.process.terminate()
        return self.process.wait(self._patience_s)

    def end(self):
        """Leave nothing running, however it went."""
        if self.process.poll() is None:
            self.kill()


class House:
    """A lab in a folder, on ports of its own, and every process that works for it.

    Whatever is waited for is waited for at most *patience_s*.
    """

    def __init__(self, folder: Path, timing: Timing = TIMING, patience_s=PATIENCE_S):
        self.patience_s = patience_s
        ask = attended(HsmModule(random.Random(SEED).randbytes))
        self.folder = folder / "lab"
        self.said = folder / "said"
        self.said.mkdir()
        self.config, self.keys = make_lab(self.folder, free_ports(), timing, ask)
        let_any_terminal_sell(self.config)
        self.lab = read_lab(self.config)
        self.programs: list[Program] = []

    # Processes ------------------------------------------------------------------------------------

    def start(self, *words, ready="", config=None):
        """Run `cardswitch` with *words*; return once it has said *ready*."""
        said = self.said / f"{len(self.programs)}-{words[0]}.txt"
        command = [sys.executable, "-m", "cardswitch", *words, "--config", config or self.config]
        program = Program(command, said, self.patience_s)
        self.programs.append(program)
        return program.wait_for(ready) if ready else program

    def up(self):
        """All programs in one process, every message traced."""
        return self.start("up", "--trace", ready="ready; stop with")

    def alone(self, *words):
        """One program as a process of its own."""
        return self.start(*words, ready=ALONE[words])

    def end(self):
        """End whatever still runs."""
        for program in self.programs:
            program.end()

    def tls(self, program="terminal"):
        """What a client speaks that shows this lab's certificate of *program*."""
        context = ssl.create_default_context(cafile=self.folder / "tls" / "ca.pem")
        papers = self.folder / "tls" / program
        context.load_cert_chain(papers.with_suffix(".pem"), papers.with_suffix(".key"))
        return context

    # Sales ----------------------------------------------------------------------------------------

    def run(self, *words):
        """A command of the terminal or the switch: exit code and what it printed."""
        config = [] if "--config" in words else ["--config", str(self.config)]
        result = CliRunner().invoke(cli, [*words, *config])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout

    def sell(self, words, *more) -> tuple[int, dict[str, Any]]:
        """`terminal sale` with *words*: its exit code, and the outcome that it prints."""
        code, printed = self.run("terminal", "sale", *words.split(), *more, "--json")
        return code, json.loads(printed)

    # Books ----------------------------------------------------------------------------------------

    def legs(self):
        """Every leg of the switch as it stands."""
        legs = JournalReader(self.lab.switch.database).newest(LEGS_MAX)
        assert len(legs) < LEGS_MAX, "there are more legs than were read"
        return legs

    def leg(self, rrn, source):
        """The leg of the purchase *rrn* on the side *source*; one of its reversal is another."""
        legs = [leg for leg in self.legs() if leg.mti.startswith(PURCHASES)]
        [leg] = [leg for leg in legs if (leg.rrn, leg.source) == (rrn, source)]
        return leg

    def settled(self):
        """Return once no leg is open and no reversal is pending."""
        reader = JournalReader(self.lab.switch.database)
        until(lambda: not reader.newest(1, GOES_ON), "all legs finished", self.patience_s)

    def has_decided(self, count):
        """Whether the issuer has decided on at least *count* purchases, as its disk says."""
        return len(self.decisions()) >= count

    def books(self):
        """Everybody's approved amounts by RRN, read from the disk: all programs must have ended."""
        legs = self.legs()
        return {
            "terminals": self._receipts(),
            "front": self.captured(legs, "merchants"),
            "acquirer": self._acquirer(),
            "network": self.captured(legs, "acquirers"),
            "issuer": self.held(),
        }

    def captured(self, legs, serves):
        """What is captured in the end, on the side that *serves* those."""
        listeners = self.lab.switch.listeners
        sources = {name for name, listener in listeners.items() if listener.serves == serves}
        purchases = [leg for leg in legs if leg.source in sources and leg.mti.startswith(PURCHASES)]
        return {leg.rrn: leg.stays or leg.amount for leg in purchases if leg.state in CAPTURED}

    def _acquirer(self):
        url = self.lab.acquirer.database
        journal = JournalStoreReader(url, ACQUIRER_SCHEMA, ACQUIRER_JOURNAL, HostRow)
        books = books_of(journal.rows())
        assert not books.open, "the acquirer waits for something"
        return {sale.rrn: sale.amount for sale in books.approved().values()}

    def held(self):
        """What the issuer holds, by RRN, as its disk says: it must have ended."""
        machine = Issuer(self.lab.issuer, open_vault(self.lab.issuer.vault).fingerprint)
        machine.recover(self._issuer_rows(), 0.0)
        held = dict(machine.held())
        assert sum(held.values()) == sum(machine.held_in_all().values())
        return held

    def decisions(self):
        """What the issuer ever decided, undone or not."""
        decided = [row for row in self._issuer_rows() if row.state == PurchaseDecided.__name__]
        return [msgspec.json.decode(row.fields, type=PurchaseDecided) for row in decided]

    def _issuer_rows(self):
        reader = JournalStoreReader(
            self.lab.issuer.database, ISSUER_SCHEMA, ISSUER_JOURNAL, HostRow
        )
        return list(reader.rows())

    def _receipts(self):
        last = {}
        for path in sorted((self.folder / "terminal").glob("*.log")):
            for outcome in outcomes(_read(path, TerminalEntry)):
                if not outcome.is_repeat:
                    last[path.name, outcome.stan] = outcome
        kinds = {outcome.kind for outcome in last.values()}
        assert kinds <= PAID | {SaleState.DECLINED, SaleState.REVERSED}, f"not at rest: {kinds}"
        return {o.rrn: o.amount for o in last.values() if o.kind in PAID}


def assert_agree(books):
    """All *books* have the same sales; else say where the first two of them part."""
    names = list(books)
    for name in names[1:]:
        here, there = books[name].items(), books[names[0]].items()
        only = f"only here {sorted(here - there)}, only there {sorted(there - here)}"
        assert here == there, f"{name} and {names[0]} do not agree: {only}"


def _read(path, entry_type):
    """A journal whose program has ended, whole: its lock is free and no line is damaged."""
    with closing(FileJournal(path, entry_type)) as journal:
        return journal.read()
