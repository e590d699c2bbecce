"""The `hsm audit` commands: verify the chain of an audit log, and show what it tells."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator import exits

if TYPE_CHECKING:
    from ..custody.audit import AuditEntry, AuditLog

ENTRIES_SHOWN: Final = 20
ENTRIES_MAX: Final = 100_000  # What is shown is held in memory.
EPILOG: Final = """\b
Examples:
  cardswitch hsm audit show
  cardswitch hsm audit verify
  cardswitch hsm audit verify --config lab.toml            the log that this configuration names
  cardswitch hsm audit verify hsm.audit --head 5cda1b2b...  the hash that you noted last time

Exit codes: 0 all is well, 1 error, 2 usage, 6 something was changed, cut out or cut off."""
DEFAULT: Final = Path("cardswitch-data/hsm.audit")
_FILE = click.argument(
    "path", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path)
)
_CONFIG = click.option(
    "--config", "config_path", metavar="TOML", default="",
    help="Instead of FILE: a lab's configuration, which names its audit log.",
)  # fmt: skip


@click.group(epilog=EPILOG)
def audit() -> None:
    """Verify and show the audit log of the HSM simulator, also while it runs.

    Without FILE, that of the lab in this folder: cardswitch-data/hsm.audit.
    """


@audit.command(epilog="\b\nExample:\n  verify cardswitch-data/hsm.audit --json")
@_FILE
@_CONFIG
@click.option(
    "--head", metavar="HASH", default="", help="Check that this hash is still in the file."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(path: Path | None, config_path: str, head: str, as_json: bool) -> None:
    """Tell whether every entry is as it was written, and none was cut off; exit code 6 if not.

    The end is known by the hash in FILE.head, which the HSM keeps. Whoever can change both can hide
    a cut: note the hash that this command prints, and give it back with --head.
    """
    import msgspec

    from ..custody.audit import AuditLog, verify_audit
    from ..custody.journal import anchor_of, read_anchor

    path = _path_of(path, config_path)
    anchor = read_anchor(path)  # Before the log, which may grow meanwhile.
    with path.open("rb") as file:
        findings = verify_audit(file, anchor, head.lower())
    log = AuditLog() if findings else _log_of(path)
    if as_json:
        result = {"findings": findings, "entries": log.sequence, "head": log.last_hash}
        click.echo(msgspec.json.encode({**result, "anchored": bool(anchor)}).decode())
    elif findings:
        for finding in findings:
            click.echo(f"line {finding.line}: {finding.problem}")
    else:
        click.echo(f"{log.sequence} entries, unbroken; head {log.last_hash}")
    if not anchor:
        click.echo(f"{anchor_of(path)}: missing, so a cut end cannot be seen", err=True)
    if findings:
        sys.exit(exits.FINDINGS)


@audit.command(epilog="\b\nExample:\n  show cardswitch-data/hsm.audit --event tampered --json")
@_FILE
@_CONFIG
@click.option("--event", default="", help="Show only this event, such as authorised or tampered.")
@click.option(
    "--limit", type=click.IntRange(1, ENTRIES_MAX), default=ENTRIES_SHOWN, show_default=True,
    help="How many of the last entries to show.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each entry.")
def show(path: Path | None, config_path: str, event: str, limit: int, as_json: bool) -> None:
    """Show the last entries, oldest first; whether they are true, `verify` tells."""
    import msgspec

    from ..custody.audit import read_entries

    with _path_of(path, config_path).open("rb") as file:
        wanted = (entry for entry in read_entries(file) if event in ("", entry.event))
        for entry in deque(wanted, maxlen=limit):
            click.echo(msgspec.json.encode(entry).decode() if as_json else _line(entry))


def _path_of(path: Path | None, config_path: str) -> Path:
    """The log that was named, by itself or by a configuration. Raises ConfigError, UsageError."""
    from cardswitch.specs.errors import ConfigError
    from cardswitch.wire.operator.config import read_config, section

    from ..config import HsmConfig

    if not config_path:
        if path is None and not DEFAULT.exists():
            raise ConfigError(f"no {DEFAULT} here: name the FILE, or --config; `up` makes a lab")
        return path or DEFAULT
    if path is not None:
        raise click.UsageError("name the FILE, or a --config, not both")
    config = section(read_config(config_path), "hsm", HsmConfig, config_path)
    return Path(config_path).parent / config.audit


def _log_of(path: Path) -> AuditLog:
    """Where the log in *path* ends."""
    from ..custody.audit import AuditLog, read_entries

    with path.open("rb") as file:
        last = deque(read_entries(file), maxlen=1)
    return AuditLog(last[0] if last else None)


def _line(entry: AuditEntry) -> str:
    """One line for people."""
    from cardswitch.specs.dates import utc_text

    details = " ".join(f"{name}={text}" for name, text in entry.details.items())
    return f"{entry.sequence:>6}  {utc_text(entry.time)}  {entry.event:<24}  {details}"
