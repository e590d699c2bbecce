"""Whom a tool may talk to: this machine; others where that is said, and then with test cards."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.testcards import TEST_BIN, is_test_card
from cardswitch.specs.tracks import unpack_track2
from cardswitch.wire.operator.addresses import is_here

_TRACK_1: Final = 45
_TRACK_2: Final = 35
_CHIP_PAN: Final = ("55.5A", "55.57")


def refuse_remote(host: str, remote: bool) -> None:
    """ConfigError unless *host* is this machine, or others may be talked to."""
    if not remote and not is_here(host):
        raise ConfigError(f"{host} is another machine: --remote allows that, with test cards")


def refuse_real_cards(dialect: Dialect, message: Message) -> None:
    """ConfigError if *message* has a card number that is not known to be of a test card."""
    for pan in _card_numbers(dialect, message):
        if not is_test_card(pan):
            raise ConfigError(
                f"a card that is no test card, {pan[:6]}…: test cards begin with {TEST_BIN}, or "
                "are those that the brands publish; --any-card sends it all the same"
            )


def _card_numbers(dialect: Dialect, message: Message) -> list[str]:
    found = [message.get(2)]
    with suppress(FormatError):
        found.append(unpack_track2(message.get(_TRACK_2)).pan)
    found.append(message.get(_TRACK_1)[1:].partition("^")[0])
    for path in _CHIP_PAN:
        with suppress(FormatError):
            found.append(
                dialect.read(message, path).replace("D", "=").partition("=")[0].rstrip("F")
            )
    return [pan for pan in found if pan]
