"""The `hsm audit` commands: verify the chain of an audit log, and show what it tells."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from ..custody.audit import AuditEntry, AuditLog

FINDINGS_EXIT: Final = 6
ENTRIES_SHOWN: Final = 20
ENTRIES_MAX: Final = 100_000  # What is shown is held in memory.
EPILOG: Final = """\b
Examples:
  cardswitch hsm audit show
  cardswitch hsm audit verify
  cardswitch hsm audit verify hsm.audit --head 5cda1b2b...  the hash that you noted last time

Exit codes: 0 all is well, 1 error, 2 usage, 6 something was changed, cut out or cut off."""
_FILE = click.argument(
    "path", metavar="[FILE]", default="cardswitch-data/hsm.audit",
    type=click.Path(dir_okay=False, path_type=Path),
)  # fmt: skip


@click.group(epilog=EPILOG)
def audit() -> None:
    """Verify and show the audit log of the HSM simulator, also while it runs.

    Without FILE, that of the lab in this folder: cardswitch-data/hsm.audit.
    """


@audit.command(epilog="\b\nExample:\n  verify cardswitch-data/hsm.audit --json")
@_FILE
@click.option(
    "--head", metavar="HASH", default="", help="Check that this hash is still in the file."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(path: Path, head: str, as_json: bool) -> None:
    """Tell whether every entry is as it was written; exit code 6 if not.

    Without --head, a file that ends earlier than it did cannot be told from one read earlier: note
    the hash that this command prints.
    """
    import msgspec

    from ..custody.audit import AuditLog, verify_audit

    with path.open("rb") as file:
        findings = verify_audit(file, head.lower())
    log = AuditLog() if findings else _log_of(path)
    if as_json:
        result = {"findings": findings, "entries": log.sequence, "head": log.last_hash}
        click.echo(msgspec.json.encode(result).decode())
    elif findings:
        for finding in findings:
            click.echo(f"line {finding.line}: {finding.problem}")
    else:
        click.echo(f"{log.sequence} entries, unbroken; head {log.last_hash}")
    if findings:
        sys.exit(FINDINGS_EXIT)


@audit.command(epilog="\b\nExample:\n  show cardswitch-data/hsm.audit --event tampered --json")
@_FILE
@click.option("--event", default="", help="Show only this event, such as authorised or tampered.")
@click.option(
    "--limit", type=click.IntRange(1, ENTRIES_MAX), default=ENTRIES_SHOWN, show_default=True,
    help="How many of the last entries to show.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each entry.")
def show(path: Path, event: str, limit: int, as_json: bool) -> None:
    """Show the last entries, oldest first; whether they are true, `verify` tells."""
    import msgspec

    from ..custody.audit import read_entries

    with path.open("rb") as file:
        wanted = (entry for entry in read_entries(file) if event in ("", entry.event))
        for entry in deque(wanted, maxlen=limit):
            click.echo(msgspec.json.encode(entry).decode() if as_json else _line(entry))


def _log_of(path: Path) -> AuditLog:
    """Where the log in *path* ends."""
    from ..custody.audit import AuditLog, read_entries

    with path.open("rb") as file:
        return AuditLog(deque(read_entries(file), maxlen=1))


def _line(entry: AuditEntry) -> str:
    """One line for people."""
    from cardswitch.specs.dates import utc_text

    details = " ".join(f"{name}={text}" for name, text in entry.details.items())
    return f"{entry.sequence:>6}  {utc_text(entry.time)}  {entry.event:<24}  {details}"
