"""Findings as values and as JSON, and whether one is still there."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import ConfigError

from .limits import watched
from .oracles import Fault, examine
from .subjects import Subject, subject_of

FILE_SIZE_MAX: Final = 16 << 20  # bytes; a hundred findings of the longest inputs
_KEY_SIZE: Final = 12  # hex digits of a name: enough for all findings that anyone will have


class Finding(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An input, in hex and as small as could be, that breaks *oracle* in the way *what*.

    *key* is the same for all inputs that break it so. *case*, *how* and *seed* say how the input
    was come by; *secrets* are what no error may carry.
    """

    key: str
    dialect: str
    oracle: str
    what: str
    data: str
    target: str = ""
    allow: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    seed: int = 0
    case: int = 0
    how: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without input and secrets: these may be card data."""
        return f"<finding {self.key}: {self.dialect}, {self.oracle}: {self.what}>"


def key_of(subject: Subject, fault: Fault) -> str:
    """The name under which all inputs are one finding: dialect, target, oracle and what it said."""
    said = "\n".join([subject.dialect.name, subject.target, fault.oracle, fault.what])
    return sha256(said.encode("utf-8", "replace")).hexdigest()[:_KEY_SIZE]


def finding_of(
    data: str, dialect: str, target: str, allow: tuple[str, ...], secrets: tuple[str, ...]
) -> Finding:
    """An input in hex as a finding of which nothing else is known; ValueError if it is none.

    >>> finding_of("30", "pos", "", (), ()).key
    'given'
    """
    bytes.fromhex(data)
    return Finding(
        key="given",
        dialect=dialect,
        oracle="",
        what="",
        data=data,
        target=target,
        allow=allow,
        secrets=secrets,
    )


def write_findings(findings: Sequence[Finding]) -> str:
    """*findings* as one line of JSON."""
    return msgspec.json.encode(findings).decode()


def read_findings(text: bytes, name: str) -> list[Finding]:
    """The findings in the JSON *text* of a file *name*; ConfigError if these are none.

    >>> read_findings(b"[]", "findings.json")
    []
    """
    if len(text) > FILE_SIZE_MAX:
        raise ConfigError(f"{name}: at most {FILE_SIZE_MAX} bytes of findings are read")
    try:
        found = msgspec.json.decode(text, type=list[Finding])
        for finding in found:
            bytes.fromhex(finding.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ConfigError(
            f"{name}: findings as `fuzz decode --json` prints them are expected"
        ) from None
    except ValueError:
        raise ConfigError(f"{name}: the data of a finding is hex") from None
    return found


def fault_of(finding: Finding) -> Fault | None:
    """What is still wrong with the input of *finding*, be it the same or not.

    DialectError or ConfigError if what was fuzzed is not there any more.
    """
    subject = subject_of(finding.dialect, finding.target, finding.allow)
    with watched():
        data = bytes.fromhex(finding.data)
        return examine(subject, data, finding.secrets, measured=True).fault
