"""Layouts of commands about card verification values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Layout, digits
from ..kinds import KEY_PAIR, NOTHING, PAN

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "CW": (
        Layout(
            Field("cvk", KEY_PAIR),
            Field("pan", PAN),
            Field("expiry", digits(4), ";"),
            Field("service_code", digits(3)),
        ),
    ),
    "CY": (
        Layout(
            Field("cvk", KEY_PAIR),
            Field("cvv", digits(3)),
            Field("pan", PAN),
            Field("expiry", digits(4), ";"),
            Field("service_code", digits(3)),
        ),
    ),
}

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "CX": (Layout(Field("cvv", digits(3))),),
    "CZ": NOTHING,
}
