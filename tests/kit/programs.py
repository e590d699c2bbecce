"""A lab of real processes: started, waited for, killed and ended by their pid, read afterwards."""

import json
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cardswitch.hosts.books import AcquirerBooks, IssuerBooks
from cardswitch.hosts.entries import AcquirerEntry, IssuerEntry, PurchaseDecided
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.cli.main import cli
from cardswitch.lab.house.topology import Timing, free_ports, make_lab, open_vault, read_lab
from cardswitch.switch.core.states import State
from cardswitch.switch.store.journal import UNFINISHED, JournalReader
from cardswitch.terminal.core.state import SaleState, TerminalEntry, outcomes
from cardswitch.wire.driver.journal import FileJournal
from tests.kit.hsm.module import attended

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0  # Reached only when something is broken.
LOOK_S = 0.005
LEGS_MAX = 10_000
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


def until(holds, what):
    """Return once *holds()* is true; *what* says what was waited for in vain."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, f"still not: {what}"
        time.sleep(LOOK_S)


class Program:
    """One process of ours, with all that it says in files."""

    def __init__(self, command, said: Path):
        self.said = said
        with said.open("wb") as file:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)

    def wait_for(self, words):
        """Return once it has said *words*."""

        def has_said():
            assert self.process.poll() is None, f"it has ended:\n{self.said.read_text()}"
            return words in self.said.read_text()

        until(has_said, f"a line with {words!r}")
        return self

    def kill(self):
        """Kill it with -9."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def stop(self):
        """Ask it to stop; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def end(self):
        """Leave nothing running, however it went."""
        if self.process.poll() is None:
            self.kill()


class House:
    """A lab in a folder, on ports of its own, and every process that works for it."""

    def __init__(self, folder: Path, timing: Timing = TIMING):
        ask = attended(HsmModule(random.Random(SEED).randbytes))
        self.folder = folder / "lab"
        self.said = folder / "said"
        self.said.mkdir()
        self.config, self.keys = make_lab(self.folder, free_ports(), timing, ask)
        self.lab = read_lab(self.config)
        self.programs: list[Program] = []

    # Processes ------------------------------------------------------------------------------------

    def start(self, *words, ready=""):
        """Run `cardswitch` with *words*; return once it has said *ready*."""
        said = self.said / f"{len(self.programs)}-{words[0]}.txt"
        command = [sys.executable, "-m", "cardswitch", *words, "--config", self.config]
        program = Program(command, said)
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

    # Sales ----------------------------------------------------------------------------------------

    def run(self, *words):
        """A command of the terminal or the switch: exit code and what it printed."""
        result = CliRunner().invoke(cli, [*words, "--config", str(self.config)])
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
        reader = JournalReader(self.lab.switch.database, open_vault(self.lab.switch.vault))
        return reader.newest(LEGS_MAX)

    def leg(self, rrn, source):
        """The leg of the transaction *rrn* on the side *source*."""
        [leg] = [leg for leg in self.legs() if (leg.rrn, leg.source) == (rrn, source)]
        return leg

    def settled(self):
        """Return once no leg is open and no reversal is owed."""
        until(lambda: not {leg.state for leg in self.legs()} & UNFINISHED, "all legs finished")

    def has_decided(self, count):
        """Whether the issuer has decided on at least *count* purchases, as its disk says."""
        journal = self.folder / "issuer.journal"
        return journal.read_bytes().count(b'"type":"PurchaseDecided"') >= count

    def books(self):
        """Everybody's approved amounts by RRN, read from the disk: all programs must have ended."""
        legs = self.legs()
        return {
            "terminals": self._receipts(),
            "front": _approved(legs, "pos"),
            "acquirer": self._acquirer(),
            "network": _approved(legs, "network"),
            "issuer": self._issuer(),
        }

    def _acquirer(self):
        books = AcquirerBooks()
        for entry in _read(self.folder / "acquirer.journal", AcquirerEntry):
            books.apply(entry)
        assert not books.open, "the acquirer waits for something"
        return {rrn: amount for rrn, (_, _, amount) in books.approved().items()}

    def _issuer(self):
        books = IssuerBooks(self.lab.issuer.accounts)
        for entry in _read(self.folder / "issuer.journal", IssuerEntry):
            books.apply(entry)
        return dict(books.held())

    def decisions(self):
        """What the issuer ever decided, undone or not."""
        entries = _read(self.folder / "issuer.journal", IssuerEntry)
        return [entry for entry in entries if isinstance(entry, PurchaseDecided)]

    def _receipts(self):
        last = {}
        for path in sorted((self.folder / "terminal").glob("*.log")):
            for outcome in outcomes(_read(path, TerminalEntry)):
                if not outcome.is_repeat:
                    last[path.name, outcome.stan] = outcome
        kinds = {outcome.kind for outcome in last.values()}
        assert kinds <= {SaleState.APPROVED, SaleState.DECLINED, SaleState.REVERSED}, (
            f"not at rest: {kinds}"
        )
        return {o.rrn: o.amount for o in last.values() if o.kind is SaleState.APPROVED}


def assert_agree(books):
    """All *books* have the same sales; else say where the first two of them part."""
    names = list(books)
    for name in names[1:]:
        assert books[name] == books[names[0]], f"{name} and {names[0]} do not agree"


def _approved(legs, source):
    approved = [leg for leg in legs if (leg.source, leg.state) == (source, State.APPROVED)]
    return {leg.rrn: leg.amount for leg in approved}


def _read(path, entry_type):
    """A journal whose program has ended, whole: its lock is free and no line is damaged."""
    with closing(FileJournal(path, entry_type)) as journal:
        return journal.read()
