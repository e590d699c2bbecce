"""What a terminal offers, read from the table alone: quick, for help must be quick."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

ADDITIONAL_AMOUNTS: Final = 54
TABLE: Final = Path(__file__).with_name("kinds.toml")


class Offer(NamedTuple):
    """A command of the terminal: the class that it asks for, and what its help says."""

    kind: str  # the name of its row
    command: str
    text: str
    examples: tuple[tuple[str, str], ...]  # what is typed, and what that shows
    takes_pin: bool
    takes_amount: bool
    takes_cash: bool  # some of the amount is paid out
    takes_card: bool  # or names an original, which has one
    is_told: bool  # it has happened, and nobody is asked


def offers() -> tuple[Offer, ...]:
    """One for each row that has a command, in the order of the table."""
    rows: Mapping[str, Mapping[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))
    return tuple(
        Offer(
            name,
            row["command"],
            row["text"],
            tuple((typed, shown) for typed, shown in row["examples"]),
            row.get("pin", "optional") != "refused",
            row.get("money", "none") != "none",
            ADDITIONAL_AMOUNTS in row["requires"],
            "original" not in row,
            row["shape"] == "advise",
        )
        for name, row in rows.items()
        if "command" in row
    )
