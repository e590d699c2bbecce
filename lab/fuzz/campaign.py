"""A campaign: inputs from one seed, each examined, and the first of each finding made small.

An input that ends in a new way joins the pool, and is itself mutated further. Nothing but the seed,
the corpus and the number of cases decides what is found: a limit of time only ends it sooner.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.mutators import mutate
from cardswitch.specs.fuzzing.seeds import make_message
from cardswitch.specs.fuzzing.shrink import TRIES_MAX, shrink

from .chip_grammar import why_off
from .findings import Finding, key_of
from .leaks import secrets_of
from .limits import watched
from .oracles import Fault, Outcome, examine
from .subjects import Subject

INPUT_SIZE_MAX: Final = 64 * 1024  # bytes; no frame is longer
POOL_MAX: Final = 1024  # inputs that ended in a new way; later ones are seldom worth much
FINDINGS_MAX: Final = 100  # more than that have one cause, as a rule
MUTATED_EACH: Final = 16  # cases made from one seed, itself among them, before the next is taken
MUTATIONS_MAX: Final = 100  # of one seed, until one changes it: one in a hundred changes nothing
MEASURED_EACH: Final = 64  # of that many cases, one has its memory looked at, which is slow
_SHRINK_SLOWLY: Final = 50  # tries, where each takes long
_SLOW: Final = ("time", "memory")


class Seed(Struct, frozen=True):
    """An input to be mutated, and what errors about it may not carry."""

    data: bytes
    secrets: tuple[str, ...] = ()


class Plan(Struct, frozen=True):
    """How long, from which numbers, and what is known: keys in *known* are not found again."""

    seed: int = 0
    cases: int = 10_000
    corpus: tuple[bytes, ...] = ()
    known: Container[str] = ()
    without: Container[str] = ()


class Report(Struct, kw_only=True):
    """What came of it: grows while the campaign runs.

    *fresh* are inputs that ended in a new way, for a corpus; *known* counts findings that are not
    reported again; *off* says of oracles why they are not asked. *stopped*: a person did so.
    """

    dialect: str
    cases: int = 0
    read: int = 0
    refused: int = 0
    known: int = 0
    findings: list[Finding] = []
    fresh: list[bytes] = []
    off: dict[str, str] = {}
    stopped: bool = False


def run(
    subject: Subject, plan: Plan, goes_on: Callable[[Report], bool] = lambda report: True
) -> Report:
    """Examine cases of *plan* until they are done, or *goes_on*, asked before each, says no.

    What was found is returned too where KeyboardInterrupt ends it.
    """
    campaign = _Campaign(subject, plan)
    report = campaign.report
    with watched():
        try:
            for seed, data, how in campaign.inputs():
                if len(report.findings) >= FINDINGS_MAX or report.stopped or not goes_on(report):
                    break
                campaign.take(seed, data, how)
        except KeyboardInterrupt:
            report.stopped = True
    return report


class _Campaign:
    def __init__(self, subject: Subject, plan: Plan) -> None:
        self.subject, self.plan = subject, plan
        reason = "" if subject.target or "chip" in plan.without else why_off()
        off = {"chip": reason} if reason else {}
        self.report = Report(dialect=subject.dialect.name, off=off)
        # Not for secrets: so that a seed tells the whole campaign.
        self.random = random.Random(f"{plan.seed} {subject.dialect.name}")  # noqa: S311
        self.pool: list[Seed] = []
        self.endings: set[tuple[str, ...]] = set()
        self.keys: set[str] = set()

    def inputs(self) -> Iterator[tuple[Seed, bytes, list[str]]]:
        """The corpus unchanged, then seeds, each first unchanged and then mutated."""
        corpus = [self._seed_of(data) for data in self.plan.corpus]
        for seed in corpus:
            yield seed, seed.data, ["corpus"]
        self.pool = [*corpus, *self.pool][:POOL_MAX]
        pick, seed = self.random.randrange, Seed(b"")
        for case in range(self.plan.cases):
            if case % MUTATED_EACH == 0:
                seed = self._next_seed()
                yield seed, seed.data, ["seed"]
                continue
            for _ in range(MUTATIONS_MAX):
                data, how = mutate(seed.data, pick, self.subject.dialect)
                data = data[:INPUT_SIZE_MAX]
                if data != seed.data:
                    yield seed, data, how
                    break

    def take(self, seed: Seed, data: bytes, how: list[str]) -> None:
        """Examine one input and note what came of it."""
        report = self.report
        report.cases += 1
        outcome = self._examine(data, seed.secrets, report.cases % MEASURED_EACH == 0)
        if outcome.fault is not None:
            self._found(seed, data, how, outcome.fault)
            return
        report.read += outcome.ending[0] == "read"
        report.refused += outcome.ending[0] != "read"
        if outcome.ending not in self.endings and len(self.endings) < POOL_MAX:
            self.endings.add(outcome.ending)
            report.fresh.append(data)
            if data and len(self.pool) < POOL_MAX:
                self.pool.append(Seed(data, seed.secrets))

    def _examine(self, data: bytes, secrets: tuple[str, ...], measured: bool) -> Outcome:
        outcome = examine(self.subject, data, secrets, measured)
        if outcome.fault is not None and outcome.fault.oracle in self.plan.without:
            return Outcome(None, (outcome.fault.oracle, outcome.fault.what))
        return outcome

    def _found(self, seed: Seed, data: bytes, how: list[str], fault: Fault) -> None:
        key = key_of(self.subject, fault)
        if key in self.plan.known:
            self.report.known += 1
        elif key not in self.keys:
            self.keys.add(key)
            self.report.findings.append(self._finding(key, seed, data, how, fault))

    def _finding(self, key: str, seed: Seed, data: bytes, how: list[str], fault: Fault) -> Finding:
        slow = fault.oracle in _SLOW

        def is_same(candidate: bytes) -> bool:
            found = examine(self.subject, candidate, seed.secrets, fault.oracle == "memory").fault
            return found is not None and key_of(self.subject, found) == key

        tries = 0 if fault.oracle == "time" else _SHRINK_SLOWLY if slow else TRIES_MAX
        try:
            data = shrink(data, is_same, tries)
        except KeyboardInterrupt:  # as long as it is, it is found
            self.report.stopped = True
        return Finding(
            key=key,
            dialect=self.subject.asked or self.subject.dialect.name,
            oracle=fault.oracle,
            what=fault.what,
            data=data.hex().upper(),
            target=self.subject.target,
            allow=self.subject.allow,
            secrets=seed.secrets if fault.oracle == "secret" else (),
            seed=self.plan.seed,
            case=self.report.cases,
            how=tuple(how),
        )

    def _next_seed(self) -> Seed:
        if self.pool and self.random.randrange(2):
            return self.pool[self.random.randrange(len(self.pool))]
        dialect = self.subject.dialect
        message = make_message(dialect, self.random.randrange)
        return Seed(dialect.pack(message), secrets_of(message))

    def _seed_of(self, data: bytes) -> Seed:
        try:
            return Seed(data, secrets_of(self.subject.dialect.unpack(data)))
        except FormatError:
            return Seed(data)


def merged(reports: Sequence[Report]) -> list[Finding]:
    """The findings of all *reports*, in order."""
    return [finding for report in reports for finding in report.findings]
