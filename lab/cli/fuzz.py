"""The `fuzz` commands. They import what they use when they run, so that help is quick."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits
from cardswitch.wire.operator.options import Time

from ..fuzz import ORACLES

if TYPE_CHECKING:
    from ..fuzz.campaign import Plan, Report
    from ..fuzz.findings import Finding
    from ..fuzz.subjects import Subject

DIALECT: Final = "iso87-ascii"
CASES: Final = 10_000  # a second or two of each dialect
CORPUS_FILES_MAX: Final = 10_000
WRITTEN_MAX: Final = 256  # new files of one run in a corpus
PROGRESS_S: Final = 5.0
EPILOG: Final = """\b
Examples:
  cardswitch fuzz decode                                        our own parser, 10,000 cases
  cardswitch fuzz decode --dialect pos --seed 7 --time 60 --junit fuzz.xml
  cardswitch fuzz decode --target mypackage.iso:parse --allow ParseError
  cardswitch fuzz workflow > .github/workflows/fuzz.yml

Fuzz with test cards only: a finding holds its input.

Exit codes: 0 nothing found, 1 error, 2 usage, 6 findings."""
DECODE_EPILOG: Final = """\b
Examples:
  decode --dialect pos --dialect iso87-ascii --cases 200000
  decode --corpus tests/corpus --pytest tests/test_found.py
  decode --json > findings.json                 then correct the parser, or accept them:
  decode --baseline findings.json
  decode --target mypackage.iso:parse --allow ParseError --allow ValueError

Ctrl-C prints what was found so far.

Exit codes: 0 nothing found, 2 usage, 6 findings, 130 stopped by Ctrl-C with nothing found."""
REPLAY_EPILOG: Final = """\b
Examples:
  replay findings.json
  replay findings.json --json
  replay --data 30323030 --dialect pos          a line of the text that decode prints
  replay --data 30323030 --target mypackage.iso:parse --allow ParseError

Exit codes: 0 no finding is left, 2 usage, 6 findings are left."""
WORKFLOW_EPILOG: Final = """\b
Examples:
  workflow
  workflow > .github/workflows/fuzz.yml"""


@click.group(epilog=EPILOG)
def fuzz() -> None:
    """Fuzz a parser of ISO 8583: ours, or a function of yours.

    Valid messages are mutated: lengths, digits, bitmaps, chip data, code pages, ends. Findings go
    to standard output, all else to standard error.
    """


def _dialects(
    _ctx: click.Context, _parameter: click.Parameter, names: tuple[str, ...]
) -> list[str]:
    from cardswitch.specs.dialect import load_dialect
    from cardswitch.specs.errors import DialectError

    try:
        for name in names:
            load_dialect(name)
    except DialectError as error:
        raise click.BadParameter(str(error)) from None
    return list(dict.fromkeys(names))


def _file(dir_okay: bool = False, exists: bool = True) -> click.Path:
    return click.Path(exists=exists, dir_okay=dir_okay, file_okay=not dir_okay, path_type=Path)


@fuzz.command(epilog=DECODE_EPILOG)
@click.option(
    "--dialect",
    "dialects",
    metavar="NAME",
    multiple=True,
    default=[DIALECT],
    show_default=True,
    callback=_dialects,
    help="What inputs are made from: a name from `spec list`, or a TOML file. May be repeated.",
)
@click.option("--seed", metavar="N", default=0, show_default=True, help="Same seed, same inputs.")
@click.option(
    "--cases",
    metavar="N",
    type=click.IntRange(1),
    help=f"Inputs of each dialect; {CASES} without --time.",
)
@click.option(
    "--time",
    "seconds",
    metavar="S",
    type=Time(0, min_open=True),
    help="Stop after S seconds.",
)
@click.option(
    "--corpus",
    metavar="DIR",
    type=_file(dir_okay=True, exists=False),
    help="Every file in DIR is an input, and inputs that end in a new way are added.",
)
@click.option("--target", metavar="MODULE:FUNCTION", default="", help="Your parser: takes bytes.")
@click.option(
    "--allow",
    metavar="ERROR",
    multiple=True,
    help="A documented error of --target. May be repeated.",
)
@click.option(
    "--without",
    type=click.Choice(ORACLES),
    multiple=True,
    help="Leave out this check. May be repeated.",
)
@click.option(
    "--baseline", metavar="FILE", type=_file(), help="Findings that are known, and not reported."
)
@click.option("--json", "as_json", is_flag=True, help="Findings as one line of JSON.")
@click.option(
    "--unsafe", is_flag=True, help="Print the bytes of findings of a corpus too, card data and all."
)
@click.option(
    "--junit", "junit_file", metavar="FILE", type=_file(exists=False), help="Write JUnit XML."
)
@click.option(
    "--pytest",
    "pytest_file",
    metavar="FILE",
    type=_file(exists=False),
    help="Write tests that replay the findings, where there are any.",
)
def decode(
    dialects: list[str],
    seed: int,
    cases: int | None,
    seconds: float | None,
    corpus: Path | None,
    target: str,
    allow: tuple[str, ...],
    without: tuple[str, ...],
    baseline: Path | None,
    as_json: bool,
    unsafe: bool,
    junit_file: Path | None,
    pytest_file: Path | None,
) -> None:
    """Give a parser mutated messages, and report where it crashes, misreads, leaks or hangs."""
    from cardswitch.wire.operator.files import write_output

    from ..fuzz import reports
    from ..fuzz.campaign import Plan, merged
    from ..fuzz.subjects import subject_of

    if allow and not target:
        raise click.UsageError("--allow names errors of --target; what ours may raise is known")
    many = sys.maxsize if seconds and not cases else cases or CASES
    known = {finding.key for finding in _findings(baseline)} if baseline else frozenset()
    plan = Plan(seed, many, _read_corpus(corpus), known, without)
    subjects = [subject_of(name, target, allow) for name in dialects]
    share = seconds / len(subjects) if seconds else None
    found = _run_all(subjects, plan, share)
    findings = merged(found)
    if corpus:
        _write_corpus(corpus, found)
    if junit_file:
        write_output(junit_file, reports.junit(found))
    if pytest_file and findings:
        write_output(pytest_file, reports.pytest_file(findings))
    with_bytes = unsafe or not plan.corpus
    lines = [line for one in found for line in reports.show_report(one, with_bytes)]
    _tell(findings, as_json, lines)
    if found[-1].stopped:
        sys.exit(exits.STOPPED)


@fuzz.command(epilog=REPLAY_EPILOG)
@click.argument("file", type=_file(), required=False)
@click.option("--data", metavar="HEX", help="An input instead of FILE, with the options below.")
@click.option("--dialect", metavar="NAME", default=DIALECT, show_default=True)
@click.option("--target", metavar="MODULE:FUNCTION", default="", help="Your parser: takes bytes.")
@click.option("--allow", metavar="ERROR", multiple=True, help="A documented error of --target.")
@click.option("--secret", metavar="TEXT", multiple=True, help="What no error may carry.")
@click.option("--json", "as_json", is_flag=True, help="Those still there as one line of JSON.")
def replay(
    file: Path | None,
    data: str | None,
    dialect: str,
    target: str,
    allow: tuple[str, ...],
    secret: tuple[str, ...],
    as_json: bool,
) -> None:
    """Parse the inputs in FILE again, as decode --json printed them, or one that is given."""
    from ..fuzz.findings import fault_of, finding_of

    if (file is None) == (data is None):
        raise click.UsageError("either FILE or --data is expected")
    if file and any((dialect != DIALECT, target, allow, secret)):
        raise click.UsageError("what FILE holds says all: options but --json go with --data")
    try:
        given = finding_of(data or "", dialect, target, allow, secret)
    except ValueError:
        raise click.BadParameter("hexadecimal digits are expected", param_hint="--data") from None
    findings = _findings(file) if file else [given]
    faults = [(finding, fault_of(finding)) for finding in findings]
    lines = [
        f"{finding.key}  {f'{fault.oracle}: {fault.what}' if fault else 'no longer found'}"
        for finding, fault in faults
    ]
    _tell([finding for finding, fault in faults if fault], as_json, lines)


@fuzz.command(epilog=WORKFLOW_EPILOG)
def workflow() -> None:
    """Print a workflow for GitHub that fuzzes each pull request, and every night."""
    from ..fuzz.reports import WORKFLOW

    click.echo(WORKFLOW, nl=False)


def _run(subject: Subject, plan: Plan, seconds: float | None) -> Report:
    from ..fuzz.campaign import run

    return run(subject, plan, _goes_on(time.monotonic, seconds))


def _run_all(subjects: list[Subject], plan: Plan, seconds: float | None) -> list[Report]:
    """The reports of all *subjects*, or of those up to the one that a person stopped."""
    found: list[Report] = []
    for subject in subjects:
        found.append(_run(subject, plan, seconds))
        if found[-1].stopped:
            click.echo(f"stopped: what was found up to here, in {subject.dialect.name}", err=True)
            break
    return found


def _goes_on(clock: Callable[[], float], seconds: float | None) -> Callable[[Report], bool]:
    """Whether there is time left; reports progress on standard error."""
    started = told = clock()

    def goes_on(report: Report) -> bool:
        nonlocal told
        now = clock()
        if now - told >= PROGRESS_S:
            told = now
            said = f"{report.cases} cases in {now - started:.0f} s, {len(report.findings)} findings"
            click.echo(f"{report.dialect}: {said}", err=True)
        return seconds is None or now - started < seconds

    return goes_on


def _tell(findings: list[Finding], as_json: bool, lines: list[str]) -> None:
    from ..fuzz.findings import write_findings

    if as_json:
        click.echo(write_findings(findings))
    for line in lines:
        click.echo(line, err=as_json)
    if findings:
        sys.exit(exits.FINDINGS)


def _findings(file: Path) -> list[Finding]:
    from ..fuzz.findings import FILE_SIZE_MAX, read_findings

    with file.open("rb") as stream:
        return read_findings(stream.read(FILE_SIZE_MAX + 1), str(file))


def _read_corpus(folder: Path | None) -> tuple[bytes, ...]:
    """The files of *folder*, by name; how many are left out is told."""
    from ..fuzz.campaign import INPUT_SIZE_MAX

    if folder is None or not folder.is_dir():
        return ()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    fit = [path for path in files if path.stat().st_size <= INPUT_SIZE_MAX]
    left_out = {
        f"of more than {INPUT_SIZE_MAX} bytes": len(files) - len(fit),
        f"behind the first {CORPUS_FILES_MAX}": len(fit) - CORPUS_FILES_MAX,
    }
    for what, count in left_out.items():
        if count > 0:
            click.echo(f"{folder}: left out {count} files {what}", err=True)
    return tuple(path.read_bytes() for path in fit[:CORPUS_FILES_MAX])


def _write_corpus(folder: Path, found: list[Report]) -> None:
    from cardswitch.wire.store.disk import SHARED, replace_file

    folder.mkdir(parents=True, exist_ok=True)
    room = max(min(WRITTEN_MAX, CORPUS_FILES_MAX - sum(1 for _ in folder.iterdir())), 0)
    inputs = dict.fromkeys(data for report in found for data in report.fresh if data)
    names = {f"{sha256(data).hexdigest()[:16]}.bin": data for data in inputs}
    new = [(name, data) for name, data in names.items() if not (folder / name).exists()]
    for name, data in new[:room]:
        replace_file(folder / name, data, SHARED)
    if len(new) > room:
        what = f"{len(new) - room} new files, beyond {WRITTEN_MAX} of a run"
        click.echo(f"{folder}: left out {what} or {CORPUS_FILES_MAX} in all", err=True)
