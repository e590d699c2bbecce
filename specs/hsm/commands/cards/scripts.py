"""Commands that make issuer scripts for chip cards.

Chosen here, where no public source says: KY's session data are the cryptogram, as EMV has them; a
transport key is a DEK; of the modes 0 and 2, integrity and confidentiality with keys of their own;
and all of mode 4, which puts a new PIN into the message: in a block of format 34, or as cards of
VIS take it, mixed with the key of their cryptograms: 41, or 42 with the current PIN as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...grammar import COUNTED, HostCommand, HsmField, HsmKind, HsmLayout, hexadecimal, one_of
from ...kinds import BLOCK, BYTES_8, FORMAT, KEY, KEY_PAIR, KEY_TYPE, PAN12
from ...names import ISO_0, ISO_2, VIS, VIS_CURRENT
from ...values import Command, text_of

_SCHEME: Final = HsmField("scheme", one_of("01", "scheme", "05"))
_CARD: Final = (
    HsmField("mk_smi", KEY_PAIR),
    HsmField("account", BYTES_8),
    HsmField("session", BYTES_8),
    HsmField("message", COUNTED),
)
# What is added to the message, at an offset: data that come under a transport key.
_SECRET: Final = (
    HsmField("mk_smc", KEY_PAIR, ";"),
    HsmField("transport_key", KEY),
    HsmField("secret_session", BYTES_8),
    HsmField("offset", hexadecimal(4)),
    HsmField("data", COUNTED),
)


# The same with a PIN that comes in a block under a ZPK or TPK.
_PIN: Final = (
    HsmField("mk_smc", KEY_PAIR, ";"),
    HsmField("secret_session", BYTES_8),
    HsmField("offset", hexadecimal(4)),
    HsmField("key_type", KEY_TYPE),
    HsmField("key", KEY),
    HsmField("block", BLOCK),
    HsmField("format", FORMAT),
    HsmField("pan12", PAN12),
)
_PIN_FORMATS: Final = (
    (HsmField("target_format", HsmKind("34", "34")),),
    (HsmField("target_format", HsmKind("41", "41")), HsmField("mk_ac", KEY_PAIR)),
    (
        HsmField("target_format", HsmKind("42", "a format of PINs in cards: 34, 41, 42", "23")),
        HsmField("mk_ac", KEY_PAIR),
        HsmField("current_block", BLOCK, ";"),
    ),
)


def _script_layout(mode: str, *fields: HsmField) -> HsmLayout:
    return HsmLayout(HsmField("mode", one_of(mode, "mode", "04")), *fields)


_RESULTS: Final = (
    HsmLayout(HsmField("mac", BYTES_8)),
    HsmLayout(HsmField("mac", BYTES_8), HsmField("data", COUNTED)),
)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "KU": HostCommand(
        request=(
            _script_layout("0", _SCHEME, *_CARD),
            _script_layout("2", _SCHEME, *_CARD, *_SECRET),
            *(_script_layout("4", _SCHEME, *_CARD, *_PIN, *target) for target in _PIN_FORMATS),
        ),
        answer=_RESULTS,
    ),
    "KY": HostCommand(
        request=(
            _script_layout("0", *_CARD),
            _script_layout("2", *_CARD, *_SECRET),
            *(_script_layout("4", *_CARD, *_PIN, *target) for target in _PIN_FORMATS),
        ),
        answer=_RESULTS,
    ),
}


VIS_SCRIPT: Final = "0"
M_CHIP_SCRIPT: Final = "1"
_BY_ITSELF: Final = "0"
_WITH_DATA: Final = "2"
_WITH_PIN: Final = "4"


class ScriptSecret(NamedTuple):
    """Data for a script that nobody but the card may read.

    *mk_smc* encrypts them for the card with *session* (8 bytes), *transport_key* (a DEK) brings
    them here: *data*, whole blocks, to stand in the message behind *offset* bytes.
    """

    mk_smc: str
    transport_key: str
    session: bytes
    offset: int
    data: bytes


class NewPin(NamedTuple):
    """A PIN for a card: in *block* of format 01 for *pan12*, under *key* (ZPK 001 or TPK 002).

    *mk_smc* encrypts it with *session* (8 bytes), to stand in the message behind *offset* bytes.
    With *mk_ac* it is for a card of VIS, and with a *current_block* for one that takes a new PIN
    only with the current one.
    """

    mk_smc: str
    session: bytes
    offset: int
    key_type: str
    key: str
    block: str
    pan12: str
    mk_ac: str = ""
    current_block: str = ""


def change_pin_of_card(script: Command, pin: NewPin) -> Command:
    """KU, KY: *script*, made by a function below, with the new *pin* in it. Answers mac, data."""
    fields = {**script.fields, "mode": _WITH_PIN, "mk_smc": pin.mk_smc, "format": ISO_0}
    fields |= {"secret_session": text_of(pin.session), "offset": f"{pin.offset:04X}"}
    fields |= {"key_type": pin.key_type, "key": pin.key, "block": pin.block, "pan12": pin.pan12}
    if not pin.mk_ac:
        return Command("", script.code, {**fields, "target_format": ISO_2})
    if not pin.current_block:
        return Command("", script.code, {**fields, "target_format": VIS, "mk_ac": pin.mk_ac})
    fields |= {"target_format": VIS_CURRENT, "mk_ac": pin.mk_ac}
    return Command("", script.code, {**fields, "current_block": pin.current_block})


def make_script(
    mk_smi: str,
    account: bytes,
    session: bytes,
    message: bytes,
    secret: ScriptSecret | None = None,
    scheme: str = VIS_SCRIPT,
) -> Command:
    """KU: the MAC of *message*, a command for a card of VIS or M/Chip. Answers mac [and data].

    *session* (8 bytes) is with VIS six zeros and the card's counter, with M/Chip the cryptogram.
    """
    fields = _script(mk_smi, account, session, message, secret)
    return Command("", "KU", {**fields, "scheme": scheme})


def make_script_csk(
    mk_smi: str,
    account: bytes,
    session: bytes,
    message: bytes,
    secret: ScriptSecret | None = None,
) -> Command:
    """KY: the same by EMV itself; *session* is the cryptogram."""
    return Command("", "KY", _script(mk_smi, account, session, message, secret))


def _script(
    mk_smi: str, account: bytes, session: bytes, message: bytes, secret: ScriptSecret | None
) -> dict[str, str]:
    card = {"mk_smi": mk_smi, "account": text_of(account), "session": text_of(session)}
    fields = {"mode": _BY_ITSELF, **card, "message": text_of(message)}
    if secret is None:
        return fields
    keys = {"mk_smc": secret.mk_smc, "transport_key": secret.transport_key}
    fields |= {**keys, "secret_session": text_of(secret.session), "offset": f"{secret.offset:04X}"}
    return {**fields, "mode": _WITH_DATA, "data": text_of(secret.data)}
