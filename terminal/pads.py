"""The pads of a terminal, with the keys that its configuration has."""

from __future__ import annotations

import secrets

from msgspec import Struct

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError, EncodeError
from cardswitch.specs.hsm.names import TAK
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from .config import TerminalConfig
from .core.messages import AnyPinPad
from .core.state import Book
from .pinpad.dukpt import DukptPad
from .pinpad.macs import MacPad
from .pinpad.pad import PinPad


class HeldKey(Struct, frozen=True, kw_only=True):
    """A key of a terminal, by its check value; of DUKPT, by the number that was used last."""

    kind: str  # pin or mac
    check_value: str = ""
    taken_at: Seconds | None = None  # when it came in traffic; else it is the configured one
    ksn: str = ""


def held_keys(config: TerminalConfig, book: Book) -> list[HeldKey]:
    """The keys that the terminal *config* uses, by *book*. Raises ConfigError, CryptoError."""
    found = []
    pads = {"pin": pin_pad(config), "mac": mac_pad(config)}
    for kind, pad in pads.items():
        if isinstance(pad, DukptPad):
            if book.ksn:
                pad.resume(book.ksn)
            found.append(HeldKey(kind=kind, ksn=pad.ksn))
        elif pad is not None:
            taken = next((t for t in book.keys.values() if t.kind == kind), None)
            if taken is None or taken.instead_of != pad.delivered:
                found.append(HeldKey(kind=kind, check_value=pad.check_value))
            else:
                found.append(HeldKey(kind=kind, check_value=taken.kcv, taken_at=taken.at))
    return found


def pin_pad(config: TerminalConfig) -> AnyPinPad | None:
    """The PIN pad of *config*, if it has one. Raises ConfigError, CryptoError."""
    if config.dukpt is not None:
        _require_room(config, config.dukpt.pad(bytes))
        return config.dukpt.pad(secrets.token_bytes)
    return PinPad(config.tpk) if config.tpk else None


def _require_room(config: TerminalConfig, trial: DukptPad) -> None:
    """Raise ConfigError unless the dialect has room for what *trial* makes."""
    fields = trial.pin_fields("0000", "0" * 16)
    try:
        load_dialect(config.dialect).pack(Message("0200", dict(sorted(fields.items()))))
    except EncodeError as error:
        raise ConfigError(f"terminal.dukpt: {error}") from None


def mac_pad(config: TerminalConfig) -> MacPad | None:
    """What makes the MACs of *config*, if it has any. Raises ConfigError, CryptoError."""
    rule = config.mac.rule(config.dialect, TAK)
    return MacPad(rule) if rule is not None else None
