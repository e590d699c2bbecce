"""Commands that print: a PIN for its owner, a terminal master key, and keys in components.

Which they are public sources tell; chosen here is the rest: fields to print stand behind a
semicolon each, and there is one answer, after the printing. NE and OC print components whose
exclusive or is the key, and answer the key, or the component, under the LMK.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout
from ...kinds import CHECK_VALUE, KEY, KEY_TYPE, NOTHING, PAN12, PIN_UNDER_LMK, SCHEME
from ...values import Command

# Behind them an LMK id or a trailer may stand.
_FIELDS: Final = HsmField(
    "print_fields",
    HsmKind('[ !"$&-}]{0,2560}', "printable characters but % # and ~, ; between fields"),
    ";",
    optional=True,
)
_KEY: Final = (HsmLayout(HsmField("key", KEY), HsmField("kcv", CHECK_VALUE)),)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "PE": HostCommand(
        request=(
            HsmLayout(
                HsmField("document", HsmKind("[0-9A-Z]", "a type of document")),
                HsmField("pan12", PAN12),
                HsmField("pin", PIN_UNDER_LMK),
                _FIELDS,
            ),
        ),
        answer=NOTHING,
    ),
    "TA": HostCommand(request=(HsmLayout(HsmField("tmk", KEY), _FIELDS),), answer=NOTHING),
    "NE": HostCommand(
        request=(
            HsmLayout(HsmField("key_type", KEY_TYPE), HsmField("lmk_scheme", SCHEME), _FIELDS),
        ),
        answer=_KEY,
    ),
    "OC": HostCommand(request=(HsmLayout(_FIELDS),), answer=_KEY),
}


def print_pin(pin: str, pan12: str, fields: Sequence[str] = ()) -> Command:
    """PE: *pin* under the LMK, printed for its owner, by the word of two officers."""
    return Command("", "PE", {"document": "A", "pan12": pan12, "pin": pin, **_printed(fields)})


def print_tmk(tmk: str, fields: Sequence[str] = ()) -> Command:
    """TA: *tmk*, printed for whoever puts it into a terminal, by the word of two officers."""
    return Command("", "TA", {"tmk": tmk, **_printed(fields)})


def print_components(key_type: str, scheme: str = "U", fields: Sequence[str] = ()) -> Command:
    """NE: a new key, printed in two components, by the word of two officers. Answers key, kcv."""
    return Command("", "NE", {"key_type": key_type, "lmk_scheme": scheme, **_printed(fields)})


def print_zmk_component(fields: Sequence[str] = ()) -> Command:
    """OC: a random component of a ZMK, printed, by the word of two officers. Answers key, kcv."""
    return Command("", "OC", _printed(fields))


def _printed(fields: Sequence[str]) -> dict[str, str]:
    return {"print_fields": ";".join(fields)} if fields else {}
