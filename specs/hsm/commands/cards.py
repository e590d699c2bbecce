"""Layouts of commands about card verification values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmLayout, digits
from ..kinds import KEY_PAIR, NOTHING, PAN

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "CW": (
        HsmLayout(
            HsmField("cvk", KEY_PAIR),
            HsmField("pan", PAN),
            HsmField("expiry", digits(4), ";"),
            HsmField("service_code", digits(3)),
        ),
    ),
    "CY": (
        HsmLayout(
            HsmField("cvk", KEY_PAIR),
            HsmField("cvv", digits(3)),
            HsmField("pan", PAN),
            HsmField("expiry", digits(4), ";"),
            HsmField("service_code", digits(3)),
        ),
    ),
}

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "CX": (HsmLayout(HsmField("cvv", digits(3))),),
    "CZ": NOTHING,
}
